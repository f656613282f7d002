"""What a timeline is made from: waves with their hours, pools, the calendar, and what people have set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.planning.calendar import Blackout, Dates, WorkingCalendar
from domain.planning.wave_phases import WavePhase, wave_days

_ORDER = {phase: index for index, phase in enumerate(WavePhase)}


@dataclass(frozen=True, slots=True)
class TimelinePool:
    """A pool of people with a role; always there where no dates are given."""

    id: str
    name: str
    hours_per_day: Decimal
    available_from: date | None = None
    available_until: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """`hours` by pool; it cuts over no earlier than the waves it comes `after`, and starts no earlier than its date."""

    number: int
    name: str
    applications: int
    hours: Mapping[str, Decimal] = field(default_factory=dict)
    pilot: bool = False
    not_before: date | None = None
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """What a person set: a first day that is kept, other working days, or both."""

    starts_on: date | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineRequest:
    """All that a timeline rests on; `changes` by the ids that `activity_id` gives."""

    starts_on: date
    waves: tuple[PlannedWave, ...]
    pools: tuple[TimelinePool, ...] = ()
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    blackouts: tuple[Blackout, ...] = ()
    max_parallel_waves: int = 1
    changes: Mapping[str, ActivityChange] = field(default_factory=dict)
    # Applications in all; by default those of the waves.
    portfolio: int | None = None

    @property
    def dates(self) -> Dates:
        return Dates(self.calendar, self.starts_on)

    @property
    def moving_waves(self) -> tuple[PlannedWave, ...]:
        """In order; a wave without applications has no activities."""
        return tuple(sorted((wave for wave in self.waves if wave.applications), key=lambda wave: wave.number))


def activity_id(wave: int, phase: WavePhase) -> str:
    """Sorts by wave, then by phase."""
    return f"{wave:04}-{_ORDER[phase]}-{phase}"


def days_of(wave: PlannedWave, pools: Iterable[TimelinePool]) -> int:
    """How many working days the wave lasts at the pools' capacity."""
    return wave_days((wave.hours.get(pool.id, Decimal(0)), pool.hours_per_day) for pool in pools)
