"""Levelling: a schedule in which no pool is asked for more than it gives, as short as can be found and proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.planning import conflicts
from domain.planning.critical_path import critical_path
from domain.planning.ports import Leveller
from domain.planning.project import Activity, Project
from domain.planning.resource_links import within_pools

# The wall clock ends a search only when it takes this many times as long as its work should.
GUARD = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """Work for about so many seconds on one core; counted in steps, so that the same input comes to the same end."""

    seconds: float = 5.0

    @property
    def guard(self) -> float:
        return self.seconds * GUARD


@dataclass(frozen=True, slots=True)
class Levelled:
    """Starts by activity. No schedule is shorter than `bound`; `time_limited` when the wall clock ended the search."""

    starts: Mapping[str, int]
    makespan: int
    bound: int
    seconds: float = 0.0
    time_limited: bool = False

    @property
    def proven(self) -> bool:
        return self.makespan == self.bound

    @property
    def gap(self) -> float:
        """How far the schedule may be from the shortest, as a share of its own length."""
        return (self.makespan - self.bound) / self.makespan if self.makespan else 0.0


def level(project: Project, leveller: Leveller, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
    """The earliest schedule where pools allow it, which needs no search; Refused INFEASIBLE where nothing fits."""
    path = critical_path(project)
    conflicts.check_pools(project)
    within = critical_path(within_pools(project)).times
    conflicts.check_availability(project, {id: times.earliest_finish for id, times in within.items()})
    earliest = {id: times.earliest_start for id, times in path.times.items()}
    if not over_booked(project, earliest):
        return Levelled(earliest, path.length, path.length)
    return leveller.level(project, budget, cancelled)


def over_booked(project: Project, starts: Mapping[str, int]) -> bool:
    """Whether some pool is asked on some day for more than it gives."""
    used: dict[tuple[str, int], int] = {}
    for activity in project.activities:
        for day in _worked(project, activity, starts[activity.id]):
            for demand in activity.demands:
                used[demand.pool, day] = used.get((demand.pool, day), 0) + demand.units
    pools = {pool.id: pool for pool in project.pools}
    return any(units > pools[pool].given_on(day) for (pool, day), units in used.items())


def _worked(project: Project, activity: Activity, start: int) -> list[int]:
    pieces = project.days(activity).pieces(start, activity.duration)
    return [day for first, end in pieces for day in range(first, end)]
