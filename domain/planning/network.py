"""A project's activities in an order that keeps its links, and what each link holds back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from domain.planning.project import Activity, Link, LinkKind, Project

Sequenced = Mapping[str, tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class Network:
    """A project's activities in an order in which each comes after what it waits for, and the links by their ends."""

    project: Project
    order: tuple[Activity, ...]
    before: Sequenced
    after: Sequenced

    @classmethod
    def of(cls, project: Project) -> Network:
        """The order depends on ids, not on the order in which they come."""
        before: dict[str, list[Link]] = defaultdict(list)
        after: dict[str, list[Link]] = defaultdict(list)
        for link in sorted(project.links, key=lambda each: (each.predecessor, each.successor, each.kind, each.lag)):
            before[link.successor].append(link)
            after[link.predecessor].append(link)
        return cls(project, _ordered(project, before), _frozen(project, before), _frozen(project, after))

    def start_after(self, activity: Activity, finishes: Mapping[str, int]) -> int:
        """The first day on which that activity can start once its predecessors finish so."""
        days = self.project.days(activity)
        earliest = max(0, activity.not_before)
        for link in self.before[activity.id]:
            reached = finishes[link.predecessor] + link.lag
            if link.kind is LinkKind.FINISH_TO_FINISH:
                reached = days.earliest_start(reached, activity.duration)
            earliest = max(earliest, reached)
        return days.first(earliest)


def _ordered(project: Project, before: Mapping[str, list[Link]]) -> tuple[Activity, ...]:
    by_id = {activity.id: activity for activity in sorted(project.activities, key=lambda each: each.id)}
    sorter = TopologicalSorter({id: [link.predecessor for link in before.get(id, ())] for id in by_id})
    sorter.prepare()
    order: list[Activity] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [by_id[id] for id in ready]
        sorter.done(*ready)
    return tuple(order)


def _frozen(project: Project, links: Mapping[str, list[Link]]) -> Sequenced:
    return {activity.id: tuple(links.get(activity.id, ())) for activity in project.activities}


def drives(project: Project, link: Link, activity: Activity, start: int, finish: int) -> bool:
    """Whether the activity could start earlier if it were not for that link, its predecessor finishing then."""
    days, reached = project.days(activity), finish + link.lag
    if link.kind is LinkKind.FINISH_TO_FINISH:
        return days.earliest_start(reached, activity.duration) >= start
    return days.first(reached) >= start
