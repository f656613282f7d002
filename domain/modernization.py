"""What is to be modernized: candidates, the design each part is to have, and the work that leads there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.decision import ScoreFactor
from domain.source import Source


@dataclass(frozen=True, slots=True)
class ModernizationCandidate:
    """An application that is worth it: `score` 0 to 1 is the weighted sum of its drivers; `number` is its rank."""

    id: str
    flow_id: str
    application_id: str
    number: int
    score: float
    drivers: tuple[ScoreFactor, ...]


@dataclass(frozen=True, slots=True)
class TargetDesign:
    """What a component is to become. `services` are those of the target's provider that it is to use."""

    id: str
    flow_id: str
    application_id: str
    component_id: str
    number: int
    current_state: str
    target_state: str
    pattern: str
    services: tuple[str, ...]
    tradeoffs: str
    source: Source


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something to be done, after everything in `depends_on` (ids of work items with lower numbers).

    `key` is its natural key in the flow; `effort_hours` are a person's.
    """

    id: str
    flow_id: str
    application_id: str
    component_id: str | None
    key: str
    number: int
    title: str
    effort_hours: Decimal
    depends_on: tuple[str, ...]
    acceptance: str
