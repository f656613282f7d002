"""A project laid out for fast placing: whole numbers, and all pools of a day in one of Python's long integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd

from domain.planning.critical_path import CriticalPath, critical_path
from domain.planning.days import OpenDays
from domain.planning.network import Network
from domain.planning.project import Activity, Link, LinkKind, Pool, Project
from domain.planning.resource_links import within_pools

# Predecessors, or successors, each with the lag to it.
Lags = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Activities by their place in the network's order; `pools` and `units` with their common divisors taken out.

    `room[day]` packs what is left of every pool, each below a guard bit of its own: demands fit a day where
    subtracting them borrows from no guard. Pinned activities have taken their room already.
    """

    network: Network
    path: CriticalPath
    pools: tuple[Pool, ...]
    # Of each activity, what it takes of each pool a day.
    units: tuple[Mapping[str, int], ...]
    days: tuple[OpenDays, ...]
    durations: tuple[int, ...]
    before: tuple[Lags, ...]
    after: tuple[Lags, ...]
    # Links from finish to finish, which are rare.
    paced: tuple[Lags, ...]
    # Those that cannot simply start on the first day with room for them.
    special: tuple[bool, ...]
    demands: tuple[int, ...]
    guard: int
    full: int
    room: tuple[int, ...]
    shut: tuple[bool, ...]

    @property
    def project(self) -> Project:
        return self.network.project

    @property
    def activities(self) -> Sequence[Activity]:
        return self.network.order

    @property
    def horizon(self) -> int:
        """By then everything is done in some schedule, if there is one at all."""
        return len(self.room)

    def starts(self, finishes: Sequence[int]) -> dict[str, int]:
        """By the activities' ids."""
        return {each.id: self.start(index, finishes[index]) for index, each in enumerate(self.activities)}

    def start(self, index: int, finish: int) -> int:
        """Of an activity that finishes then, and could not have started later."""
        days, duration = self.days[index], self.durations[index]
        return days.latest_start(finish, duration) if duration and days.closed else finish - duration


def lay_out(project: Project) -> Board:
    """Refused INFEASIBLE where no schedule can be, whatever the pools."""
    path, network = critical_path(within_pools(project)), Network.of(project)
    order, places = network.order, {activity.id: place for place, activity in enumerate(network.order)}

    def lags(links: Sequence[Link], kind: LinkKind, end: Callable[[Link], str]) -> Lags:
        found: dict[int, int] = {}
        for link in links:
            if link.kind is kind:
                found[places[end(link)]] = max(link.lag, found.get(places[end(link)], 0))
        return tuple(found.items())

    start, finish = LinkKind.FINISH_TO_START, LinkKind.FINISH_TO_FINISH
    paced = tuple(lags(network.before[each.id], finish, lambda link: link.predecessor) for each in order)
    pools, units = _scaled(project, order)
    packing = _Packing(pools)
    demands = tuple(packing.packed(each) for each in units)
    horizon = _horizon(project)
    return Board(
        network=network,
        path=path,
        pools=pools,
        units=units,
        days=tuple(project.days(each) for each in order),
        durations=tuple(each.duration for each in order),
        before=tuple(lags(network.before[each.id], start, lambda link: link.predecessor) for each in order),
        after=tuple(lags(network.after[each.id], start, lambda link: link.successor) for each in order),
        paced=paced,
        special=tuple(bool(links) or _bound(project, each) for links, each in zip(paced, order, strict=True)),
        demands=demands,
        guard=packing.guard,
        full=packing.guard | packing.packed({pool.id: pool.units for pool in pools}),
        room=packing.room(project, order, demands, horizon),
        shut=_shut(project, horizon),
    )


def _bound(project: Project, activity: Activity) -> bool:
    dated = activity.pinned is not None or activity.finish_by is not None or activity.not_before > 0
    return dated or (activity.moving and bool(project.closed))


def _shut(project: Project, horizon: int) -> tuple[bool, ...]:
    days = OpenDays(project.closed)
    return tuple(not days.is_open(day) for day in range(horizon))


def _scaled(project: Project, order: Sequence[Activity]) -> tuple[tuple[Pool, ...], tuple[Mapping[str, int], ...]]:
    """Pools that anything is asked of, and the demands on them, in the largest units that keep every number whole."""
    asked: dict[str, int] = {}
    for activity in order:
        for demand in activity.demands:
            if activity.duration:
                asked[demand.pool] = gcd(asked.get(demand.pool, 0), demand.units)
    divisors = {pool: divisor for pool, divisor in sorted(asked.items()) if divisor}
    pools = {pool.id: pool for pool in project.pools}
    scaled = tuple(replace(pools[id], units=pools[id].units // divisor) for id, divisor in divisors.items())
    return scaled, tuple(_summed(activity, divisors) for activity in order)


def _summed(activity: Activity, divisors: Mapping[str, int]) -> Mapping[str, int]:
    units: dict[str, int] = {}
    for demand in activity.demands:
        if activity.duration and demand.units:
            units[demand.pool] = units.get(demand.pool, 0) + demand.units // divisors[demand.pool]
    return units


def _horizon(project: Project) -> int:
    """All work one after the other, behind all that is dated and every closed day."""
    dated = [each.not_before for each in project.activities]
    dated += [each.pinned for each in project.activities if each.pinned is not None]
    dated += [pool.available_from or 0 for pool in project.pools]
    work = sum(each.duration for each in project.activities) + sum(link.lag for link in project.links)
    return max(dated, default=0) + work + sum(end - max(0, first) for first, end in project.closed if end > 0) + 1


class _Packing:
    """Each pool's units in a field of its own in one long integer, with a guard bit above."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.guard = 0
        self._pools = pools
        self._shifts: dict[str, int] = {}
        width = 0
        for pool in pools:
            self._shifts[pool.id] = width
            width += pool.units.bit_length() + 1
            self.guard |= 1 << (width - 1)

    def packed(self, units: Mapping[str, int]) -> int:
        return sum(amount << self._shifts[pool] for pool, amount in units.items())

    def room(
        self, project: Project, order: Sequence[Activity], demands: Sequence[int], horizon: int
    ) -> tuple[int, ...]:
        windows = any(pool.available_from or pool.available_until is not None for pool in self._pools)
        days = range(horizon) if windows else [0]
        given = [self.packed({pool.id: pool.given_on(day) for pool in self._pools}) | self.guard for day in days]
        room = given if windows else given * horizon
        for activity, demand in zip(order, demands, strict=True):
            if activity.pinned is not None:
                for first, end in project.days(activity).pieces(activity.pinned, activity.duration):
                    for day in range(first, end):
                        room[day] -= demand
        return tuple(room)
