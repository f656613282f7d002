"""The flow: every decision about one. A decision returns a new value that carries its events, jobs and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from domain.configuration_change import changed_names
from domain.definition import FlowDefinition, Phase, Warning
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind
from domain.flow_routing import RoutedFlow
from domain.flow_state import Stamp, told
from domain.phase import PhaseState, PhaseStatus, RunEnded
from domain.transition import FlowAction, FlowStatus

__all__ = ["Flow", "Stamp"]


@dataclass(frozen=True, slots=True)
class Flow(RoutedFlow):
    """One run of one flow type over its scope."""

    # ── what a person decides

    @classmethod
    def start(
        cls,
        definition: FlowDefinition,
        stamp: Stamp,
        *,
        name: str,
        configuration: Mapping[str, Any],
        application_ids: tuple[str, ...] = (),
        auto_advance: bool = True,
        previous: tuple[str | None, int] | None = None,
    ) -> Self:
        """A new flow; with `auto_advance` its first phase runs at once. `previous` is the id and iteration before."""
        flow = cls(
            id=stamp.new_id(),
            definition=definition,
            name=name,
            configuration=configuration,
            phases=tuple(PhaseState(phase.key) for phase in definition.phases),
            created_by=stamp.by,
            created_at=stamp.at,
            updated_by=stamp.by,
            updated_at=stamp.at,
            auto_advance=auto_advance,
            application_ids=application_ids,
            iteration=previous[1] + 1 if previous else 1,
            previous_id=previous[0] if previous else None,
            last_user_interaction_at=stamp.at,
            version=0,
        )
        created = Event(EventKind.FLOW_STATUS, stamp.at, None, told(None, flow.status, flow, stamp.by, None))
        return replace(flow, events=(created,))._advance(stamp)._recorded(flow, stamp)

    def run(self, key: str | None, stamp: Stamp) -> Self:
        """Run a phase: the next one, or one that has run before."""
        self.require(FlowAction.RUN_PHASE)
        # A completed flow has no current phase, and may yet have one that is stale.
        at_pause = self.status is FlowStatus.AWAITING_INPUT
        following = self.active if at_pause else self.current or self.active
        target = key or (following.key if following else None)
        if target is None:
            raise refuse(ErrorCode.INVALID_INPUT, "Name the phase to run again.", "phase")
        if at_pause and following is not None:
            self._require_active(target, following.key)
        self._require_prerequisites(target)
        return self._launched(target, stamp)._recorded(self, stamp)

    def _require_prerequisites(self, key: str) -> None:
        missing = [k for k in self.definition.phase(key).requires if not self.state(k).done]
        if missing:
            raise refuse(
                ErrorCode.PREREQUISITE_MISSING,
                f"The phase {key} needs {', '.join(missing)} to be completed first.",
                "phase",
            )

    def awaited(self, key: str) -> Phase:
        """The phase of that key when it waits for an answer now."""
        self.require(FlowAction.SUBMIT_INPUT)
        phase = self.definition.phase(key)
        if self.state(key).status is not PhaseStatus.AWAITING_INPUT:
            waiting = self.active.key if self.active else "none"
            raise refuse(
                ErrorCode.INVALID_TRANSITION,
                f"The phase {key} does not wait for an answer; the one that does is {waiting}.",
                "phase",
            )
        return phase

    def submit(
        self,
        key: str,
        data: Any,
        stamp: Stamp,
        warnings: tuple[Warning, ...] = (),
        leaves_out: tuple[str, ...] = (),
        takes_up: tuple[str, ...] = (),
    ) -> Self:
        """Take the answer that the phase waits for, and go on, past the phases that it leaves out."""
        self.awaited(key)
        received = Event(EventKind.INPUT_RECEIVED, stamp.at, key, {"by": stamp.by})
        answered = replace(
            self._with(
                key,
                status=PhaseStatus.COMPLETED,
                user_input=data,
                draft_input=None,
                completed_at=stamp.at,
            ),
            events=(*self.events, received),
        )._warned(key, warnings, stamp.at)
        led = answered._left_out(leaves_out, stamp)._taken_up(takes_up)
        return led._advance(stamp)._recorded(self, stamp)

    def draft(self, key: str, data: Any) -> Self:
        """Keep an answer that is not finished; the flow goes on waiting."""
        self.awaited(key)
        return self._with(key, draft_input=data)

    def navigate(self, key: str | None, stamp: Stamp) -> Self:
        """Look at a completed phase, or (without a key) go back to the one that is next."""
        self.require(FlowAction.NAVIGATE)
        if key is None:
            return replace(self, visited=None)._recorded(self, stamp)
        state = self.state(key)
        if state != self.active and not state.done and state.status is not PhaseStatus.STALE:
            raise refuse(
                ErrorCode.INVALID_TRANSITION,
                f"The phase {key} has not completed yet; navigate to a completed one or to the next.",
                "phase",
            )
        visited = None if state == self.active else key
        return replace(self, visited=visited)._recorded(self, stamp, keep_visited=True)

    def retry(self, key: str | None, stamp: Stamp) -> Self:
        """Try the failed phase again; earlier attempts are kept."""
        self.require(FlowAction.RETRY_PHASE)
        failed = next(s for s in self.phases if s.status is PhaseStatus.FAILED)
        self._require_active(key, failed.key)
        return self._launched(failed.key, stamp)._recorded(self, stamp)

    def skip(self, key: str | None, stamp: Stamp, reason: str | None) -> Self:
        """Leave an optional phase out and go on."""
        if key is not None and not self.definition.phase(key).optional:
            raise refuse(ErrorCode.INVALID_TRANSITION, f"The phase {key} cannot be skipped.", "phase")
        self.require(FlowAction.SKIP_PHASE)
        left_out = self.active.key if self.active else ""
        self._require_active(key, left_out)
        skipped = replace(
            self._with(left_out, status=PhaseStatus.SKIPPED, completed_at=stamp.at),
            failure=None,
        )
        return skipped._advance(stamp)._recorded(self, stamp, reason)

    def _require_active(self, key: str | None, active: str) -> None:
        if key not in (None, active):
            raise refuse(
                ErrorCode.INVALID_TRANSITION,
                f"The phase {key} is not the current one; that is {active}.",
                "phase",
            )

    def accept(self, key: str | None, stamp: Stamp, reason: str | None) -> Self:
        """Keep a stale phase's result as it is; a flow with nothing left to do completes."""
        self.require(FlowAction.ACCEPT_STALE)
        stale = [s.key for s in self.phases if s.status is PhaseStatus.STALE]
        target = key or stale[0]
        self.definition.phase(target)
        if target not in stale:
            raise refuse(
                ErrorCode.INVALID_TRANSITION,
                f"The phase {target} is not stale; stale are {', '.join(stale)}.",
                "phase",
            )
        accepted = self._with(target, status=PhaseStatus.COMPLETED, from_outside=False)
        return accepted._changed_since(target, (), stamp.at)._eased(stamp)._recorded(self, stamp, reason)

    def _eased(self, stamp: Stamp) -> Self:
        """One phase less is stale: a flow that waited for that goes on, or has completed."""
        if self.status is not FlowStatus.READY:
            return self
        return self._advance(stamp) if all(state.done for state in self.phases) else self._reopened(stamp)

    def update(
        self,
        stamp: Stamp,
        *,
        name: str | None = None,
        auto_advance: bool | None = None,
        configuration: Mapping[str, Any] | None = None,
        application_ids: tuple[str, ...] | None = None,
    ) -> Self:
        """Change its name or how it goes on; a changed configuration makes what read it STALE."""
        self.require(FlowAction.UPDATE)
        updated = replace(
            self,
            name=name or self.name,
            auto_advance=self.auto_advance if auto_advance is None else auto_advance,
        )
        if configuration is not None and configuration != self.configuration:
            ids = self.application_ids if application_ids is None else application_ids
            updated = replace(updated, configuration=configuration, application_ids=ids)
            changed = changed_names(self.configuration, configuration)
            for phase in self.definition.phases:
                if phase.depends_on(changed):
                    updated = updated._outdated({phase.key} | self.definition.dependents(phase.key))
            updated = updated._reopened(stamp)
        elif updated.auto_advance and not self.auto_advance and self.status is FlowStatus.READY:
            updated = updated._reopened(stamp)
        return updated._recorded(self, stamp)

    def cancel(self, stamp: Stamp, reason: str | None) -> Self:
        """End it; a phase that runs is stopped."""
        self.require(FlowAction.CANCEL)
        return replace(self._stopped(stamp), status=FlowStatus.CANCELLED)._recorded(self, stamp, reason)

    def delete(self, stamp: Stamp) -> Self:
        """Say that it is gone; the repository removes it."""
        self.require(FlowAction.DELETE)
        event = Event(EventKind.FLOW_DELETED, stamp.at, None, {"by": stamp.by})
        return replace(self, events=(*self.events, event))

    def override(
        self,
        key: str,
        stamp: Stamp,
        change: Event,
        proposed: Any = None,
        warnings: tuple[Warning, ...] | None = None,
    ) -> Self:
        """A person changed what that phase came to.

        Later phases that used it become STALE and, where the flow goes on by itself, run again once the changes have
        settled. `proposed` is the phase's new proposal while it waits, `warnings` what it warns of now; without them
        it goes on warning of what it did.
        """
        self.require(FlowAction.OVERRIDE)
        if not self.overridable(key):
            raise refuse(ErrorCode.INVALID_TRANSITION, f"The phase {key} has nothing to override now.", "phase")
        changed = self if warnings is None else self._rewarned(key, warnings, stamp.at)
        return changed.outdate(key, stamp, change, proposed)

    def outdate(self, key: str, stamp: Stamp, change: Event, proposed: Any = None) -> Self:
        """What that phase came to was changed, in the flow or under it: the same, whatever state the flow is in."""
        dependents = self.definition.dependents(key)
        interrupted = self.running is not None and self.running.key in dependents
        changed = replace(self._stopped(stamp) if interrupted else self, events=(*self.events, change))
        if self.state(key).status is PhaseStatus.AWAITING_INPUT:
            changed = changed._with(key, proposed_input=proposed)
        changed = changed._mended(key)._outdated(dependents)._reopened(stamp, rerun=interrupted)
        return changed._recorded(self, stamp)

    def note(self, stamp: Stamp, change: Event, key: str | None = None, proposed: Any = None) -> Self:
        """Something below it changed that no phase has used; that phase has a new proposal if it waits."""
        if self.status is FlowStatus.CANCELLED:
            raise refuse(ErrorCode.INVALID_TRANSITION, "Nothing is changed in a flow that is cancelled.", "flowId")
        changed = replace(self, events=(*self.events, change))
        if key is not None and self.state(key).status is PhaseStatus.AWAITING_INPUT:
            changed = changed._with(key, proposed_input=proposed)
        return changed._recorded(self, stamp)

    # ── what the engine tells

    def finish(
        self,
        run: RunEnded,
        stamp: Stamp,
        *,
        proposed: Any = None,
        answer: Any = None,
        warnings: tuple[Warning, ...] = (),
    ) -> Self:
        """The running phase has its result: wait for a person where it pauses without an `answer`, else go on."""
        state = next(s for s in self.phases if s.run_id == run.run_id)
        pauses = self.definition.phase(state.key).pause is not None and answer is None
        status = PhaseStatus.AWAITING_INPUT if pauses else PhaseStatus.COMPLETED
        finished = replace(
            self._with(
                state.key,
                status=status,
                proposed_input=proposed,
                user_input=answer,
                completed_at=None if pauses else stamp.at,
            ),
            runs=(*self.runs, run),
        )._warned(state.key, warnings, stamp.at)
        if self.status is FlowStatus.PAUSED:
            after = FlowStatus.AWAITING_INPUT if pauses else FlowStatus.RUNNING
            finished = replace(finished, paused_from=after)
        elif pauses:
            finished = replace(finished, status=FlowStatus.AWAITING_INPUT)
        else:
            finished = finished._advance(stamp)
        return finished._recorded(self, stamp, by_person=False)

    def fail(self, run: RunEnded, stamp: Stamp) -> Self:
        """The running phase came to nothing."""
        state = next(s for s in self.phases if s.run_id == run.run_id)
        if self.definition.phase(state.key).waits:
            return self._waiting_again(run, stamp)
        failed = replace(
            self._with(state.key, status=PhaseStatus.FAILED),
            status=FlowStatus.FAILED,
            paused_from=None,
            failure=run.failure,
            runs=(*self.runs, run),
        )
        reason = run.failure.message if run.failure else None
        return failed._recorded(self, stamp, reason, by_person=False)

    def runs_now(self, run_id: str) -> bool:
        """True while that attempt is the one whose result is wanted."""
        return self.running is not None and self.running.run_id == run_id

    def reviewed(self, key: str, stamp: Stamp, differences: tuple[Warning, ...]) -> Self:
        """What of what that phase used is not any more so: with any of it the phase is STALE, and says why, once.

        Nothing is run for it and the flow stays what it is: one that has completed is complete until somebody acts,
        one that runs ends the phase it is at. When all is again as it was used, the phase is what it was.
        """
        state = self.state(key)
        if self.status is FlowStatus.CANCELLED or state.status not in (PhaseStatus.COMPLETED, PhaseStatus.STALE):
            return self
        after = self._changed_since(key, differences, stamp.at)
        if differences and state.status is PhaseStatus.COMPLETED:
            after = after._with(key, status=PhaseStatus.STALE, from_outside=True)
        elif state.from_outside and not differences:
            after = after._with(key, status=PhaseStatus.COMPLETED, from_outside=False)._eased(stamp)
        if after == self:
            return self
        return after._recorded(self, stamp, by_person=False, keep_visited=True)
