"""A plan's timeline: its bars with dates and floats, its milestones, and whether its pools can do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from domain.planning.critical_path import CriticalPath, Times, critical_path, scheduled_path
from domain.planning.levelling import Budget, Levelled, level
from domain.planning.milestones import Milestone, milestones
from domain.planning.ports import Leveller
from domain.planning.project import Activity, Project
from domain.planning.rescheduling import over_bookings, rescheduled
from domain.planning.resource_links import with_resource_links
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_project import wave_project
from domain.planning.wave_request import TimelineRequest, activity_id


@dataclass(frozen=True, slots=True)
class Bar:
    """An activity with its dates; `earliest_start` by links alone, latest finish and floats within the pools too."""

    id: str
    number: int
    name: str
    wave: int
    phase: WavePhase
    starts_on: date
    ends_on: date
    working_days: int
    earliest_start: date
    latest_finish: date
    float_days: int
    free_float_days: int
    critical: bool
    predecessors: tuple[str, ...]
    pinned: bool


@dataclass(frozen=True, slots=True)
class TimelineDraft:
    """What `timeline_generation` comes to; `levelled` is None where pools were not looked at."""

    starts_on: date
    ends_on: date
    bars: tuple[Bar, ...]
    milestones: tuple[Milestone, ...]
    critical_path: tuple[str, ...]
    resource_feasible: bool
    levelled: Levelled | None
    # The first day on which a pool is asked for more than it gives, by the pool's id.
    over_booked: Mapping[str, date] = field(default_factory=dict)


def levelled_timeline(
    request: TimelineRequest, leveller: Leveller, budget: Budget, cancelled: Callable[[], bool]
) -> TimelineDraft:
    """No pool is over-booked; Refused INFEASIBLE names what cannot be."""
    project = wave_project(request)
    levelled = level(project, leveller, budget, cancelled)
    path = scheduled_path(with_resource_links(project, levelled.starts), levelled.starts)
    return _draft(request, project, path, levelled)


def plain_timeline(request: TimelineRequest) -> TimelineDraft:
    """By the critical path alone, at once and without a solver; pools may be over-booked, and it says so."""
    project = wave_project(request)
    return _draft(request, project, critical_path(project), None)


def changed_timeline(
    before: TimelineRequest, starts: Mapping[str, date], lengths: Mapping[str, int], request: TimelineRequest
) -> TimelineDraft:
    """The same waves with what a person changed, at once and without a solver, in the order that there is.

    `starts` and `lengths` are those of the present schedule, made from `before`; where they are of other activities
    there is no order to keep. Pools may be over-booked in the end, and it says so.
    """
    project = wave_project(request)
    path = rescheduled(_lasting(before, lengths), _numbered(before, starts), project)
    return _draft(request, project, path, None)


def over_booked_pools(
    request: TimelineRequest, starts: Mapping[str, date], lengths: Mapping[str, int]
) -> dict[str, date]:
    """The first day on which a schedule that is there asks a pool for more than it gives, by the pool's id.

    Nothing where it is a schedule of other waves.
    """
    project = _lasting(request, lengths)
    if starts.keys() != {activity.id for activity in project.activities}:
        return {}
    return {id: _days(project)(day) for id, day in over_bookings(project, _numbered(request, starts)).items()}


def _lasting(request: TimelineRequest, lengths: Mapping[str, int]) -> Project:
    project = wave_project(request)
    activities = tuple(replace(each, duration=lengths.get(each.id, each.duration)) for each in project.activities)
    return replace(project, activities=activities)


def _numbered(request: TimelineRequest, starts: Mapping[str, date]) -> dict[str, int]:
    return {id: request.dates.number(day) for id, day in starts.items()}


def _draft(request: TimelineRequest, project: Project, path: CriticalPath, levelled: Levelled | None) -> TimelineDraft:
    earliest = critical_path(project)
    bars = tuple(
        _bar(number, project, activity, path.times[activity.id], earliest.times[activity.id])
        for number, activity in enumerate(project.activities, 1)
    )
    ends = {bar.id: bar.ends_on for bar in bars}
    over = over_bookings(project, {id: times.earliest_start for id, times in path.times.items()})
    return TimelineDraft(
        starts_on=min((bar.starts_on for bar in bars), default=request.starts_on),
        ends_on=max(ends.values(), default=request.starts_on),
        bars=bars,
        milestones=milestones(request, _of(request, ends, WavePhase.MIGRATION), _of(request, ends, WavePhase.CLOSURE)),
        critical_path=path.path,
        resource_feasible=not over,
        levelled=levelled,
        over_booked={id: _days(project)(day) for id, day in over.items()},
    )


def _bar(number: int, project: Project, activity: Activity, times: Times, earliest: Times) -> Bar:
    day = _days(project)
    wave, _, phase = activity.id.split("-", 2)
    return Bar(
        id=activity.id,
        number=number,
        name=activity.name,
        wave=int(wave),
        phase=WavePhase(phase),
        starts_on=day(times.earliest_start),
        ends_on=day(times.earliest_finish - 1),
        working_days=activity.duration,
        earliest_start=day(earliest.earliest_start),
        latest_finish=day(times.latest_finish - 1),
        float_days=times.total_float,
        free_float_days=times.free_float,
        critical=times.critical,
        predecessors=tuple(link.predecessor for link in project.links if link.successor == activity.id),
        pinned=activity.pinned is not None,
    )


def _days(project: Project) -> Callable[[int], date]:
    if project.dates is None:
        raise ValueError("A timeline has dates.")
    return project.dates.day


def _of(request: TimelineRequest, ends: Mapping[str, date], phase: WavePhase) -> dict[int, date]:
    return {wave.number: ends[activity_id(wave.number, phase)] for wave in request.moving_waves}
