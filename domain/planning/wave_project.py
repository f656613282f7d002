"""The activities of waves: five phases each and hypercare, with their hours, in the order that waves must keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from domain.errors import Refused
from domain.planning.calendar import Dates
from domain.planning.project import Activity, Demand, Link, LinkKind, Pool, Project
from domain.planning.wave_phases import HYPERCARE_DAYS, WavePhase, phase_days
from domain.planning.wave_problems import wave_problems
from domain.planning.wave_request import (
    ActivityChange,
    PlannedWave,
    TimelinePool,
    TimelineRequest,
    activity_id,
    days_of,
)

# Hours a day are rarely whole: pools and demands are counted in these parts of an hour.
UNITS_PER_HOUR = 10_000


def wave_project(request: TimelineRequest) -> Project:
    """Refused where hours cannot be worked at all, or a change makes no sense."""
    if problems := tuple(wave_problems(request)):
        raise Refused(problems)
    days = {wave.number: days_of(wave, request.pools) for wave in request.moving_waves}
    activities = [each for wave in request.moving_waves for each in _activities(wave, days[wave.number], request)]
    return Project(
        activities=tuple(activities),
        links=tuple(_links(request, days)),
        pools=tuple(_pool(pool, request.dates) for pool in request.pools),
        closed=request.dates.closed(request.blackouts),
        dates=request.dates,
    )


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
