"""What a plan comes to, as it is stored: waves, allocations, the timeline, its costs and their summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.debt import Severity
from domain.decision import Strategy
from domain.dependency import Dependency, DependencyKind
from domain.planning.choices import PlanChoices
from domain.planning.wave_phases import WavePhase
from domain.planning.waves.placing import LevelReport
from domain.planning.waves.violation import Violation
from domain.source import Source


class TimelineStatus(StrEnum):
    """ACTIVE while the plan is in force, SUPERSEDED once another is."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    SUPERSEDED = "SUPERSEDED"


class CostCategory(StrEnum):
    """What money is spent on."""

    LABOR = "LABOR"
    INFRASTRUCTURE = "INFRASTRUCTURE"
    DUAL_RUNNING = "DUAL_RUNNING"
    LICENSING = "LICENSING"
    TOOLING = "TOOLING"
    TRAINING = "TRAINING"
    DATA_TRANSFER = "DATA_TRANSFER"
    OTHER = "OTHER"


class Priority(StrEnum):
    """How soon something should be done, soonest first."""

    URGENT = "URGENT"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class PartChanged:
    """By whom a part of a plan was last changed, when, and what of it."""

    by: str
    at: datetime
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedDecision:
    """The decision of one application as the plan used it; `hours` are likely person-hours."""

    application_id: str
    decision_id: str
    version: int
    strategy: Strategy
    hours: Decimal


@dataclass(frozen=True, slots=True)
class UsedDependency:
    """A dependency as the plan used it: `from_id` needs `to_id`; `weight` is what splitting a soft one costs."""

    id: str
    from_id: str
    to_id: str
    kind: DependencyKind
    weight: int = 0


