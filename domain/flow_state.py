"""A flow as it stands: its registry row and its phases as one value, what is allowed, and how it moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from domain.access import Role, holds
from domain.definition import CHANGED_SINCE, WHOLE, FlowDefinition, Warning
from domain.errors import ErrorCode, Problem, Refused, StaleVersion, shown_time
from domain.event import CancelRun, Event, EventKind, Job, RunPhase, WakeFlow
from domain.phase import (
    WITH_RESULT,
    Failure,
    PhaseState,
    PhaseStatus,
    RunChange,
    RunEnded,
    RunStarted,
)
from domain.source import Source
from domain.stamp import Stamp
from domain.transition import ALLOWED, ROLE, STATE, VERB, FlowAction, FlowStatus

__all__ = ["FlowState", "Stamp", "told"]

INFEASIBLE = str(ErrorCode.INFEASIBLE)
# Several overrides in a row are one change: what follows starts again this long after the last of them.
SETTLE = timedelta(seconds=2)
# What a configuration says of a flow that was registered from an older system; no flow type takes these.
ORIGIN = frozenset({"migrated", "originalCreatedAt", "legacyId", "legacyConfiguration"})


@dataclass(frozen=True, slots=True)
class FlowState:
    """One run of one flow type over its scope.

    `configuration` and the phases' inputs are JSON values. `events`, `jobs` and `runs` are what the decisions since
    loading came to, in order; saving writes them.
    """

    id: str
    definition: FlowDefinition
    name: str
    configuration: Mapping[str, Any]
    phases: tuple[PhaseState, ...]
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    status: FlowStatus = FlowStatus.READY
    auto_advance: bool = True
    application_ids: tuple[str, ...] = ()
    iteration: int = 1
    previous_id: str | None = None
    version: int = 1
    warnings: tuple[Warning, ...] = ()
    failure: Failure | None = None
    visited: str | None = None
    paused_from: FlowStatus | None = None
    snoozed_until: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    last_user_interaction_at: datetime | None = None
    events: tuple[Event, ...] = field(default=(), compare=False)
    jobs: tuple[Job, ...] = field(default=(), compare=False)
    runs: tuple[RunChange, ...] = field(default=(), compare=False)

    # ── what it is

    @property
    def kind(self) -> str:
        """The key of its type."""
        return self.definition.kind

    @property
    def progress(self) -> int:
        """0 to 100: what the phases give that are done, up to the first that is not; whole once it has completed."""
        if self.status is FlowStatus.COMPLETED:
            return WHOLE
        total = 0
        for state, phase in zip(self.phases, self.definition.phases, strict=True):
            if not state.done:
                break
            total += phase.weight
        return total

    def state(self, key: str) -> PhaseState:
        """Where that phase stands, or NotFound."""
        self.definition.phase(key)
        return next(state for state in self.phases if state.key == key)

    @property
    def active(self) -> PhaseState | None:
        """The phase that is worked on or waited for, else the first that is not done."""
        busy = (PhaseStatus.RUNNING, PhaseStatus.AWAITING_INPUT, PhaseStatus.FAILED)
        for state in self.phases:
            if state.status in busy:
                return state
        return next((state for state in self.phases if not state.done), None)

    @property
    def following(self) -> PhaseState | None:
        """The phase that it may go on with by itself; None where all are done or what is next waits for a person.

        No phase begins on what changes outside of the flow have made stale.
        """
        for state in self.phases:
            required = self.definition.phase(state.key).requires
            if not state.done and not state.from_outside and all(self.state(key).done for key in required):
                return state
        return None

    @property
    def current(self) -> PhaseState | None:
        """The phase a person looks at; None once completed."""
        if self.status is FlowStatus.COMPLETED:
            return None
        return self.state(self.visited) if self.visited else self.active

    @property
    def running(self) -> PhaseState | None:
        """The phase that runs now."""
        return next((s for s in self.phases if s.status is PhaseStatus.RUNNING), None)

    @property
    def route(self) -> str:
        """Where a single-page application shows it."""
        return self.definition.route(self.id, self.current.key if self.current else None)

    @property
    def own_configuration(self) -> Mapping[str, Any]:
        """What its type takes: without what is only told of where it comes from."""
        return {name: value for name, value in self.configuration.items() if name not in ORIGIN}

    @property
    def origin(self) -> Mapping[str, Any]:
        """What its configuration says of the system it was registered from; nothing for one that was started here."""
        return {name: value for name, value in self.configuration.items() if name in ORIGIN}

    # ── what is allowed

    def allowed(self, roles: frozenset[Role]) -> tuple[FlowAction, ...]:
        """What a caller with those roles may do now; the commands ask the same question."""
        return tuple(a for a in FlowAction if holds(roles, self.role(a)) and not self.refusal(a))

    def role(self, action: FlowAction) -> Role:
        """The role that action asks for now."""
        if action is FlowAction.SUBMIT_INPUT and self.active:
            pause = self.definition.phase(self.active.key).pause
            return pause.answered_by if pause else ROLE[action]
        return self.definition.roles.get(action, ROLE[action])

    def refusal(self, action: FlowAction) -> Problem | None:
        """Why that cannot be done now, with what can be done instead; None when it can."""
        if self._allows(action):
            return None
        others = [a for a in FlowAction if self._allows(a)]
        message = (
            f"Cannot {VERB[action]} a flow that is {self._standing()}. Allowed now: {', '.join(others) or 'nothing'}."
        )
        return Problem(ErrorCode.INVALID_TRANSITION, message, (), {"allowedActions": [str(a) for a in others]})

    def _allows(self, action: FlowAction) -> bool:
        mending = action is FlowAction.OVERRIDE and self.impossible
        return (self.status in ALLOWED[action] or mending) and self._open(action)

    @property
    def impossible(self) -> bool:
        """It failed for want of any result that keeps all that is asked: what people chose must be open to change."""
        return self.status is FlowStatus.FAILED and self.failure is not None and self.failure.code == INFEASIBLE

    def _standing(self) -> str:
        active = None if self.status is FlowStatus.COMPLETED else self.active
        return f"{STATE[self.status]} at {active.key}" if active else STATE[self.status]

    def _open(self, action: FlowAction) -> bool:
        phase = self.definition.phase(self.active.key) if self.active else None
        match action:
            case FlowAction.RUN_PHASE | FlowAction.RETRY_PHASE:
                return (phase or self.definition.phases[-1]).waits == (self.status is FlowStatus.AWAITING_INPUT)
            case FlowAction.SKIP_PHASE:
                return phase is not None and phase.optional
            case FlowAction.ACCEPT_STALE:
                return any(s.status is PhaseStatus.STALE for s in self.phases)
            case FlowAction.OVERRIDE:
                return any(self.overridable(s.key) for s in self.phases)
            case FlowAction.SNOOZE:
                return self.definition.snoozes
            case FlowAction.FINALIZE:
                return phase is not None and phase.finalizes
            case FlowAction.UPDATE | FlowAction.DELETE:
                return self.running is None
            case _:
                return True

    def overridable(self, key: str) -> bool:
        """Whether that phase has come to something that a person may change now.

        Where the flow is impossible, that is the phase that failed and what it was made from: nothing else mends it.
        """
        if self.impossible:
            failed = next(s.key for s in self.phases if s.status is PhaseStatus.FAILED)
            if key != failed and failed not in self.definition.dependents(key):
                return False
        with_result = self.state(key).status in WITH_RESULT or self.impossible
        return with_result and self.definition.phase(key).overridable

    def require(self, action: FlowAction) -> None:
        """Raise Refused INVALID_TRANSITION unless that can be done now."""
        problem = self.refusal(action)
        if problem:
            raise Refused([problem])

    def expect(self, version: int | None) -> Self:
        """Itself, or StaleVersion when somebody else changed it since that version."""
        if version is None or version == self.version:
            return self
        details = {
            "expectedVersion": version,
            "currentVersion": self.version,
            "changedBy": self.updated_by,
            "changedAt": shown_time(self.updated_at),
            # What the newest change moved; of those before it the flow's events tell.
            "changed": [s.key for s in self.phases if self.updated_at in (s.started_at, s.completed_at)],
        }
        raise StaleVersion("flow", details)

    # ── how it moves: each gives the next value without telling anybody; `recorded` tells all of it at once

    def _with(self, key: str, **changes: Any) -> Self:
        phases = tuple(replace(s, **changes) if s.key == key else s for s in self.phases)
        return replace(self, phases=phases)

    def _advance(self, stamp: Stamp) -> Self:
        """Go on with the first phase that is not done, or complete."""
        if all(state.done for state in self.phases):
            return replace(self, status=FlowStatus.COMPLETED, completed_at=stamp.at)
        following = self.following
        if following is not None and self.definition.phase(following.key).waits:
            return self._waiting(following.key, stamp)
        if following is not None and self.auto_advance:
            return self._launched(following.key, stamp)
        ready = replace(self, status=FlowStatus.READY)
        if following is None or following.status is PhaseStatus.STALE:
            return ready
        return ready._with(following.key, status=PhaseStatus.READY)

    def _waiting(self, key: str, stamp: Stamp) -> Self:
        """That phase waits for its answer without having run."""
        return self._begun(key, PhaseStatus.AWAITING_INPUT, FlowStatus.AWAITING_INPUT, stamp)

    def _begun(self, key: str, status: PhaseStatus, of_flow: FlowStatus, stamp: Stamp, **changes: Any) -> Self:
        """That phase begins, without anything that was given to an earlier attempt at it."""
        flow = self._with(
            key,
            status=status,
            started_at=stamp.at,
            completed_at=None,
            from_outside=False,
            proposed_input=None,
            draft_input=None,
            user_input=None,
            **changes,
        )
        started_at = self.started_at or stamp.at
        return replace(flow, status=of_flow, failure=None, started_at=started_at, completed_at=None)

    def _launched(self, key: str, stamp: Stamp) -> Self:
        """A new attempt at that phase, with the job that carries it out."""
        attempt = self.state(key).attempt + 1
        run_id = stamp.new_id()
        flow = self._outdated(self.definition.dependents(key))
        for other in flow.phases:
            if other.status is PhaseStatus.READY:
                flow = flow._with(other.key, status=PhaseStatus.PENDING)
        flow = flow._begun(key, PhaseStatus.RUNNING, FlowStatus.RUNNING, stamp, run_id=run_id, attempt=attempt)
        return replace(
            flow,
            runs=(*self.runs, RunStarted(run_id, key, attempt, stamp.at)),
            jobs=(*self.jobs, RunPhase(self.id, run_id, key)),
        )

    def _outdated(self, keys: Iterable[str]) -> Self:
        """Those among the phases that have a result become STALE."""
        wanted = frozenset(keys)
        phases = tuple(
            replace(s, status=PhaseStatus.STALE, from_outside=False)
            if s.key in wanted and s.status in WITH_RESULT
            else s
            for s in self.phases
        )
        return replace(self, phases=phases)

    def _reopened(self, stamp: Stamp, *, rerun: bool = False) -> Self:
        """READY again if something is left to do and nobody is at it; by itself once the changes have settled."""
        busy = (PhaseStatus.RUNNING, PhaseStatus.AWAITING_INPUT, PhaseStatus.FAILED)
        left = any(not s.done for s in self.phases)
        settled = self.status in (FlowStatus.PAUSED, FlowStatus.SNOOZED, FlowStatus.FAILED)
        if settled or not left or any(s.status in busy for s in self.phases):
            return self
        flow = replace(self, status=FlowStatus.READY, completed_at=None)
        waiting = flow.following
        if waiting is not None and waiting.status is PhaseStatus.PENDING:
            flow = flow._with(waiting.key, status=PhaseStatus.READY)
        if waiting is None or not (self.auto_advance or rerun):
            return flow
        return replace(flow, jobs=(*flow.jobs, WakeFlow(self.id, stamp.at + SETTLE)))

    def _mended(self, key: str) -> Self:
        """What was impossible is worth another try, now that a person changed what that phase came to.

        Where it is the phase that failed, that result stands; one that may never have come to any is STALE by nothing.
        """
        if not self.impossible:
            return self
        failed = next(s for s in self.phases if s.status is PhaseStatus.FAILED)
        status = PhaseStatus.STALE if failed.key == key else PhaseStatus.PENDING
        return replace(self._with(failed.key, status=status), status=FlowStatus.READY, failure=None)

    def _stopped(self, stamp: Stamp) -> Self:
        """The phase that runs is given up: its attempt FAILED with code CANCELLED, its worker told."""
        state = self.running
        if state is None or state.run_id is None:
            return self
        failure = Failure("CANCELLED", f"Stopped by {stamp.by}.", state.key, True, stamp.at)
        ended = RunEnded(state.run_id, PhaseStatus.FAILED, stamp.at, Source.RULES, failure)
        stopped = self._with(state.key, status=PhaseStatus.PENDING)
        return replace(stopped, runs=(*self.runs, ended), jobs=(*self.jobs, CancelRun(state.run_id)))

    def _warned(self, key: str, warnings: tuple[Warning, ...], at: datetime) -> Self:
        """That phase's warnings, in place of the ones it gave before."""
        return self._raised(warnings, tuple(w for w in self.warnings if w.phase != key), key, at)

    def _rewarned(self, key: str, warnings: tuple[Warning, ...], at: datetime) -> Self:
        """What that phase warns of once a person changed it; what changed under it is still to be said."""
        kept = tuple(w for w in self.warnings if w.phase != key or w.code == CHANGED_SINCE)
        return self._raised(warnings, kept, key, at)

    def _changed_since(self, key: str, warnings: tuple[Warning, ...], at: datetime) -> Self:
        """What of what that phase used is not any more so, in place of what was said of it before."""
        kept = tuple(w for w in self.warnings if (w.phase, w.code) != (key, CHANGED_SINCE))
        return self._raised(warnings, kept, key, at)

    def _raised(self, warnings: tuple[Warning, ...], kept: tuple[Warning, ...], key: str, at: datetime) -> Self:
        raised = tuple(replace(warning, phase=key) for warning in warnings)
        events = tuple(
            Event(
                EventKind.WARNING,
                at,
                key,
                {"code": w.code, "message": w.message, "details": dict(w.details)},
            )
            for w in raised
            if w not in self.warnings
        )
        return replace(self, warnings=(*kept, *raised), events=(*self.events, *events))

    def _recorded(
        self,
        before: FlowState,
        stamp: Stamp,
        reason: str | None = None,
        *,
        by_person: bool = True,
        keep_visited: bool = False,
    ) -> Self:
        """One version later, with an event for each status that differs from before."""
        touched = stamp.at if by_person else self.last_user_interaction_at
        return replace(
            self,
            version=before.version + 1,
            visited=self.visited if keep_visited else None,
            updated_by=stamp.by,
            updated_at=stamp.at,
            last_user_interaction_at=touched,
            events=(*self.events, *self._differences(before, stamp, reason)),
        )

    def _differences(self, before: FlowState, stamp: Stamp, reason: str | None) -> Iterable[Event]:
        for old, new in zip(before.phases, self.phases, strict=True):
            if old.status is not new.status:
                change = told(old.status, new.status, self, stamp.by, reason)
                yield Event(EventKind.PHASE_STATUS, stamp.at, new.key, change)
            if new.status is PhaseStatus.AWAITING_INPUT is not old.status:
                yield Event(EventKind.INPUT_REQUESTED, stamp.at, new.key)
        if before.status is not self.status:
            change = told(before.status, self.status, self, stamp.by, reason)
            yield Event(EventKind.FLOW_STATUS, stamp.at, None, change)


def told(old: str | None, new: str, flow: FlowState, by: str, reason: str | None) -> dict[str, Any]:
    """What an event says of a status that changed."""
    return {"previous": old, "status": new, "progress": flow.progress, "by": by, "reason": reason}
