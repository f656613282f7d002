"""What the phases of an observability flow come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.observability import Indicator
from domain.source import Source


@dataclass(frozen=True, slots=True)
class Objective:
    """What one application promises: percent of requests, or milliseconds of 95 of 100 answers."""

    objective_id: str
    application_id: str
    indicator: Indicator
    target: float
    window: str
    rationale: str
    source: Source = Source.RULES


@dataclass(frozen=True, slots=True)
class MonitoringSet:
    """The objectives, by application; `confirmed_objective_ids` are those a person stands by."""

    objectives: tuple[Objective, ...]
    as_of: date
    confirmed_objective_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectivesAnswer:
    """The objectives that files are made of."""

    objective_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class PerformanceReviewed:
    """How many findings there are by severity, and of which applications nothing was measured."""

    findings: int
    critical: int
    high: int
    medium: int
    low: int
    unmeasured_application_ids: tuple[str, ...]
    as_of: date
