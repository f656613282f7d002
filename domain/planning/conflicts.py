"""What makes a project impossible whatever the schedule, each said by the names of what is in conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.errors import ErrorCode, Problem, Refused
from domain.graph import cycles
from domain.planning.project import Activity, Pool, Project

# A sentence names at most so many activities.
_NAMED = 10


def check_links(project: Project) -> None:
    """Refused INFEASIBLE with everything for which no dates can be found at all."""
    problems = tuple(_problems(project))
    if problems:
        raise Refused(problems)


def check_pools(project: Project) -> None:
    """Refused INFEASIBLE with what asks more of a pool than it ever gives."""
    pools = {pool.id: pool for pool in project.pools}
    problems = [problem for activity in project.activities for problem in _unmet(activity, pools)]
    problems += _pins_over(project, pools)
    if problems:
        raise Refused(problems)


def check_availability(project: Project, finishes: Mapping[str, int]) -> None:
    """Refused INFEASIBLE with what cannot be done before a pool is gone, whoever else needs it; once for each pool."""
    late: dict[str, list[Activity]] = {}
    pools = {pool.id: pool for pool in project.pools}
    for activity in project.activities:
        for demand in activity.demands:
            until = pools[demand.pool].available_until
            if until is not None and demand.units and finishes[activity.id] > until and activity.duration:
                late.setdefault(demand.pool, []).append(activity)
    if late:
        raise Refused([_gone(project, pools[id], activities, finishes) for id, activities in late.items()])


def _gone(project: Project, pool: Pool, late: Sequence[Activity], finishes: Mapping[str, int]) -> Problem:
    """The first that comes too late, and how many do so after it: one pool can fail all that follows."""
    first = min(late, key=lambda each: finishes[each.id])
    lasts = f"{first.title} lasts until {project.said(finishes[first.id] - 1)} at the earliest"
    rest = len(late) - 1
    needs = "it needs" if not rest else f"it and {rest:,} more {'activity' if rest == 1 else 'activities'} need"
    gone = f"{pool.title}, which {needs}, is there only before {project.said(pool.available_until or 0)}"
    return infeasible(f"{lasts}, but {gone}.", *(each.id for each in late))


def infeasible(message: str, *activity_ids: str) -> Problem:
    """A conflict between these activities."""
    return Problem(ErrorCode.INFEASIBLE, message, details={"activities": list(activity_ids)})


def _problems(project: Project) -> Iterator[Problem]:
    names = {activity.id: activity.title for activity in project.activities}
    yield from _twice(activity.id for activity in project.activities)
    yield from _twice(pool.id for pool in project.pools)
    yield from _bad_links(project, names)
    yield from _rings(project, names)
    for activity in project.activities:
        if activity.duration < 0:
            yield infeasible(f"{activity.title} lasts {activity.duration} days.", activity.id)


def _twice(ids: Iterable[str]) -> Iterator[Problem]:
    for id, count in Counter(ids).items():
        if count > 1:
            yield infeasible(f"{id} is there {count} times.", id)


def _bad_links(project: Project, names: dict[str, str]) -> Iterator[Problem]:
    for link in project.links:
        ends = (link.predecessor, link.successor)
        unknown = [id for id in ends if id not in names]
        if unknown:
            yield infeasible(f"A link names {' and '.join(unknown)}, which is not in the plan.", *unknown)
        elif link.predecessor == link.successor:
            yield infeasible(f"{names[link.predecessor]} waits for itself.", link.predecessor)
        elif link.lag < 0:
            from_to = f"from {names[link.predecessor]} to {names[link.successor]}"
            yield infeasible(f"The lag {from_to} is {link.lag} days; a lag is 0 or more.", *ends)


def _rings(project: Project, names: dict[str, str]) -> Iterator[Problem]:
    edges = sorted((link.predecessor, link.successor) for link in project.links)
    for ring in cycles(edges):
        ids = sorted(id for id in ring if id in names)
        rest = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        yield infeasible(f"Each waits for the others: {', '.join(names[id] for id in ids[:_NAMED])}{rest}.", *ids)


def _unmet(activity: Activity, pools: dict[str, Pool]) -> Iterator[Problem]:
    if activity.duration == 0:
        return
    for demand in activity.demands:
        pool = pools.get(demand.pool)
        if pool is None:
            yield infeasible(f"{activity.title} needs {demand.pool}, which is no pool of the plan.", activity.id)
        elif demand.units < 0:
            yield infeasible(f"{activity.title} needs {demand.units} of {pool.title}.", activity.id)
        elif demand.units > pool.units:
            needs = f"{activity.title} needs {pool.said(demand.units)} a day of {pool.title}"
            yield infeasible(f"{needs}, which gives {pool.said(pool.units)}.", activity.id)


def _pins_over(project: Project, pools: dict[str, Pool]) -> Iterator[Problem]:
    """Pools that pinned activities alone ask for too much, each at its first such day."""
    taken: dict[tuple[str, int], list[tuple[int, Activity]]] = {}
    for activity in project.activities:
        if activity.pinned is None or activity.duration <= 0:
            continue
        for first, end in project.days(activity).pieces(activity.pinned, activity.duration):
            for demand in activity.demands:
                for day in range(first, end):
                    taken.setdefault((demand.pool, day), []).append((demand.units, activity))
    told: set[str] = set()
    for (pool_id, day), uses in sorted(taken.items(), key=lambda item: item[0]):
        pool, asked = pools.get(pool_id), sum(units for units, _ in uses)
        if pool is None or pool_id in told or asked <= pool.given_on(day):
            continue
        told.add(pool_id)
        who = " and ".join(activity.title for _, activity in uses)
        asks = f"{who} {'are' if len(uses) > 1 else 'is'} pinned so that they need {pool.said(asked)} of {pool.title}"
        gives = f"which gives {pool.said(pool.given_on(day))}"
        yield infeasible(f"{asks} on {project.said(day)}, {gives}.", *(each.id for _, each in uses))
