"""A schedule after a person has changed something of it: at once, in the order that levelling had found."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from domain.errors import Refused
from domain.planning.critical_path import CriticalPath, critical_path, scheduled_path
from domain.planning.levelling import over_booked
from domain.planning.project import Project
from domain.planning.resource_links import with_resource_links, within_pools


def rescheduled(before: Project, starts: Mapping[str, int], after: Project) -> CriticalPath:
    """The earliest dates of `after` in which who waited for a pool in `before` waits still.

    Where that contradicts what is pinned, links alone decide and pools may be over-booked. Refused INFEASIBLE where
    links alone contradict it, too.
    """
    found = critical_path(after)
    if starts.keys() == {activity.id for activity in before.activities}:
        # What is pinned comes first; that a pool cannot do it is told.
        with suppress(Refused):
            found = critical_path(_in_order(before, starts, after))
    dates = {id: times.earliest_start for id, times in found.times.items()}
    return scheduled_path(after if over_booked(after, dates) else with_resource_links(after, dates), dates)


def over_bookings(project: Project, starts: Mapping[str, int]) -> dict[str, int]:
    """The first day on which each over-booked pool is asked for more than it gives, by the pool's id."""
    used: dict[tuple[int, str], int] = {}
    for activity in project.activities:
        for first, end in project.days(activity).pieces(starts[activity.id], activity.duration):
            for day in range(first, end):
                for demand in activity.demands:
                    used[day, demand.pool] = used.get((day, demand.pool), 0) + demand.units
    pools, found = {pool.id: pool for pool in project.pools}, dict[str, int]()
    for (day, id), units in sorted(used.items()):
        if units > pools[id].given_on(day):
            found.setdefault(id, day)
    return found


def _in_order(before: Project, starts: Mapping[str, int], after: Project) -> Project:
    waited = set(with_resource_links(before, starts).links) - set(before.links)
    there = {activity.id for activity in after.activities}
    kept = [link for link in waited if {link.predecessor, link.successor} <= there]
    links = sorted({*after.links, *kept}, key=lambda each: (each.predecessor, each.successor, each.kind, each.lag))
    return replace(within_pools(after), links=tuple(links))
