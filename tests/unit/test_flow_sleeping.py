"""Flows that sleep: until their time, or until somebody wakes them, and then as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.definition import FlowDefinition
from domain.errors import Refused
from domain.event import WakeFlow
from domain.flow import Flow, Stamp
from domain.phase import PhaseStatus, RunEnded
from domain.transition import FlowAction, FlowStatus
from tests.toy import TOY, new_id

BEGIN = datetime(2026, 11, 21, 9, tzinfo=UTC)
UNTIL = BEGIN + timedelta(days=7)
SLEEPY = replace(TOY, snoozes=True)


def stamp(minutes: int = 0) -> Stamp:
    return Stamp("ann", BEGIN + timedelta(minutes=minutes), new_id)


def waiting(definition: FlowDefinition = SLEEPY) -> Flow:
    """At its pause."""
    flow = Flow.start(definition, stamp(), name="Toy", configuration={})
    for _ in range(2):
        running = flow.running
        assert running is not None
        flow = flow.finish(RunEnded(running.run_id or "", PhaseStatus.COMPLETED, BEGIN), stamp())
    return replace(flow, events=(), jobs=(), runs=())


def test_a_flow_sleeps_and_is_woken_at_its_time() -> None:
    asleep = waiting().snooze(UNTIL, stamp(1), "Holidays")

    assert (asleep.status, asleep.snoozed_until) == (FlowStatus.SNOOZED, UNTIL)
    assert asleep.jobs == (WakeFlow(asleep.id, UNTIL),)
    assert [(event.data["status"], event.data["reason"]) for event in asleep.events] == [("SNOOZED", "Holidays")]
    awake = asleep.wake(stamp(2))
    assert (awake.status, awake.snoozed_until, awake.paused_from) == (FlowStatus.AWAITING_INPUT, None, None)
    assert awake.version == asleep.version + 1


def test_who_resumes_it_early_takes_its_alarm_away() -> None:
    asleep = waiting().snooze(UNTIL, stamp(1), None)

    awake = asleep.resume(stamp(2))

    assert (awake.status, awake.snoozed_until) == (FlowStatus.AWAITING_INPUT, None)
    assert awake.jobs[-1] == WakeFlow(awake.id, None)
    # What rang all the same changes nothing.
    assert awake.wake(stamp(3)) == awake


def test_a_flow_that_was_ready_is_ready_again() -> None:
    ready = Flow.start(SLEEPY, stamp(), name="Toy", configuration={}, auto_advance=False)

    awake = ready.snooze(UNTIL, stamp(1), None).wake(stamp(2))

    assert (awake.status, awake.running) == (FlowStatus.READY, None)


def test_nothing_else_is_done_to_it_but_waking_and_ending() -> None:
    asleep = waiting().snooze(UNTIL, stamp(1), None)

    for action in (FlowAction.SNOOZE, FlowAction.SUBMIT_INPUT, FlowAction.PAUSE, FlowAction.SKIP_PHASE):
        with pytest.raises(Refused):
            asleep.require(action)
    assert asleep.cancel(stamp(2), None).wake(stamp(3)).status is FlowStatus.CANCELLED


def test_only_flows_that_may_sleep_do() -> None:
    flow = waiting(TOY)

    with pytest.raises(Refused, match="Cannot snooze a flow that is awaiting input"):
        flow.snooze(UNTIL, stamp(1), None)
