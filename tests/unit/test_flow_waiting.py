"""Phases that wait for their answer without having run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from domain.access import Role
from domain.definition import FlowDefinition, Outcome, Pause, Phase
from domain.errors import Refused
from domain.event import EventKind, RunPhase
from domain.flow import Flow, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded
from domain.play import Asked, Play
from domain.source import Source
from domain.transition import FlowAction, FlowStatus

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NUMBERS = count(1)
P = PhaseStatus
PLAY = Play(lambda _call, _longest: Asked("", ()), lambda _call, _words: {}, lambda _call, _words: Outcome(None))


def phase(key: str, *requires: str) -> Phase:
    answer = Pause(dict, propose=lambda _call: None, decide=lambda _call: Outcome({}))
    return Phase(
        key, key, dict, rules=lambda _call: Outcome(None), weight=25, requires=requires, pause=answer, play=PLAY
    )


PHASES = (phase("a"), phase("b", "a"), phase("c", "b"), phase("d", "c"))
DEFINITION = FlowDefinition("played", "Played", "Phases that wait.", dict, PHASES, area="toys")


def stamp() -> Stamp:
    return Stamp("alice", NOW, lambda: f"id-{next(NUMBERS)}")


def started(**more: Any) -> Flow:
    return Flow.start(DEFINITION, stamp(), name="Played", configuration={}, **more)


def statuses(flow: Flow) -> list[PhaseStatus]:
    return [state.status for state in flow.phases]


def loaded(flow: Flow) -> Flow:
    return replace(flow, events=(), jobs=(), runs=())


def ended(flow: Flow, failure: Failure | None = None) -> RunEnded:
    run_id = flow.running.run_id if flow.running else None
    return RunEnded(run_id or "", P.FAILED if failure else P.COMPLETED, NOW, Source.RULES, failure)


@pytest.mark.parametrize("auto_advance", [True, False])
def test_it_waits_at_once_whatever_the_flow_does_by_itself(auto_advance: bool) -> None:
    flow = started(auto_advance=auto_advance)
    assert (flow.status, statuses(flow)) == (FlowStatus.AWAITING_INPUT, [P.AWAITING_INPUT, *[P.PENDING] * 3])
    assert (flow.jobs, flow.runs) == ((), ())

    flow = flow.submit("a", {}, stamp())

    assert (flow.status, statuses(flow)) == (
        FlowStatus.AWAITING_INPUT,
        [P.COMPLETED, P.AWAITING_INPUT, P.PENDING, P.PENDING],
    )
    assert flow.jobs == ()


def test_it_runs_only_while_it_waits_and_only_itself() -> None:
    flow = loaded(started())
    assert FlowAction.RUN_PHASE in flow.allowed(frozenset({Role.CONTRIBUTOR}))
    with pytest.raises(Refused):
        flow.run("b", stamp())

    running = flow.run(None, stamp())

    assert (running.status, statuses(running)[0]) == (FlowStatus.RUNNING, P.RUNNING)
    assert [type(job) for job in running.jobs] == [RunPhase]
    with pytest.raises(Refused):
        running.submit("a", {}, stamp())
    with pytest.raises(Refused):
        loaded(flow).pause(stamp(), None).run(None, stamp())


def test_a_run_with_an_answer_completes_it_and_the_next_one_waits() -> None:
    running = loaded(started().run(None, stamp()))

    after = running.finish(ended(running), stamp(), answer={"good": True})

    assert statuses(after)[:2] == [P.COMPLETED, P.AWAITING_INPUT]
    assert after.state("a").user_input == {"good": True}
    assert (after.status, after.version) == (FlowStatus.AWAITING_INPUT, running.version + 1)


def test_a_run_without_one_leaves_it_waiting() -> None:
    running = loaded(started().run(None, stamp()))

    after = running.finish(ended(running), stamp())

    assert (after.status, statuses(after)[0]) == (FlowStatus.AWAITING_INPUT, P.AWAITING_INPUT)


@pytest.mark.parametrize("paused", [True, False])
def test_a_run_that_fails_is_a_warning_and_no_failure_of_the_flow(paused: bool) -> None:
    running = loaded(started().run(None, stamp()))
    before = loaded(running.pause(stamp(), None)) if paused else running

    after = before.fail(ended(before, Failure("WORKER_LOST", "It is lost.", "a", True, NOW)), stamp())

    assert statuses(after)[0] is P.AWAITING_INPUT
    assert [(warning.code, warning.phase) for warning in after.warnings] == [("WORKER_LOST", "a")]
    assert after.failure is None
    assert after.status is (FlowStatus.PAUSED if paused else FlowStatus.AWAITING_INPUT)
    if paused:
        assert after.resume(stamp()).status is FlowStatus.AWAITING_INPUT


def test_work_goes_on_at_an_earlier_phase_and_what_came_after_is_to_be_done_again() -> None:
    flow = loaded(started().submit("a", {"n": 1}, stamp()).submit("b", {}, stamp()).submit("c", {}, stamp()))

    back = flow.enter("b", stamp(), "Not good.")

    assert statuses(back) == [P.COMPLETED, P.AWAITING_INPUT, P.PENDING, P.PENDING]
    assert (back.state("a").user_input, back.state("b").user_input, back.progress) == ({"n": 1}, None, 25)
    assert {event.data["reason"] for event in back.events if event.kind is EventKind.PHASE_STATUS} == {"Not good."}


def test_who_cannot_go_on_says_so_and_somebody_says_where_it_goes_on() -> None:
    flow = loaded(started())

    broken = flow.break_off(Failure("BUILD_ERROR", "It contradicts.", "a", True, NOW), stamp())

    assert (broken.status, statuses(broken)[0]) == (FlowStatus.FAILED, P.FAILED)
    assert FlowAction.RETRY_PHASE not in broken.allowed(frozenset({Role.ADMIN}))
    with pytest.raises(Refused):
        broken.retry(None, stamp())
    on = loaded(broken).enter("c", stamp(), "Sorted.")
    assert (on.status, on.failure) == (FlowStatus.AWAITING_INPUT, None)
    assert statuses(on) == [P.SKIPPED, P.SKIPPED, P.AWAITING_INPUT, P.PENDING]


@pytest.mark.parametrize("status", [FlowStatus.RUNNING, FlowStatus.PAUSED, FlowStatus.CANCELLED])
def test_nothing_is_entered_or_broken_off_under_somebodys_work(status: FlowStatus) -> None:
    flow = replace(loaded(started()), status=status)

    with pytest.raises(Refused):
        flow.enter("a", stamp(), "x")
    with pytest.raises(Refused):
        flow.break_off(Failure("BUILD_ERROR", "x", "a", True, NOW), stamp())


def test_a_completed_flow_is_not_run_again() -> None:
    flow = started()
    for each in PHASES:
        flow = flow.submit(each.key, {}, stamp())

    assert flow.status is FlowStatus.COMPLETED
    with pytest.raises(Refused):
        flow.run("a", stamp())
