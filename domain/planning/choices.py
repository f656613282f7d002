"""What people chose in a plan: kept apart from what rules make of it, so that planning anew and cloning keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.planning.waves.problem import Move


@dataclass(frozen=True, slots=True)
class WaveChoice:
    """What a person settled about the wave of that number; `added` waves are there also while empty.

    `locked_ids` are all the applications of a locked wave; None while it is not locked.
    """

    number: int
    name: str | None = None
    starts_on: date | None = None
    locked_ids: tuple[str, ...] | None = None
    max_applications: int | None = None
    added: bool = False


@dataclass(frozen=True, slots=True)
class AllocationChoice:
    """Hours of a pool in the wave of that number."""

    wave: int
    pool_id: str
    hours: Decimal
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class ActivityChoice:
    """What a person set of the activity with that natural key; None is as the rules say."""

    key: str
    starts_on: date | None = None
    working_days: int | None = None
    percent_complete: int | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class CostChoice:
    """What a person set of the cost line with that natural key; None is as the rules say."""

    key: str
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class ChosenRecommendation:
    """A recommendation in a person's words; `priority` is one of the words of `Priority`."""

    title: str
    detail: str
    priority: str


@dataclass(frozen=True, slots=True)
class SynthesisChoice:
    """The summary and recommendations in a person's words; None is as the rules say."""

    summary: str | None = None
    recommendations: tuple[ChosenRecommendation, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """Everything people chose in the plan of one flow; its id is the flow's."""

    id: str
    flow_id: str
    moves: tuple[Move, ...] = ()
    waves: tuple[WaveChoice, ...] = ()
    allocations: tuple[AllocationChoice, ...] = ()
    activities: tuple[ActivityChoice, ...] = ()
    cost_lines: tuple[CostChoice, ...] = ()
    synthesis: SynthesisChoice | None = None
