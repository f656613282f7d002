"""Whether a timeline keeps what was asked of it: date by date, from calendars, hours and rules alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from domain.planning.timeline import Bar, TimelineDraft
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import PlannedWave, TimelineRequest

Bars = Mapping[tuple[int, WavePhase], Bar]
_DAY = timedelta(days=1)
_SATURDAY = 5
# Demands are rounded up to parts of an hour; that much may the sum of a day seem to be over.
_ROUNDING = Fraction(1, 1_000)


def check_timeline(request: TimelineRequest, draft: TimelineDraft) -> tuple[str, ...]:
    """Everything that is wrong, in words. Pools are looked at where the timeline says that it is levelled."""
    bars = {(bar.wave, bar.phase): bar for bar in draft.bars}
    waves = [wave for wave in request.waves if wave.applications]
    missing = [
        f"{wave.name} has no {phase}." for wave in waves for phase in WavePhase if (wave.number, phase) not in bars
    ]
    if missing:
        return tuple(missing)
    found = [*_lengths(request, draft), *_sequence(waves, bars), *_beside(request, waves, bars)]
    found += [*_pins(request, draft), *_milestones(request, waves, bars, draft)]
    if draft.resource_feasible:
        found += _pools(request, waves, bars)
    return tuple(found)


def _worked(request: TimelineRequest, bar: Bar) -> list[date]:
    """The dates on which it is worked at, from its first to its last."""
    span = [bar.starts_on + _DAY * offset for offset in range((bar.ends_on - bar.starts_on).days + 1)]
    days = [day for day in span if day.weekday() < _SATURDAY and day not in request.calendar.holidays]
    if bar.phase is not WavePhase.MIGRATION:
        return days
    return [day for day in days if not any(each.starts_on <= day <= each.ends_on for each in request.blackouts)]


def _lengths(request: TimelineRequest, draft: TimelineDraft) -> Iterator[str]:
    for bar in draft.bars:
        days = _worked(request, bar)
        if len(days) != bar.working_days:
            yield f"{bar.name} lasts {bar.working_days} working days, but has {len(days)}."
        if days and (days[0] != bar.starts_on or days[-1] != bar.ends_on):
            yield f"{bar.name} starts or ends on a day on which nobody works at it."
        if bar.starts_on < request.starts_on:
            yield f"{bar.name} starts before the plan."


def _sequence(waves: list[PlannedWave], bars: Bars) -> Iterator[str]:
    for wave in waves:
        own = [bars[wave.number, phase] for phase in WavePhase]
        for before, after in pairwise(own):
            if after.starts_on <= before.ends_on:
                yield f"{after.name} starts before {before.name} is done."
        for provider in wave.after:
            cut_over, needed = bars[wave.number, WavePhase.MIGRATION], bars.get((provider, WavePhase.MIGRATION))
            if needed is not None and needed.ends_on > cut_over.ends_on:
                yield f"{wave.name} cuts over before wave {provider}, which it needs."
        if wave.not_before is not None and own[0].starts_on < wave.not_before:
            yield f"{wave.name} starts before {wave.not_before.isoformat()}."


def _beside(request: TimelineRequest, waves: list[PlannedWave], bars: Bars) -> Iterator[str]:
    """It is enough to look at the day on which each wave starts."""
    spans = {
        wave.number: (bars[wave.number, WavePhase.DESIGN].starts_on, bars[wave.number, WavePhase.CLOSURE].ends_on)
        for wave in waves
    }
    for wave in waves:
        day = spans[wave.number][0]
        running = sum(first <= day <= last for first, last in spans.values())
        if running > max(1, request.max_parallel_waves):
            yield f"{running} waves run on {day.isoformat()}."


def _pins(request: TimelineRequest, draft: TimelineDraft) -> Iterator[str]:
    for bar in draft.bars:
        change = request.changes.get(bar.id)
        if change is not None and change.starts_on not in (None, bar.starts_on):
            yield f"{bar.name} does not start on the day it is pinned to."
        if change is not None and change.working_days not in (None, bar.working_days):
            yield f"{bar.name} does not last as long as a person said."


def _milestones(request: TimelineRequest, waves: list[PlannedWave], bars: Bars, draft: TimelineDraft) -> Iterator[str]:
    dates = {each.name: each.date for each in draft.milestones}
    for wave in waves:
        if dates.get(f"Cut-over of {wave.name}") != bars[wave.number, WavePhase.MIGRATION].ends_on:
            yield f"The cut-over of {wave.name} is not its last migration day."
    last = max((bars[wave.number, WavePhase.MIGRATION].ends_on for wave in waves), default=None)
    left = (request.portfolio or 0) - sum(wave.applications for wave in waves)
    if dates.get("Last cut-over" if left > 0 else "All applications migrated") != last:
        yield "All is migrated on another day than the last cut-over."


def _pools(request: TimelineRequest, waves: list[PlannedWave], bars: Bars) -> Iterator[str]:
    """Each wave's hours, spread evenly over its planned days, on the days on which its phases are worked at."""
    asked: dict[tuple[str, date], Fraction] = {}
    planned = {wave.number: _planned(request, wave) for wave in waves}
    for (number, phase), bar in bars.items():
        wave = next(wave for wave in waves if wave.number == number)
        share = planned[number].get(phase, Fraction(0))
        worked = _worked(request, bar)
        for id, hours in wave.hours.items():
            each_day = Fraction(hours) * share / bar.working_days
            for day in worked if each_day else ():
                asked[id, day] = asked.get((id, day), Fraction(0)) + each_day
    for pool in request.pools:
        first, last = pool.available_from or date.min, pool.available_until or date.max
        for (id, day), wanted in sorted(asked.items()):
            given = Fraction(pool.hours_per_day) if first <= day <= last else Fraction(0)
            if id == pool.id and wanted > given + (_ROUNDING if given else 0):
                yield f"{pool.name} is asked for {float(wanted):.2f} hours on {day.isoformat()}."


def _planned(request: TimelineRequest, wave: PlannedWave) -> dict[WavePhase, Fraction]:
    """The share of a wave's hours that belongs to each phase: 20, 30, 30, 15, 5% of its days, half up."""
    per_day = {pool.id: Fraction(pool.hours_per_day) for pool in request.pools}
    days = max([20, *(-(-Fraction(hours) // per_day[pool]) for pool, hours in wave.hours.items() if hours > 0)])
    ends = [int(Fraction(days * percent, 100) + Fraction(1, 2)) for percent in (0, 20, 50, 80, 95, 100)]
    phases = [phase for phase in WavePhase if phase is not WavePhase.HYPERCARE]
    return {phase: Fraction(end - begin, int(days)) for phase, (begin, end) in zip(phases, pairwise(ends), strict=True)}
