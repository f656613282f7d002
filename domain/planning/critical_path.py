"""The critical path method over working days: earliest and latest times, float, and the path that decides the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from domain.errors import Problem, Refused
from domain.planning import conflicts
from domain.planning.network import Network, drives
from domain.planning.project import Activity, Link, LinkKind, Project


@dataclass(frozen=True, slots=True)
class Times:
    """Day numbers; a finish is the number after the last day. A pinned activity has no float: it does not move."""

    earliest_start: int
    earliest_finish: int
    latest_start: int
    latest_finish: int
    free_float: int

    @property
    def total_float(self) -> int:
        """By how many working days both start and finish can slip; a blackout can make the two differ."""
        return min(self.latest_start - self.earliest_start, self.latest_finish - self.earliest_finish)

    @property
    def critical(self) -> bool:
        return self.total_float == 0


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """`length` is the finish of all; `path` leads to it, each activity without float and driven by the one before.

    It begins where no other activity, but a pin, a date or a blackout holds its first one back.
    """

    times: Mapping[str, Times]
    length: int
    path: tuple[str, ...]


def critical_path(project: Project) -> CriticalPath:
    """Refused INFEASIBLE with each pin and each latest finish that cannot be kept, and what it collides with."""
    conflicts.check_links(project)
    network = Network.of(project)
    forward = _Forward(network)
    starts = forward.starts()
    if forward.problems:
        raise Refused(forward.problems)
    return _Backward(network, starts).result()


def scheduled_path(project: Project, starts: Mapping[str, int]) -> CriticalPath:
    """The same for a schedule that is given and keeps every link: its starts stand where the earliest ones would."""
    return _Backward(Network.of(project), starts).result()


@dataclass(slots=True)
class _Forward:
    """Earliest times, and every pin and latest finish that they contradict."""

    network: Network
    problems: list[Problem] = field(default_factory=list)
    _finishes: dict[str, int] = field(default_factory=dict)

    def starts(self) -> dict[str, int]:
        starts: dict[str, int] = {}
        for activity in self.network.order:
            earliest = self.network.start_after(activity, self._finishes)
            start = earliest if activity.pinned is None else self._pinned(activity, activity.pinned, earliest)
            finish = self.network.project.days(activity).finish(start, activity.duration)
            starts[activity.id], self._finishes[activity.id] = start, finish
            if activity.finish_by is not None and finish > activity.finish_by:
                self._late(activity, activity.finish_by, finish, start)
        return starts

    def _pinned(self, activity: Activity, pin: int, earliest: int) -> int:
        said = self.network.project.said
        if not self.network.project.days(activity).is_open(pin):
            self._collides(activity, f"is pinned to {said(pin)}, on which nothing may move")
        if earliest > pin:
            because, others = self._because(activity, earliest)
            self._collides(
                activity, f"is pinned to {said(pin)}, but cannot start before {said(earliest)}: {because}", *others
            )
        return pin

    def _late(self, activity: Activity, by: int, finish: int, start: int) -> None:
        said = self.network.project.said
        because, others = self._because(activity, start)
        self._collides(
            activity, f"must be done before {said(by)}, but lasts until {said(finish - 1)}: {because}", *others
        )

    def _because(self, activity: Activity, start: int) -> tuple[str, tuple[str, ...]]:
        """What holds that start back, in words, and the activities among it."""
        project, names = self.network.project, {each.id: each.title for each in self.network.order}
        alone = project.days(activity).first(max(0, activity.not_before))
        drivers = [link for link in self.network.before[activity.id] if self._drives(link, activity, start)]
        if not drivers and alone >= start:
            if alone > max(0, activity.not_before):
                return "nothing may move before", ()
            return "that is its own first day" if activity.not_before > 0 else "the plan starts then", ()
        told = [
            f"{names[link.predecessor]} lasts until {project.said(self._finishes[link.predecessor] - 1)}"
            + (f" and {link.lag} days must pass" if link.lag else "")
            for link in drivers
        ]
        return " and ".join(told) or f"it lasts {activity.duration} days", tuple(link.predecessor for link in drivers)

    def _drives(self, link: Link, activity: Activity, start: int) -> bool:
        return drives(self.network.project, link, activity, start, self._finishes[link.predecessor])

    def _collides(self, activity: Activity, message: str, *others: str) -> None:
        self.problems.append(conflicts.infeasible(f"{activity.title} {message}.", activity.id, *others))


@dataclass(slots=True)
class _Backward:
    """Latest times and floats, from starts that keep every link."""

    network: Network
    starts: Mapping[str, int]
    _finishes: dict[str, int] = field(default_factory=dict)
    _latest: dict[str, tuple[int, int]] = field(default_factory=dict)

    def result(self) -> CriticalPath:
        project = self.network.project
        for activity in self.network.order:
            self._finishes[activity.id] = project.days(activity).finish(self.starts[activity.id], activity.duration)
        length = max(self._finishes.values(), default=0)
        for activity in reversed(self.network.order):
            self._latest[activity.id] = self._latest_of(activity, length)
        times = {activity.id: self._times(activity, length) for activity in self.network.order}
        return CriticalPath(times, length, self._path(times, length))

    def _latest_of(self, activity: Activity, length: int) -> tuple[int, int]:
        days = self.network.project.days(activity)
        if activity.pinned is not None:
            return activity.pinned, days.finish(activity.pinned, activity.duration)
        finish = length if activity.finish_by is None else min(length, activity.finish_by)
        for link in self.network.after[activity.id]:
            start, end = self._latest[link.successor]
            finish = min(finish, (end if link.kind is LinkKind.FINISH_TO_FINISH else start) - link.lag)
        latest = days.latest_start(finish, activity.duration)
        return latest, days.finish(latest, activity.duration)

    def _times(self, activity: Activity, length: int) -> Times:
        start, finish = self.starts[activity.id], self._finishes[activity.id]
        latest_start, latest_finish = self._latest[activity.id]
        slacks = [self._next(link) - link.lag - finish for link in self.network.after[activity.id]]
        free = reduce(min, [*slacks, latest_start - start, latest_finish - finish], length - finish)
        return Times(start, finish, latest_start, latest_finish, free)

    def _next(self, link: Link) -> int:
        ends = self._finishes if link.kind is LinkKind.FINISH_TO_FINISH else self.starts
        return ends[link.successor]

    def _path(self, times: Mapping[str, Times], length: int) -> tuple[str, ...]:
        last = next((each for each in reversed(self.network.order) if times[each.id].earliest_finish == length), None)
        path: list[str] = []
        by_id = {activity.id: activity for activity in self.network.order}
        while last is not None:
            path.append(last.id)
            drivers = (link.predecessor for link in self.network.before[last.id] if self._drives(link, last))
            last = next((by_id[id] for id in drivers if times[id].critical), None)
        return tuple(reversed(path))

    def _drives(self, link: Link, activity: Activity) -> bool:
        finish = self._finishes[link.predecessor]
        return drives(self.network.project, link, activity, self.starts[activity.id], finish)
