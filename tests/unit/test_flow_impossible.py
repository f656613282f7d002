"""A flow that failed for want of any result that keeps what people chose: they may choose otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.definition import FlowDefinition
from domain.errors import ErrorCode, Refused
from domain.event import Event, EventKind, WakeFlow
from domain.flow import Flow
from domain.phase import Failure, PhaseStatus, RunEnded
from domain.transition import FlowAction, FlowStatus
from tests.unit.test_flow_outside import AT, ROLES, finished, stamp, statuses, told
from tests.unit.test_flow_walk import phase

TWO = FlowDefinition(
    "toy",
    "Toy",
    "The second needs the first.",
    dict,
    (
        phase("waves", 50),
        phase("dates", 50, requires=("waves",)),
    ),
    area="toys",
)
CHANGE = Event(EventKind.OVERRIDE, AT, "waves", {})


def failed(code: str = "INFEASIBLE", *, auto_advance: bool = True, runs: int = 0) -> Flow:
    """Its second phase failed, after so many times that it did not."""
    flow = finished(Flow.start(TWO, stamp(), name="Toy", configuration={}, auto_advance=True))
    for _ in range(runs):
        flow = told(finished(flow).run("dates", stamp()))
    run_id = (flow.running.run_id if flow.running else "") or ""
    failure = Failure(code, "It cannot be.", "dates", False, AT)
    ended = flow.fail(RunEnded(run_id, PhaseStatus.FAILED, AT, failure=failure), stamp("system"))
    return replace(told(ended), auto_advance=auto_advance)


def test_a_change_of_what_came_before_lets_it_be_tried_again() -> None:
    flow = failed().override("waves", stamp(), CHANGE)

    assert (flow.status, flow.failure, statuses(flow)) == (FlowStatus.READY, None, ["COMPLETED", "READY"])
    assert [type(job) for job in flow.jobs] == [WakeFlow]
    assert statuses(flow.wake(stamp("system"))) == ["COMPLETED", "RUNNING"]


@pytest.mark.parametrize("runs", [0, 1])
def test_what_never_came_to_anything_cannot_be_kept_as_it_is(runs: int) -> None:
    flow = failed(auto_advance=False, runs=runs).override("waves", stamp(), CHANGE)

    with pytest.raises(Refused) as refused:
        flow.accept("dates", stamp(), None)

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.INVALID_TRANSITION]
    assert FlowAction.ACCEPT_STALE not in flow.allowed(ROLES)
    assert statuses(flow) == ["COMPLETED", "READY"]


def test_a_change_of_the_phase_itself_stands_until_it_is_tried_again() -> None:
    flow = failed(auto_advance=False, runs=1).override("dates", stamp(), replace(CHANGE, phase="dates"))

    assert (flow.status, flow.failure, statuses(flow)) == (FlowStatus.READY, None, ["COMPLETED", "STALE"])


def test_what_failed_otherwise_is_not_overridden() -> None:
    flow = failed("SOLVE_FAILED")

    with pytest.raises(Refused) as refused:
        flow.override("waves", stamp(), CHANGE)

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.INVALID_TRANSITION]
    assert statuses(flow) == ["COMPLETED", "FAILED"]


def test_what_did_not_lead_to_the_failure_mends_nothing() -> None:
    beside = replace(TWO, phases=(phase("words", 20), phase("waves", 30), phase("dates", 50, requires=("waves",))))
    flow = finished(finished(Flow.start(beside, stamp(), name="Toy", configuration={}, auto_advance=True)))
    run_id = (flow.running.run_id if flow.running else "") or ""
    failure = Failure("INFEASIBLE", "It cannot be.", "dates", False, AT)
    flow = told(flow.fail(RunEnded(run_id, PhaseStatus.FAILED, AT, failure=failure), stamp("system")))

    with pytest.raises(Refused):
        flow.override("words", stamp(), CHANGE)

    assert [flow.overridable(each.key) for each in flow.phases] == [False, True, True]


def test_a_flow_that_may_go_on_by_itself_now_does_so() -> None:
    waiting = told(Flow.start(TWO, stamp(), name="Toy", configuration={}, auto_advance=False))
    assert waiting.status is FlowStatus.READY

    going = waiting.update(stamp(), auto_advance=True)

    assert [type(job) for job in going.jobs] == [WakeFlow]
    assert statuses(going.wake(stamp("system")))[0] == "RUNNING"
    assert told(going).update(stamp(), auto_advance=True).jobs == ()
