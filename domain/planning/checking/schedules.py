"""Whether a schedule keeps what a project asks: day by day, knowing only the constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice

from domain.planning.project import Activity, LinkKind, Project


def check_schedule(project: Project, starts: Mapping[str, int]) -> tuple[str, ...]:
    """Everything that is wrong with these starts, in words; nothing where the schedule is good."""
    missing = sorted({activity.id for activity in project.activities} ^ starts.keys())
    if missing:
        return tuple(f"{id} is in the plan or in the schedule, but not in both." for id in missing)
    worked = {activity.id: _worked(project, activity, starts[activity.id]) for activity in project.activities}
    done = {id: days[-1] + 1 if days else starts[id] for id, days in worked.items()}
    return (*_dates(project, starts, done), *_links(project, starts, done), *_pools(project, worked))


def _worked(project: Project, activity: Activity, start: int) -> list[int]:
    """Every day on which it is worked at, one after the other."""
    shut = [range(*each) for each in project.closed] if activity.moving else []
    return list(islice((day for day in count(start) if not any(day in each for each in shut)), activity.duration))


def _dates(project: Project, starts: Mapping[str, int], done: Mapping[str, int]) -> Iterator[str]:
    for activity in project.activities:
        start = starts[activity.id]
        if start < max(0, activity.not_before):
            yield f"{activity.title} starts too early, on {project.said(start)}."
        if activity.pinned is not None and start != activity.pinned:
            yield f"{activity.title} is pinned to {project.said(activity.pinned)}, not {project.said(start)}."
        if activity.finish_by is not None and done[activity.id] > activity.finish_by:
            yield f"{activity.title} is done too late, on {project.said(done[activity.id] - 1)}."
        if activity.moving and any(start in range(*each) for each in project.closed):
            yield f"{activity.title} starts on {project.said(start)}, on which nothing may move."


def _links(project: Project, starts: Mapping[str, int], done: Mapping[str, int]) -> Iterator[str]:
    for link in project.links:
        reached = starts if link.kind is LinkKind.FINISH_TO_START else done
        if done[link.predecessor] + link.lag > reached[link.successor]:
            yield f"{link.successor} does not wait for {link.predecessor} and {link.lag} days more."


def _pools(project: Project, worked: Mapping[str, list[int]]) -> Iterator[str]:
    for pool in project.pools:
        asked: dict[int, int] = {}
        for activity in project.activities:
            units = sum(demand.units for demand in activity.demands if demand.pool == pool.id)
            for day in worked[activity.id]:
                asked[day] = asked.get(day, 0) + units
        for day, units in sorted(asked.items()):
            away = (pool.available_from is not None and day < pool.available_from) or (
                pool.available_until is not None and day >= pool.available_until
            )
            given = 0 if away else pool.units
            if units > given:
                yield f"{pool.title} is asked for {units} on {project.said(day)} and gives {given}."
