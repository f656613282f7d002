"""Lessons become patterns: what is known already grows surer, what is new is added, and the flow tells of each.

What a person teaches also judges the patterns that his flow had used: those that said the same, and the contrary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from domain.access import SYSTEM
from domain.definition import Pattern
from domain.event import Event, EventKind
from domain.flow_state import Stamp
from domain.learning import LearningPattern, Lesson, Verdict
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
    taught: list[LearningPattern] = []
    for kind, several in by_kind.items():
        taught += await _patterns(uow, kind, list(several.values())[:MOST_LESSONS], stamp, flow_id)
    # What rules conclude is no judgement of what they used.
    if taught and flow_id and phase and stamp.by != SYSTEM:
        said = [lesson for several in by_kind.values() for lesson in several.values()]
        await _judge(uow, said, {pattern.id for pattern in taught}, flow_id, phase)
    return tuple(told(pattern, stamp, phase) for pattern in taught)


async def _judge(uow: UnitOfWork, lessons: Sequence[Lesson], taught: Collection[str], flow_id: str, phase: str) -> None:
    """Patterns that the phase had used, by what the person taught now; those taught anew have changed with it."""
    used = await uow.learnings.in_use(flow_id, phase)
    spoken = {each.id: Verdict.KEPT for each in used if each.id in taught}
    await uow.learnings.judge(flow_id, phase, spoken, moving=False)
    verdicts = {each.id: judged(each, lessons) for each in used if each.id not in taught}
    await uow.learnings.judge(flow_id, phase, {id: said for id, said in verdicts.items() if said})


def judged(pattern: Pattern, lessons: Iterable[Lesson]) -> Verdict | None:
    """What the lessons say of the pattern: one that contradicts it outweighs any that agree."""
    found = {lesson.judges(pattern) for lesson in lessons}
    return next((verdict for verdict in (Verdict.OVERRULED, Verdict.KEPT) if verdict in found), None)


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
