"""How tasks move, from every status to every other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import ErrorCode, Refused, StaleVersion
from domain.task import MOVES, Task, TaskStatus
from domain.task_edit import TaskAction, TaskGiven, complete, new_task, save_task, skip
from tests.unit.artifacts.making import NOW, stamp

S = TaskStatus
PAIRS = [(start, to) for start in TaskStatus for to in TaskStatus if start is not to]
# A second time, as a person reads the page of the documentation.
ALLOWED = {
    "OPEN": "IN_PROGRESS COMPLETED SKIPPED BLOCKED",
    "IN_PROGRESS": "OPEN COMPLETED SKIPPED BLOCKED FAILED",
    "BLOCKED": "OPEN IN_PROGRESS COMPLETED SKIPPED FAILED",
    "FAILED": "OPEN IN_PROGRESS SKIPPED",
    "COMPLETED": "OPEN",
    "SKIPPED": "OPEN",
}


def at(status: TaskStatus) -> Task:
    return replace(new_task("A", stamp()), status=status, version=3)


def moved(start: TaskStatus, to: TaskStatus) -> Task:
    return save_task(TaskGiven("A", id="id1", given={"status": to}), at(start), stamp())


@pytest.mark.parametrize(("start", "to"), PAIRS)
def test_a_task_moves_as_the_page_says(start: TaskStatus, to: TaskStatus) -> None:
    if str(to) in ALLOWED[start].split():
        after = moved(start, to)
        assert (after.status, after.version) == (to, 4)
        assert after.completed_at == (NOW if to is S.COMPLETED else None)
        return
    with pytest.raises(Refused) as refused:
        moved(start, to)
    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.INVALID_TRANSITION, ("status",))
    assert problem.details == {"allowed": [str(each) for each in MOVES[start]]}


def test_every_status_has_its_moves() -> None:
    assert {start: {str(to) for to in tos} for start, tos in MOVES.items()} == {
        S(start): set(words.split()) for start, words in ALLOWED.items()
    }


def test_ending_one_keeps_the_note_that_was_there() -> None:
    noted = replace(at(S.OPEN), note="Before.")

    assert complete(noted, TaskAction("id1"), stamp()).note == "Before."
    assert skip(noted, TaskAction("id1", " After. "), stamp()).note == "After."
    with pytest.raises(StaleVersion):
        skip(noted, TaskAction("id1", expected_version=2), stamp())
