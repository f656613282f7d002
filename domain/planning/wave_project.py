"""The activities of waves: five phases each and hypercare, with their hours, in the order that waves must keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from domain.errors import ErrorCode, Problem, Refused
from domain.planning.calendar import Blackout, Dates, WorkingCalendar
from domain.planning.conflicts import infeasible
from domain.planning.project import Activity, Demand, Link, LinkKind, Pool, Project
from domain.planning.wave_phases import HYPERCARE_DAYS, WavePhase, phase_days, wave_days

# Hours a day are rarely whole: pools and demands are counted in these parts of an hour.
UNITS_PER_HOUR = 10_000
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


def wave_project(request: TimelineRequest) -> Project:
    """Refused where hours cannot be worked at all, or a change makes no sense."""
    problems = [*_without_hours(request), *_senseless(request)]
    if problems:
        raise Refused(problems)
    days = {wave.number: _wave_days(wave, request.pools) for wave in request.moving_waves}
    activities = [each for wave in request.moving_waves for each in _activities(wave, days[wave.number], request)]
    return Project(
        activities=tuple(activities),
        links=tuple(_links(request, days)),
        pools=tuple(_pool(pool, request.dates) for pool in request.pools),
        closed=request.dates.closed(request.blackouts),
        dates=request.dates,
    )


def _wave_days(wave: PlannedWave, pools: Sequence[TimelinePool]) -> int:
    return wave_days((wave.hours.get(pool.id, Decimal(0)), pool.hours_per_day) for pool in pools)


def _activities(wave: PlannedWave, days: int, request: TimelineRequest) -> Iterator[Activity]:
    for phase, planned in {**phase_days(days), WavePhase.HYPERCARE: HYPERCARE_DAYS}.items():
        id = activity_id(wave.number, phase)
        change = request.changes.get(id, ActivityChange())
        length = change.working_days or planned
        works = phase is not WavePhase.HYPERCARE
        dated = phase is WavePhase.DESIGN and wave.not_before is not None
        yield Activity(
            id,
            length,
            _demands(wave, planned, days, length) if works else (),
            name=f"{wave.name}: {phase}",
            moving=phase is WavePhase.MIGRATION,
            not_before=max(0, request.dates.number(wave.not_before)) if dated and wave.not_before else 0,
            pinned=None if change.starts_on is None else request.dates.number(change.starts_on),
        )


def _demands(wave: PlannedWave, planned: int, days: int, length: int) -> tuple[Demand, ...]:
    """Hours spread evenly over the wave's days; a phase that a person stretches or shortens keeps its hours."""
    return tuple(
        Demand(pool, _ceiling(hours * UNITS_PER_HOUR * planned, days * length))
        for pool, hours in sorted(wave.hours.items())
        if hours > 0
    )


def _ceiling(units: Decimal, parts: int) -> int:
    whole, rest = divmod(units, parts)
    return int(whole) + (rest > 0)


def _pool(pool: TimelinePool, dates: Dates) -> Pool:
    units = int((pool.hours_per_day * UNITS_PER_HOUR).to_integral_value(ROUND_FLOOR))
    begin = None if pool.available_from is None else max(0, dates.number(pool.available_from))
    last = pool.available_until
    end = None if last is None else dates.number(last) + dates.calendar.works(last)
    return Pool(pool.id, units, pool.name, begin, end, parts=UNITS_PER_HOUR, measure="hours")


def _links(request: TimelineRequest, days: Mapping[int, int]) -> Iterator[Link]:
    there = set(days)
    for wave in request.moving_waves:
        phases = [activity_id(wave.number, phase) for phase in WavePhase]
        for before, after in pairwise(phases):
            yield Link(before, after)
        for provider in sorted(there.intersection(wave.after) - {wave.number}):
            cut_overs = [activity_id(number, WavePhase.MIGRATION) for number in (provider, wave.number)]
            yield Link(cut_overs[0], cut_overs[1], kind=LinkKind.FINISH_TO_FINISH)
    yield from _turns(request, days)


def _turns(request: TimelineRequest, days: Mapping[int, int]) -> Iterator[Link]:
    """At most so many waves at once: each follows the one whose place is free first; hypercare takes no place."""
    places: list[tuple[int, int | None]] = [(0, None)] * max(1, request.max_parallel_waves)
    for wave in request.moving_waves:
        free, before = min(places, key=lambda place: place[0])
        places.remove((free, before))
        dated = 0 if wave.not_before is None else request.dates.number(wave.not_before)
        places.append((max(free, dated) + days[wave.number], wave.number))
        if before is not None:
            yield Link(activity_id(before, WavePhase.CLOSURE), activity_id(wave.number, WavePhase.DESIGN))


def _without_hours(request: TimelineRequest) -> Iterator[Problem]:
    pools = {pool.id: pool for pool in request.pools}
    for wave in request.moving_waves:
        for id, hours in sorted(wave.hours.items()):
            pool = pools.get(id)
            if hours > 0 and (pool is None or pool.hours_per_day <= 0):
                gives = "is no pool of the plan" if pool is None else "gives none"
                yield infeasible(f"{wave.name} needs {hours} hours of {pool.name if pool else id}, which {gives}.")


def _senseless(request: TimelineRequest) -> Iterator[Problem]:
    names = {wave.number: wave.name for wave in request.waves}
    for id, change in sorted(request.changes.items()):
        if change.working_days is not None and change.working_days < 1:
            yield Problem(ErrorCode.INVALID_INPUT, "An activity lasts at least one working day.", ("workingDays",))
        day = change.starts_on
        if day is not None and not request.calendar.works(day):
            number, _, phase = id.split("-", 2)
            name = f"{names.get(int(number), number)}: {phase}"
            yield infeasible(f"{name} is pinned to {day.isoformat()}, which is no working day.", id)
