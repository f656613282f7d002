"""What is wrong with waves, pools and dates before anything is scheduled, each said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

from domain.errors import ErrorCode, Problem
from domain.planning.conflicts import infeasible
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import ActivityChange, TimelineRequest, activity_id, days_of

# Nobody plans further: beyond it a number is a slip of the pen.
LONGEST_YEARS = 100
LONGEST_WORKING_DAYS = 26_000
_LAST_YEAR = 9_000


def wave_problems(request: TimelineRequest) -> Iterator[Problem]:
    """All of them; where there is none, activities with dates can be made."""
    without = tuple(_without_hours(request))
    yield from without
    yield from _senseless(request)
    yield from _far_away(request)
    if not without:
        yield from _too_long(request)


def _without_hours(request: TimelineRequest) -> Iterator[Problem]:
    pools = {pool.id: pool for pool in request.pools}
    for wave in request.moving_waves:
        for id, hours in sorted(wave.hours.items()):
            pool = pools.get(id)
            if hours > 0 and (pool is None or pool.hours_per_day <= 0):
                gives = "is no pool of the plan" if pool is None else "gives none"
                yield infeasible(f"{wave.name} needs {hours} hours of {pool.name if pool else id}, which {gives}.")


def _senseless(request: TimelineRequest) -> Iterator[Problem]:
    """Changes of activities that are no longer there are left alone."""
    for wave, phase in product(request.moving_waves, WavePhase):
        id = activity_id(wave.number, phase)
        change = request.changes.get(id, ActivityChange())
        if change.working_days is not None and change.working_days < 1:
            yield Problem(ErrorCode.INVALID_INPUT, "An activity lasts at least one working day.", ("workingDays",))
        day = change.starts_on
        if day is not None and not request.calendar.works(day):
            pinned = f"{wave.name}: {phase} is pinned to {day.isoformat()}"
            yield infeasible(f"{pinned}, which is no working day.", id)


def _far_away(request: TimelineRequest) -> Iterator[Problem]:
    if request.starts_on.year > _LAST_YEAR:
        yield Problem(ErrorCode.INVALID_INPUT, f"A plan starts by the year {_LAST_YEAR}.", ("startsOn",))
    dates: list[tuple[str, date | None]] = [(f"{wave.name} may start", wave.not_before) for wave in request.waves]
    dates += [(f"{pool.name} is there", pool.available_from) for pool in request.pools]
    dates += [("A blackout ends", blackout.ends_on) for blackout in request.blackouts]
    dates += [("An activity is pinned", change.starts_on) for _, change in sorted(request.changes.items())]
    for what, day in dates:
        if day is not None and day.year > request.starts_on.year + LONGEST_YEARS:
            yield infeasible(f"{what} on {day.isoformat()}, over {LONGEST_YEARS} years after the plan's start.")


def _too_long(request: TimelineRequest) -> Iterator[Problem]:
    changed = sum(change.working_days or 0 for change in request.changes.values())
    days = changed + sum(days_of(wave, request.pools) for wave in request.moving_waves)
    if days > LONGEST_WORKING_DAYS:
        yield infeasible(f"The waves need {days} working days one after the other, more than {LONGEST_WORKING_DAYS}.")
