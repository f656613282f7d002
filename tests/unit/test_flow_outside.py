"""A flow of which something outside has changed what it used: STALE, told once, and nothing run for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from domain.access import Role
from domain.definition import CHANGED_SINCE, FlowDefinition, Warning
from domain.errors import Refused
from domain.event import Event, EventKind, RunPhase, WakeFlow
from domain.flow import Flow, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded
from domain.source import Source
from domain.transition import FlowAction, FlowStatus
from tests.unit.test_flow_walk import phase

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROLES = frozenset({Role.ADMIN})
THREE = FlowDefinition(
    "toy",
    "Toy",
    "Each phase needs those before it.",
    dict,
    (
        phase("waves", 40, configured=True),
        phase("work", 40, requires=("waves",)),
        phase("sum", 20, requires=("waves", "work"), configured=True, reads=frozenset({"percent"})),
    ),
    area="toys",
)
IDS = count(1)
BILLING = Warning(CHANGED_SINCE, "Billing: REHOST became REPLATFORM.")
LEDGER = Warning(CHANGED_SINCE, "Ledger: 120 h became 260 h.")


def stamp(by: str = "alice") -> Stamp:
    return Stamp(by, AT, lambda: f"id-{next(IDS)}")


def started(*, auto_advance: bool = True) -> Flow:
    return told(
        Flow.start(THREE, stamp(), name="Toy", configuration={"size": 1, "percent": 2}, auto_advance=auto_advance)
    )


def finished(flow: Flow, times: int = 1) -> Flow:
    """After so many phases have ended well."""
    for _ in range(times):
        run_id = (flow.running.run_id if flow.running else "") or ""
        flow = flow.finish(RunEnded(run_id, PhaseStatus.COMPLETED, AT), stamp("system"))
    return told(flow)


def told(flow: Flow) -> Flow:
    """As it is loaded after it was saved."""
    return replace(flow, events=(), jobs=(), runs=())


def statuses(flow: Flow) -> list[str]:
    return [str(state.status) for state in flow.phases]


def test_a_completed_flow_stays_complete_and_says_why() -> None:
    flow = finished(started(), 3)

    stale = flow.reviewed("waves", stamp("system"), (BILLING,))

    assert (stale.status, stale.progress, stale.completed_at, stale.current) == (FlowStatus.COMPLETED, 100, AT, None)
    assert statuses(stale) == ["STALE", "COMPLETED", "COMPLETED"]
    assert stale.warnings == (replace(BILLING, phase="waves"),)
    assert [(each.kind, each.phase) for each in stale.events] == [
        (EventKind.WARNING, "waves"),
        (EventKind.PHASE_STATUS, "waves"),
    ]
    assert stale.events[0].data == {"code": CHANGED_SINCE, "message": BILLING.message, "details": {}}
    assert stale.jobs == ()
    assert stale.version == flow.version + 1
    assert {FlowAction.RUN_PHASE, FlowAction.ACCEPT_STALE} <= set(stale.allowed(ROLES))


def test_the_same_change_twice_warns_once_and_another_is_added() -> None:
    stale = told(finished(started(), 3).reviewed("waves", stamp("system"), (BILLING,)))

    again = stale.reviewed("waves", stamp("system"), (BILLING,))
    more = stale.reviewed("waves", stamp("system"), (BILLING, LEDGER))

    assert again is stale
    assert [each.data["message"] for each in more.events] == [LEDGER.message]
    assert [each.message for each in more.warnings] == [BILLING.message, LEDGER.message]


def test_what_is_as_it_was_used_again_takes_the_staleness_away() -> None:
    flow = finished(started(), 3)
    stale = told(flow.reviewed("waves", stamp("system"), (BILLING,)))

    back = stale.reviewed("waves", stamp("system"), ())

    assert (back.status, back.warnings, back.jobs) == (FlowStatus.COMPLETED, (), ())
    assert statuses(back) == ["COMPLETED"] * 3
    assert back.completed_at == flow.completed_at


def test_accepting_it_leaves_a_completed_flow_complete() -> None:
    flow = finished(started(), 3)
    stale = flow.reviewed("waves", stamp("system"), (BILLING,)).reviewed("work", stamp("system"), (LEDGER,))
    later = Stamp("alice", AT + timedelta(days=1), lambda: "id")

    one = told(stale).accept("waves", later, "It fits.")
    both = told(one).accept(None, later, "It fits too.")

    assert (one.status, statuses(one)) == (FlowStatus.COMPLETED, ["COMPLETED", "STALE", "COMPLETED"])
    assert [each.message for each in one.warnings] == [LEDGER.message]
    assert (both.status, statuses(both), both.warnings) == (FlowStatus.COMPLETED, ["COMPLETED"] * 3, ())
    assert (both.completed_at, both.jobs) == (AT, ())


@pytest.mark.parametrize("key", ["waves", None])
def test_running_it_again_reopens_the_flow_and_what_follows(key: str | None) -> None:
    stale = told(finished(started(), 3).reviewed("waves", stamp("system"), (BILLING,)))

    running = stale.run(key, stamp())
    done = finished(told(running), 3)

    assert (running.status, statuses(running)) == (FlowStatus.RUNNING, ["RUNNING", "STALE", "STALE"])
    assert (done.status, statuses(done), done.warnings) == (FlowStatus.COMPLETED, ["COMPLETED"] * 3, ())


def test_a_phase_that_runs_ends_and_none_begins_on_what_is_stale() -> None:
    running = finished(started(), 1)

    stale = told(running.reviewed("waves", stamp("system"), (BILLING,)))
    ended = stale.finish(RunEnded(_run_id(stale), PhaseStatus.COMPLETED, AT), stamp("system"))

    assert (stale.status, statuses(stale)) == (FlowStatus.RUNNING, ["STALE", "RUNNING", "PENDING"])
    assert (ended.status, statuses(ended)) == (FlowStatus.READY, ["STALE", "COMPLETED", "PENDING"])
    assert ended.jobs == ()
    assert told(ended).wake(stamp("system")).jobs == ()
    with pytest.raises(Refused, match="needs waves to be completed first"):
        told(ended).run("sum", stamp())


def test_once_it_is_accepted_the_flow_goes_on_by_itself() -> None:
    stale = told(finished(started(), 1).reviewed("waves", stamp("system"), (BILLING,)))
    stopped = told(stale.finish(RunEnded(_run_id(stale), PhaseStatus.COMPLETED, AT), stamp("system")))

    accepted = stopped.accept("waves", stamp(), None)
    back = stopped.reviewed("waves", stamp("system"), ())
    woken = told(accepted).wake(stamp("system"))

    assert (accepted.status, statuses(accepted)) == (FlowStatus.READY, ["COMPLETED", "COMPLETED", "READY"])
    assert accepted.jobs == back.jobs == (WakeFlow(stopped.id, AT + timedelta(seconds=2)),)
    assert [job.phase for job in woken.jobs if isinstance(job, RunPhase)] == ["sum"]


def test_a_flow_that_only_waited_for_that_completes_when_it_is_as_before() -> None:
    flow = finished(started(auto_advance=False).run("waves", stamp()), 1)
    flow = finished(told(flow.run("work", stamp())), 1)
    running = told(flow.run("sum", stamp())).reviewed("waves", stamp("system"), (BILLING,))
    stopped = finished(told(running), 1)

    back = stopped.reviewed("waves", stamp("system"), ())

    assert (stopped.status, statuses(stopped)) == (FlowStatus.READY, ["STALE", "COMPLETED", "COMPLETED"])
    assert (back.status, back.completed_at) == (FlowStatus.COMPLETED, AT)


def test_a_paused_flow_stays_paused_and_goes_on_when_all_is_as_before() -> None:
    paused = told(finished(started(), 1).pause(stamp(), None))
    paused = finished(paused, 1)

    stale = told(paused.reviewed("waves", stamp("system"), (BILLING,)))
    resumed = stale.resume(stamp())
    back = told(stale.reviewed("waves", stamp("system"), ())).resume(stamp())

    assert (stale.status, resumed.status, resumed.jobs) == (FlowStatus.PAUSED, FlowStatus.READY, ())
    assert (back.status, [type(job) for job in back.jobs]) == (FlowStatus.RUNNING, [RunPhase])


def test_a_failed_flow_stays_failed() -> None:
    running = finished(started(), 1)
    failure = Failure("INTERNAL", "It broke.", "work", True, AT)
    failed = told(running.fail(RunEnded(_run_id(running), PhaseStatus.FAILED, AT, Source.RULES, failure), stamp()))

    stale = failed.reviewed("waves", stamp("system"), (BILLING,))

    assert (stale.status, statuses(stale)) == (FlowStatus.FAILED, ["STALE", "FAILED", "PENDING"])


def test_a_cancelled_flow_and_a_phase_without_a_result_are_left_alone() -> None:
    running = started()
    cancelled = told(finished(started(), 1).cancel(stamp(), None))

    assert cancelled.reviewed("waves", stamp("system"), (BILLING,)) is cancelled
    assert running.reviewed("waves", stamp("system"), (BILLING,)) is running
    assert running.reviewed("sum", stamp("system"), (BILLING,)) is running


def test_a_phase_that_a_change_in_the_flow_made_stale_too_runs_again_by_itself() -> None:
    flow = told(finished(started(), 3).reviewed("work", stamp("system"), (LEDGER,)))

    change = Event(EventKind.OVERRIDE, AT, "waves", {})
    overridden = told(flow.override("waves", stamp(), change))
    woken = overridden.wake(stamp("system"))

    assert (overridden.status, statuses(overridden)) == (FlowStatus.READY, ["COMPLETED", "STALE", "STALE"])
    assert statuses(woken) == ["COMPLETED", "RUNNING", "STALE"]


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"size": 9, "percent": 2}, ["STALE", "STALE", "STALE"]),
        ({"size": 1, "percent": 9}, ["STALE", "STALE", "STALE"]),
        ({"size": 1, "percent": 2}, ["COMPLETED", "COMPLETED", "COMPLETED"]),
    ],
)
def test_a_phase_that_reads_all_of_the_configuration_is_stale_by_any_change(
    configuration: dict[str, int], expected: list[str]
) -> None:
    flow = finished(started(), 3)

    assert statuses(flow.update(stamp(), configuration=configuration)) == expected


def test_a_phase_that_reads_a_part_of_the_configuration_is_stale_by_that_alone() -> None:
    waves, work, sum_ = THREE.phases
    definition = replace(THREE, phases=(replace(waves, reads=frozenset({"size"})), work, sum_))
    flow = replace(finished(started(), 3), definition=definition)

    by_percent = flow.update(stamp(), configuration={"size": 1, "percent": 3})
    by_another = flow.update(stamp(), configuration={"size": 1, "percent": 2, "colour": "red"})

    assert (by_percent.status, statuses(by_percent)) == (FlowStatus.READY, ["COMPLETED", "COMPLETED", "STALE"])
    assert by_another.status is FlowStatus.COMPLETED


def _run_id(flow: Flow) -> str:
    assert flow.running is not None
    return flow.running.run_id or ""
