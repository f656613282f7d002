"""What waits for what because of pools: in a schedule, the hours that one activity leaves to another are a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.planning.project import Activity, Link, Pool, Project


@dataclass(frozen=True, slots=True)
class _Left:
    """Units that an activity leaves when it is done; of nobody at the beginning."""

    by: str | None
    finish: int
    units: int


def with_resource_links(project: Project, starts: Mapping[str, int]) -> Project:
    """The project with links that keep its pools: what moves within their floats over-books none.

    Where an activity works while another rests over a blackout there is nothing to link, and floats do not know of it.
    """
    links = set(project.links)
    for pool in project.pools:
        links |= _handed_on(project, pool, starts)
    activities = tuple(replace(each, finish_by=_end(project, each)) for each in within_pools(project).activities)
    return replace(project, activities=activities, links=tuple(sorted(links, key=_ends)))


def within_pools(project: Project) -> Project:
    """The project with nothing before one of its pools is there."""
    activities = tuple(replace(each, not_before=_begin(project, each)) for each in project.activities)
    return replace(project, activities=activities)


def _handed_on(project: Project, pool: Pool, starts: Mapping[str, int]) -> set[Link]:
    left = [_Left(None, 0, pool.units)]
    links: set[Link] = set()
    linked = {(link.predecessor, link.successor) for link in project.links}
    for activity in sorted(project.activities, key=lambda each: (starts[each.id], each.id)):
        wanted = units = sum(demand.units for demand in activity.demands if demand.pool == pool.id)
        if not units or not activity.duration:
            continue
        start = starts[activity.id]
        # Best from nobody, then from those it waits for anyway, then from those done longest.
        ready = sorted(
            (each for each in left if each.finish <= start),
            key=lambda each: (each.by is not None, (each.by, activity.id) not in linked, each.finish, each.by or ""),
        )
        for each in ready:
            if not wanted:
                break
            taken = min(wanted, each.units)
            wanted -= taken
            left.remove(each)
            if each.units > taken:
                left.append(replace(each, units=each.units - taken))
            if each.by is not None:
                links.add(Link(each.by, activity.id))
        left.append(_Left(activity.id, project.days(activity).finish(start, activity.duration), units))
    return links


def _begin(project: Project, activity: Activity) -> int:
    return max([activity.not_before, *(pool.available_from or 0 for pool in _asked(project, activity))])


def _end(project: Project, activity: Activity) -> int | None:
    ends = (activity.finish_by, *(pool.available_until for pool in _asked(project, activity)))
    return min((end for end in ends if end is not None), default=None)


def _asked(project: Project, activity: Activity) -> list[Pool]:
    asked = {demand.pool for demand in activity.demands if demand.units} if activity.duration else set()
    return [pool for pool in project.pools if pool.id in asked]


def _ends(link: Link) -> tuple[str, str, str, int]:
    return link.predecessor, link.successor, link.kind, link.lag
