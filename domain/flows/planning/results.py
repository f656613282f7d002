"""What each phase of a plan comes to, in short; its parts are in `domain/planning/plan.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class WavePlanned:
    """How many waves and applications, and how good the placement is: `optimality_gap` 0 to 1."""

    as_of: date
    waves: int
    placed: int
    unassigned: int
    cross_wave_dependencies: int
    violations: int
    optimality_gap: float | None
    rests_on_suggested_pools: bool


@dataclass(frozen=True, slots=True)
class ResourcesAllocated:
    """Hours given out, and what is missing."""

    as_of: date
    hours: Decimal
    cost: Decimal
    skill_gaps: int
    over_allocated: int


@dataclass(frozen=True, slots=True)
class TimelineGenerated:
    """From the first day to the last, hypercare included."""

    as_of: date
    starts_on: date
    ends_on: date
    activities: int
    milestones: int
    resource_feasible: bool


@dataclass(frozen=True, slots=True)
class CostsEstimated:
    """In the engagement's currency."""

    as_of: date
    currency: str
    lines: int
    subtotal: Decimal
    contingency: Decimal
    total: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class PlanSummed:
    """The plan in a few numbers and a sentence."""

    as_of: date
    summary: str
    waves: int
    applications: int
    total: Decimal
    recommendations: int
    completed_at: datetime