@dataclass(frozen=True, slots=True)
class WavePlan:
    """How applications are placed into waves.

    `optimality_gap` is 0 to 1, None once a person changed it. `waived` are, in words, the constraints that a person's
    moves left no room for. `decisions` and `dependencies` are what it was made from.
    """

    id: str
    flow_id: str
    rationale: str
    source: Source
    violations: tuple[Violation, ...] = ()
    optimality_gap: float | None = None
    solver_seconds: float = 0.0
    time_limited: bool = False
    waived: tuple[str, ...] = ()
    levels: tuple[LevelReport, ...] = ()
    decisions: tuple[UsedDecision, ...] = ()
    dependencies: tuple[UsedDependency, ...] = ()
    last_change: PartChanged | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: `risk_score` 0 to 1 (0 when empty), `duration_days` working days, `max_applications` its own limit."""

    id: str
    flow_id: str
    number: int
    name: str
    pilot: bool
    effort_hours: Decimal
    risk_score: float
    duration_days: int
    rationale: str
    starts_on: date | None = None
    ends_on: date | None = None
    cut_over_on: date | None = None
    locked: bool = False
    max_applications: int | None = None


@dataclass(frozen=True, slots=True)
class PlacedApplication:
    """In which wave of the plan an application moves, and why there."""

    flow_id: str
    application_id: str
    wave_id: str
    because: str


@dataclass(frozen=True, slots=True)
class SkillGap:
    """Hours of a wave that need a skill, and what the pools that have it can give in that time."""

    skill: str
    wave_id: str
    hours_needed: Decimal
    hours_available: Decimal
    severity: Severity
    suggestion: str


@dataclass(frozen=True, slots=True)
class UsedPool:
    """A pool as the plan used it; `removed` where it was so by then, and a person kept its hours all the same."""

    id: str
    name: str
    role: str
    hours_per_day: Decimal
    hourly_rate: Decimal
    skills: tuple[str, ...] = ()
    available_from: date | None = None
    available_until: date | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """Who works on the waves. `source` is USER once a person overrode an allocation.

    `pools` are those that work on them, as they were then.
    """

    id: str
    flow_id: str
    source: Source
    skill_gaps: tuple[SkillGap, ...] = ()
    pools: tuple[UsedPool, ...] = ()
    last_change: PartChanged | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class ResourceAllocation:
    """Hours of one pool in one wave; `suggested_hours` is what the rules say, `suggested` that they are kept.

    `confidence` is 0 to 1, `cost` in the engagement's currency.
    """

    id: str
    flow_id: str
    wave_id: str
    pool_id: str
    hours: Decimal
    suggested_hours: Decimal
    cost: Decimal
    suggested: bool
    confidence: float
    over_allocated: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """When everything happens. `critical_path` holds ids of activities, in order."""

    id: str
    flow_id: str
    name: str
    starts_on: date
    ends_on: date
    critical_path: tuple[str, ...]
    resource_feasible: bool
    source: Source
    status: TimelineStatus = TimelineStatus.DRAFT
    optimality_gap: float | None = None
    solver_seconds: float = 0.0
    time_limited: bool = False
    last_change: PartChanged | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class PlanActivity:
    """A bar of the Gantt chart. `key` is its natural key, as `activity_id` gives it; `predecessors` are ids."""

    id: str
    flow_id: str
    wave_id: str
    key: str
    number: int
    name: str
    phase: WavePhase
    starts_on: date
    ends_on: date
    working_days: int
    earliest_start: date
    latest_finish: date
    float_days: int
    critical: bool
    predecessors: tuple[str, ...]
    pinned: bool = False
    percent_complete: int = 0
    actual_start: date | None = None
    actual_end: date | None = None


@dataclass(frozen=True, slots=True)
class PlanMilestone:
    """A day that matters."""

    id: str
    flow_id: str
    number: int
    name: str
    day: date
    description: str


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What the plan costs, in the engagement's currency; low and high differ from total by labour alone.

    Run-rates are annual; `payback_months` is None unless the target runs for less.
    """

    id: str
    flow_id: str
    subtotal: Decimal
    contingency_percentage: Decimal
    contingency: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    unassigned: Decimal
    source: Source
    current_run_rate: Decimal | None = None
    target_run_rate: Decimal | None = None
    payback_months: float | None = None
    last_change: PartChanged | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line; `key` is its natural key in the plan, `low_amount` and `high_amount` differ for labour only."""

    id: str
    flow_id: str
    key: str
    position: int
    category: CostCategory
    description: str
    quantity: Decimal
    unit: str
    unit_cost: Decimal
    amount: Decimal
    low_amount: Decimal
    high_amount: Decimal
    provenance: str
    wave_id: str | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something the plan says should be done."""

    title: str
    detail: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class PlanSynthesis:
    """The plan in short. `total_duration_days` are calendar days from the first start to the last end."""

    id: str
    flow_id: str
    total_applications: int
    total_waves: int
    total_duration_days: int
    total_cost: Decimal
    skill_gaps: int
    summary: str
    recommendations: tuple[Recommendation, ...]
    completed_at: datetime
    source: Source = Source.RULES
    last_change: PartChanged | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """All parts of one plan that there are by now, and what people chose in it."""

    choices: PlanChoices | None = None
    wave_plan: WavePlan | None = None
    waves: tuple[Wave, ...] = ()
    placed: tuple[PlacedApplication, ...] = ()
    resource_plan: ResourcePlan | None = None
    allocations: tuple[ResourceAllocation, ...] = ()
    timeline: Timeline | None = None
    activities: tuple[PlanActivity, ...] = ()
    milestones: tuple[PlanMilestone, ...] = ()
    cost: CostEstimate | None = None
    cost_lines: tuple[CostLine, ...] = ()
    synthesis: PlanSynthesis | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """The wave number of each placed application, by its id."""
        number_of = {wave.id: wave.number for wave in self.waves}
        return {each.application_id: number_of[each.wave_id] for each in self.placed}

    def wave(self, number: int) -> Wave | None:
        """The wave of that number; None where there is none."""
        return next((wave for wave in self.waves if wave.number == number), None)


NO_PLAN = Plan()


def between_waves(numbers: Mapping[str, int], dependencies: Iterable[Dependency | UsedDependency]) -> int:
    """How many of these, of every kind, lead from one wave to another; an end that is in no wave splits nothing."""
    ends = ((numbers.get(each.from_id), numbers.get(each.to_id)) for each in dependencies)
    return sum(None not in pair and pair[0] != pair[1] for pair in ends)
