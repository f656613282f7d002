"""What wave placement is asked: applications, what ties them, the limits, and what a person has settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.planning.calendar import Blackout, WorkingCalendar

# The weight of a soft dependency of which nothing else is known.
ORDINARY_WEIGHT = 100
PILOT_LEAST, PILOT_MOST = 3, 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application to be placed. `hours` by pool; `dependencies` counts those it needs and those that need it."""

    id: str
    name: str
    hours: tuple[tuple[str, Decimal], ...] = ()
    risk: float = 0.5
    priority: Decimal = Decimal(0)
    dependencies: int = 0
    department: str | None = None

    @property
    def total_hours(self) -> Decimal:
        return sum((hours for _, hours in self.hours), Decimal(0))


@dataclass(frozen=True, slots=True)
class HardDependency:
    """The provider's cut-over is no later than the consumer's."""

    consumer_id: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class SoftTie:
    """Applications that had better move together: the weight counts once for each further wave they are spread over.

    `hint` names the move group that was hinted; without it the tie is a soft dependency of two.
    """

    application_ids: tuple[str, ...]
    weight: int = ORDINARY_WEIGHT
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class GivenGroup:
    """Applications that a person said move together."""

    application_ids: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PoolCapacity:
    """Hours that a pool, or all pools of a role, give per working day."""

    pool: str
    hours_per_day: Decimal


@dataclass(frozen=True, slots=True)
class WaveSetting:
    """What a person settled about the wave of that number; `locked_ids` are all the applications of a locked wave."""

    number: int
    locked_ids: tuple[str, ...] | None = None
    max_applications: int | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A person's wish that is always kept: the application is in that wave, or in none."""

    application_id: str
    number: int | None


@dataclass(frozen=True, slots=True)
class WaveLimits:
    """`duration_days` are calendar days from a wave's first to its last day inclusive."""

    max_applications: int = 5
    duration_days: int = 90
    parallel_waves: int = 1
    pilot: bool = True


@dataclass(frozen=True, slots=True)
class WaveProblem:
    """Everything that decides a placement; the order of its tuples decides nothing. Without `starts_on`, no dates."""

    candidates: tuple[Candidate, ...]
    hard: tuple[HardDependency, ...] = ()
    soft: tuple[SoftTie, ...] = ()
    groups: tuple[GivenGroup, ...] = ()
    limits: WaveLimits = field(default_factory=WaveLimits)
    capacities: tuple[PoolCapacity, ...] = ()
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    blackouts: tuple[Blackout, ...] = ()
    starts_on: date | None = None
    settings: tuple[WaveSetting, ...] = ()
    moves: tuple[Move, ...] = ()
