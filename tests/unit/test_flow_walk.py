"""Random walks: what is allowed is what is accepted, and the registry row never disagrees with its phases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.access import Role
from domain.definition import CHANGED_SINCE, FlowDefinition, Outcome, Pause, Phase, Warning
from domain.errors import Refused
from domain.event import CancelRun, Event, EventKind, RunPhase, WakeFlow
from domain.flow import Flow, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded, RunStarted
from domain.source import Source
from domain.transition import FlowAction, FlowStatus

ANSWER = Pause(dict, propose=lambda _call: {}, decide=lambda _call: Outcome({}))
S = FlowStatus
ROLES = frozenset({Role.ADMIN})


def phase(key: str, weight: int, **more: Any) -> Phase:
    return Phase(key, key.title(), dict, rules=lambda _call: Outcome({}), weight=weight, overridable=True, **more)


DEFINITION = FlowDefinition(
    "toy",
    "Toy",
    "A flow with every kind of phase.",
    dict,
    (
        phase("load", 20, configured=True),
        phase("check", 30, requires=("load",), pause=ANSWER, optional=True),
        phase("work", 30, requires=("check",)),
        phase("sign", 20, requires=("load", "work"), pause=ANSWER, finalizes=True),
    ),
    area="toys",
)


class FlowWalk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.deleted = False

    def stamp(self) -> Stamp:
        self.now += timedelta(seconds=1)
        return Stamp("alice", self.now, lambda: f"id-{next(self.numbers)}")

    @initialize(auto_advance=st.booleans())
    def start(self, auto_advance: bool) -> None:
        self.flow = Flow.start(DEFINITION, self.stamp(), name="Toy", configuration={"a": 1}, auto_advance=auto_advance)
        self.running: set[str] = set()
        self.status = FlowStatus.READY
        self.take(self.flow)

    def take(self, flow: Flow) -> None:
        """Keep the flow as if it had been saved: what it came to must add up."""
        for change in flow.runs:
            if isinstance(change, RunStarted):
                self.running.add(change.run_id)
            else:
                self.running.discard(change.run_id)
        started = {change.run_id for change in flow.runs if isinstance(change, RunStarted)}
        assert {job.run_id for job in flow.jobs if isinstance(job, RunPhase)} == started
        told = [event for event in flow.events if event.kind is EventKind.FLOW_STATUS and event.data["previous"]]
        if told:
            assert (told[0].data["previous"], told[-1].data["status"]) == (self.status, flow.status)
        else:
            assert flow.status is self.status
        self.status = flow.status
        self.flow = flow.__class__(
            **{
                name: getattr(flow, name)
                for name in flow.__dataclass_fields__
                if name not in ("events", "jobs", "runs")
            }
        )
        self.due = any(isinstance(job, WakeFlow) for job in flow.jobs) or getattr(self, "due", False)

    def attempt(self, action: FlowAction, decide: Any) -> None:
        """An action is accepted exactly where it is listed, or refused for its argument with nothing changed."""
        listed = action in self.flow.allowed(ROLES)
        before = self.flow
        try:
            after = decide()
        except Refused:
            assert not listed, f"{action} is listed at {before.status} but was refused"
            assert self.flow == before
            return
        assert listed, f"{action} is not listed at {before.status} but was accepted"
        self.take(after)

    @rule(key=st.sampled_from([p.key for p in DEFINITION.phases]))
    def run(self, key: str) -> None:
        missing = [k for k in DEFINITION.phase(key).requires if not self.flow.state(k).done]
        if missing:
            return
        self.attempt(FlowAction.RUN_PHASE, lambda: self.flow.run(key, self.stamp()))

    @rule()
    def run_next(self) -> None:
        if self.flow.status is not FlowStatus.COMPLETED and not self.flow.visited:
            self.attempt(FlowAction.RUN_PHASE, lambda: self.flow.run(None, self.stamp()))

    @rule()
    def submit(self) -> None:
        key = self.flow.active.key if self.flow.active else "sign"
        self.attempt(FlowAction.SUBMIT_INPUT, lambda: self.flow.submit(key, {}, self.stamp()))

    @rule()
    def draft(self) -> None:
        key = self.flow.active.key if self.flow.active else "sign"
        version = self.flow.version
        self.attempt(FlowAction.SUBMIT_INPUT, lambda: self.flow.draft(key, {"half": True}))
        assert self.flow.version == version

    @rule(key=st.sampled_from([None, *(p.key for p in DEFINITION.phases)]))
    def navigate(self, key: str | None) -> None:
        state = self.flow.state(key) if key else None
        if state and not state.done and state != self.flow.active and state.status is not PhaseStatus.STALE:
            return
        self.attempt(FlowAction.NAVIGATE, lambda: self.flow.navigate(key, self.stamp()))

    @rule()
    def retry(self) -> None:
        self.attempt(FlowAction.RETRY_PHASE, lambda: self.flow.retry(None, self.stamp()))

    @rule()
    def skip(self) -> None:
        self.attempt(FlowAction.SKIP_PHASE, lambda: self.flow.skip(None, self.stamp(), "not needed"))

    @rule()
    def accept(self) -> None:
        self.attempt(FlowAction.ACCEPT_STALE, lambda: self.flow.accept(None, self.stamp(), "good enough"))

    @rule(key=st.sampled_from([p.key for p in DEFINITION.phases]))
    def override(self, key: str) -> None:
        has_result = self.flow.state(key).status in (
            PhaseStatus.COMPLETED,
            PhaseStatus.AWAITING_INPUT,
            PhaseStatus.STALE,
        )
        if has_result:
            change = Event(EventKind.OVERRIDE, self.now, key, {})
            self.attempt(FlowAction.OVERRIDE, lambda: self.flow.override(key, self.stamp(), change))

    @rule(value=st.integers(0, 3))
    def update(self, value: int) -> None:
        self.attempt(FlowAction.UPDATE, lambda: self.flow.update(self.stamp(), configuration={"a": value}))

    @rule()
    def pause(self) -> None:
        self.attempt(FlowAction.PAUSE, lambda: self.flow.pause(self.stamp(), None))

    @rule()
    def resume(self) -> None:
        self.attempt(FlowAction.RESUME, lambda: self.flow.resume(self.stamp()))

    @rule(often=st.integers(0, 9))
    def cancel(self, often: int) -> None:
        if often == 0:
            running = set(self.running)
            self.attempt(FlowAction.CANCEL, lambda: self.flow.cancel(self.stamp(), None))
            if self.flow.status is FlowStatus.CANCELLED:
                assert self.running == set(), f"{running} goes on in a cancelled flow"

    @rule(often=st.integers(0, 9))
    def delete(self, often: int) -> None:
        if often == 0:
            self.attempt(FlowAction.DELETE, lambda: _undeleted(self.flow, self.flow.delete(self.stamp())))

    @rule(well=st.booleans())
    def engine_ends_the_run(self, well: bool) -> None:
        state = self.flow.running
        if state is None or state.run_id is None:
            return
        stamp = self.stamp()
        if well:
            ended = RunEnded(state.run_id, PhaseStatus.COMPLETED, stamp.at)
            self.take(self.flow.finish(ended, stamp, proposed={}))
        else:
            failure = Failure("INTERNAL", "It broke.", state.key, True, stamp.at)
            ended = RunEnded(state.run_id, PhaseStatus.FAILED, stamp.at, Source.RULES, failure)
            self.take(self.flow.fail(ended, stamp))

    @rule(key=st.sampled_from([p.key for p in DEFINITION.phases]), what=st.sets(st.sampled_from(["Ada", "Bob"])))
    def something_it_used_changes(self, key: str, what: set[str]) -> None:
        """Nothing is run for it, and what has completed stays complete."""
        differences = tuple(Warning(CHANGED_SINCE, f"{name} became another.") for name in sorted(what))
        before, told = self.flow, {w.message for w in self.flow.warnings if w.phase == key}
        after = before.reviewed(key, self.stamp(), differences)
        assert not any(isinstance(job, RunPhase) for job in after.jobs)
        assert after.status is before.status or (before.status, after.status) == (FlowStatus.READY, S.COMPLETED)
        warned = [event.data["message"] for event in after.events if event.kind is EventKind.WARNING]
        assert told.isdisjoint(warned)
        assert after.reviewed(key, self.stamp(), differences) is after
        self.take(after)

    @rule()
    def engine_wakes_it(self) -> None:
        if self.due:
            self.due = False
            self.take(self.flow.wake(self.stamp()))

    @invariant()
    def the_row_agrees_with_the_phases(self) -> None:
        if not hasattr(self, "flow"):
            return
        flow = self.flow
        statuses = [state.status for state in flow.phases]
        running = [state for state in flow.phases if state.status is PhaseStatus.RUNNING]
        assert all(state.status is PhaseStatus.STALE for state in flow.phases if state.from_outside)
        assert len(running) <= 1
        assert {state.run_id for state in running} == self.running
        assert statuses.count(PhaseStatus.AWAITING_INPUT) <= 1
        assert (flow.status is FlowStatus.COMPLETED) == (flow.completed_at is not None)
        assert (flow.status is FlowStatus.COMPLETED) <= (flow.progress == 100 and flow.current is None)
        assert (flow.status is FlowStatus.RUNNING) <= bool(running)
        assert (flow.status is FlowStatus.AWAITING_INPUT) <= (PhaseStatus.AWAITING_INPUT in statuses)
        assert (flow.status is FlowStatus.FAILED) == (PhaseStatus.FAILED in statuses and flow.failure is not None) or (
            flow.status in (FlowStatus.CANCELLED, FlowStatus.PAUSED)
        )
        assert 0 <= flow.progress <= 100
        if flow.status not in (FlowStatus.CANCELLED, FlowStatus.COMPLETED):
            assert len(flow.allowed(ROLES)) > 0


def _undeleted(before: Flow, deleted: Flow) -> Flow:
    assert deleted.events[-1].kind is EventKind.FLOW_DELETED
    return before


FlowWalk.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestFlowWalk = FlowWalk.TestCase


def test_a_cancelled_run_is_told_to_stop() -> None:
    ids = count(1)
    stamp = Stamp("alice", datetime(2026, 1, 1, tzinfo=UTC), lambda: f"id-{next(ids)}")
    flow = Flow.start(DEFINITION, stamp, name="Toy", configuration={})

    cancelled = flow.cancel(stamp, "no longer wanted")

    assert cancelled.jobs[-1] == CancelRun("id-2")
    assert cancelled.runs[-1].run_id == "id-2"
    assert cancelled.status is FlowStatus.CANCELLED


def test_what_was_paused_before_its_changes_settled_is_woken_after_all() -> None:
    ids, at = count(1), datetime(2026, 1, 1, tzinfo=UTC)
    stamp = Stamp("alice", at, lambda: f"id-{next(ids)}")
    flow = Flow.start(DEFINITION, stamp, name="Toy", configuration={"a": 1})
    for _ in DEFINITION.phases:
        run_id = (flow.running.run_id if flow.running else "") or ""
        flow = flow.finish(RunEnded(run_id, PhaseStatus.COMPLETED, at), stamp)
        if flow.active and flow.status is FlowStatus.AWAITING_INPUT:
            flow = flow.submit(flow.active.key, {}, stamp)
    paused = flow.update(stamp, configuration={"a": 2}).pause(stamp, None)

    resumed = replace(paused, jobs=()).resume(stamp)

    assert resumed.status is FlowStatus.READY
    assert resumed.jobs == (WakeFlow(flow.id, at + timedelta(seconds=2)),)
