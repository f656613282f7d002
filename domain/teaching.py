"""Lessons become patterns: what is known already grows surer, what is new is added, and the flow tells of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from domain.event import Event, EventKind
from domain.flow_state import Stamp
from domain.learning import LearningPattern, Lesson
from domain.ports import UnitOfWork

# Nobody teaches more by one answer: what else it says is kept where it was said.
MOST_LESSONS = 200


async def learn(
    uow: UnitOfWork, lessons: Iterable[Lesson], stamp: Stamp, flow_id: str | None = None, phase: str | None = None
) -> tuple[Event, ...]:
    """Remember the lessons, each key once; the events that tell of them."""
    by_kind: defaultdict[str, dict[str, Lesson]] = defaultdict(dict)
    for number, lesson in enumerate(lessons):
        by_kind[lesson.kind].setdefault(lesson.key or f"\0{number}", lesson)
    events: list[Event] = []
    for kind, several in by_kind.items():
        patterns = await _patterns(uow, kind, list(several.values())[:MOST_LESSONS], stamp, flow_id)
        events += (told(pattern, stamp, phase) for pattern in patterns)
    return tuple(events)


async def _patterns(
    uow: UnitOfWork, kind: str, lessons: Sequence[Lesson], stamp: Stamp, flow_id: str | None
) -> list[LearningPattern]:
    known = await uow.learnings.known(kind, [lesson.key for lesson in lessons if lesson.key is not None])
    patterns = [lesson.learned(known.get(lesson.key or ""), stamp, flow_id) for lesson in lessons]
    await uow.learnings.save(patterns, flow_id)
    return patterns


def told(pattern: LearningPattern, stamp: Stamp, phase: str | None) -> Event:
    """What a flow says of something learned in it."""
    return Event(EventKind.LEARNING, stamp.at, phase, {"patternId": pattern.id})
