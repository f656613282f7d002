"""Steps of runbooks: their order, what a failed one blocks, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode
from domain.runbook import (
    RunbookStep,
    StepReport,
    StepStatus,
    dependents,
    finished,
    in_order,
    longest_minutes,
    numbered,
    reported,
    rollback_order,
    settled,
    taken_back,
)
from tests.unit.assessment.portfolios import NOW

S = StepStatus


def step(id: str, *after: str, status: StepStatus = S.PENDING, minutes: int = 10, number: int = 0) -> RunbookStep:
    return RunbookStep(
        id, "flow", "migration_execution", id, number, id.upper(), "kind", minutes, status, depends_on=after
    )


def chain() -> tuple[RunbookStep, ...]:
    """a, then b and c beside each other, then d."""
    return settled(numbered([step("a"), step("b", "a"), step("c", "a", minutes=30), step("d", "b", "c")]))


def told(steps: Sequence[RunbookStep], **reports: StepStatus) -> tuple[RunbookStep, ...]:
    """The steps after those reports, none of which is refused."""
    for id, status in reports.items():
        changed, problems = reported(steps, id, StepReport(status, note="So it is."), "ada", NOW)
        assert problems == ()
        steps = tuple({each.id: each for each in (*steps, *changed)}.values())
    return tuple(in_order(steps))


def statuses(steps: Sequence[RunbookStep]) -> dict[str, str]:
    return {each.id: str(each.status) for each in steps}


def test_a_step_is_ready_once_all_before_it_are_done_or_left_out() -> None:
    steps = chain()
    assert statuses(steps) == {"a": "READY", "b": "PENDING", "c": "PENDING", "d": "PENDING"}

    steps = told(steps, a=S.COMPLETED, b=S.SKIPPED)

    assert statuses(steps) == {"a": "COMPLETED", "b": "SKIPPED", "c": "READY", "d": "PENDING"}
    assert statuses(told(steps, c=S.COMPLETED))["d"] == "READY"


def test_a_failed_step_blocks_what_needs_it_until_it_is_mended() -> None:
    steps = told(chain(), a=S.COMPLETED, b=S.RUNNING)

    failed = told(steps, b=S.FAILED)

    assert statuses(failed) == {"a": "COMPLETED", "b": "FAILED", "c": "READY", "d": "BLOCKED"}
    assert statuses(told(failed, b=S.READY)) == {"a": "COMPLETED", "b": "READY", "c": "READY", "d": "PENDING"}
    assert statuses(told(failed, b=S.COMPLETED, c=S.COMPLETED))["d"] == "READY"


def test_times_are_of_the_attempt_that_counts() -> None:
    steps = told(chain(), a=S.RUNNING)
    running = next(each for each in steps if each.id == "a")
    assert (running.started_at, running.finished_at, running.reported_by) == (NOW, None, "ada")

    done = next(each for each in told(steps, a=S.COMPLETED) if each.id == "a")

    assert (done.started_at, done.finished_at) == (NOW, NOW)
    mended = next(each for each in told(steps, a=S.FAILED) if each.id == "a")
    again = next(each for each in told(told(steps, a=S.FAILED), a=S.READY) if each.id == "a")
    assert (mended.finished_at, again.started_at, again.finished_at) == (NOW, None, None)


def test_what_is_said_twice_changes_nothing_but_words() -> None:
    steps = told(chain(), a=S.COMPLETED)

    changed, problems = reported(steps, "a", StepReport(S.COMPLETED, "Eve", "Done again."), "bob", NOW)

    assert problems == ()
    assert [(each.id, each.owner, each.note, each.status) for each in changed] == [
        ("a", "Eve", "Done again.", S.COMPLETED)
    ]


@pytest.mark.parametrize(
    ("id", "status", "message"),
    [
        (
            "d",
            S.COMPLETED,
            "D is PENDING and cannot be reported COMPLETED. It waits for: B, C. Allowed now: nothing.",
        ),
        (
            "a",
            S.BLOCKED,
            "BLOCKED follows from the steps before it, and is never reported. Allowed now: ROLLED_BACK.",
        ),
        (
            "b",
            S.ROLLED_BACK,
            "B is READY and cannot be reported ROLLED_BACK. Allowed now: RUNNING, COMPLETED, SKIPPED, FAILED.",
        ),
    ],
)
def test_other_moves_are_refused_with_what_is_allowed(id: str, status: StepStatus, message: str) -> None:
    steps = told(chain(), a=S.COMPLETED)

    changed, (problem,) = reported(steps, id, StepReport(status), "ada", NOW)

    assert changed == ()
    assert (problem.code, problem.message, problem.path) == (ErrorCode.INVALID_TRANSITION, message, ("status",))


def test_a_step_is_left_out_with_a_reason_only() -> None:
    changed, (problem,) = reported(chain(), "a", StepReport(S.SKIPPED, note="  "), "ada", NOW)

    assert (changed, problem.code, problem.message) == ((), ErrorCode.INVALID_INPUT, "Say why A is left out.")


def test_nothing_is_taken_back_under_what_rests_on_it() -> None:
    steps = told(chain(), a=S.COMPLETED, b=S.COMPLETED)

    changed, (problem,) = reported(steps, "a", StepReport(S.ROLLED_BACK), "ada", NOW)

    assert changed == ()
    assert problem.message == "A cannot be ROLLED_BACK while these stand: B. Roll them back first."
    back = told(steps, b=S.ROLLED_BACK, a=S.ROLLED_BACK)
    assert statuses(back) == {"a": "ROLLED_BACK", "b": "ROLLED_BACK", "c": "BLOCKED", "d": "BLOCKED"}
    assert taken_back(back)
    assert not finished(back)


def test_the_longest_way_leaves_out_what_is_left_out() -> None:
    steps = chain()

    assert longest_minutes(steps) == 10 + 30 + 10
    assert longest_minutes(told(steps, a=S.COMPLETED, c=S.SKIPPED)) == 10 + 10 + 10


def test_a_circle_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="circle"):
        in_order([step("a", "b"), step("b", "a")])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[RunbookStep, ...]:
    """Steps that depend on some of those before them, in any order of their numbers."""
    size = draw(st.integers(1, 12))
    numbers = draw(st.permutations(range(size)))
    steps = []
    for index in range(size):
        before = draw(st.sets(st.integers(0, index - 1), max_size=3)) if index else set()
        steps.append(step(f"s{index}", *(f"s{each}" for each in sorted(before)), number=numbers[index]))
    return settled(steps)


@given(graphs())
def test_the_order_respects_what_depends_on_what(steps: tuple[RunbookStep, ...]) -> None:
    ordered = in_order(steps)
    place = {each.id: index for index, each in enumerate(ordered)}

    assert len(ordered) == len(steps)
    assert all(place[before] < place[each.id] for each in ordered for before in each.depends_on)


@given(graphs(), st.data())
def test_a_failed_step_blocks_exactly_its_dependents(steps: tuple[RunbookStep, ...], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, len(steps) - 1))):
        free = [each for each in steps if each.status is S.READY]
        steps = told(steps, **{free[0].id: S.COMPLETED})
    ready = [each.id for each in steps if each.status is S.READY]
    chosen = data.draw(st.sampled_from(ready))

    failed = told(steps, **{chosen: S.FAILED})

    blocked = {each.id for each in failed if each.status is S.BLOCKED}
    assert blocked == dependents(steps, chosen)
    assert {id: s for id, s in statuses(failed).items() if id not in blocked | {chosen}} == {
        id: s for id, s in statuses(steps).items() if id not in blocked | {chosen}
    }
    assert statuses(told(failed, **{chosen: S.READY})) == statuses(steps)


@given(graphs(), st.data())
def test_the_way_back_is_the_reverse_and_never_refused(steps: tuple[RunbookStep, ...], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, len(steps)))):
        free = [each for each in steps if each.status is S.READY]
        steps = told(steps, **{data.draw(st.sampled_from(free)).id: S.COMPLETED})
    back = rollback_order(steps)

    begun = [each.id for each in in_order(steps) if each.status is S.COMPLETED]
    assert [each.id for each in back] == begun[::-1]
    for each in back:
        steps = told(steps, **{each.id: S.ROLLED_BACK})
    assert taken_back(steps)
    assert rollback_order(steps) == ()
