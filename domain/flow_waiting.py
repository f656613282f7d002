"""Phases that wait for their answer without having run: where work on them goes on, and where it breaks off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from domain.definition import Warning
from domain.flow_state import FlowState, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded
from domain.transition import FlowAction, FlowStatus


@dataclass(frozen=True, slots=True)
class WaitingFlow(FlowState):
    """A flow as far as its phases wait by themselves."""

    def enter(self, key: str, stamp: Stamp, reason: str) -> Self:
        """Work goes on at that phase: what comes after it is to be done again, what was left out before is skipped."""
        if self.status is not FlowStatus.FAILED:
            self.require(FlowAction.SUBMIT_INPUT)
        entered, before = self, True
        for state in self.phases:
            before = before and state.key != key
            if before and not state.done:
                entered = entered._with(state.key, status=PhaseStatus.SKIPPED, completed_at=stamp.at)
            elif not before:
                entered = entered._with(state.key, status=PhaseStatus.PENDING, started_at=None, completed_at=None)
                entered = entered._with(state.key, proposed_input=None, draft_input=None, user_input=None)
        return entered._waiting(key, stamp)._recorded(self, stamp, reason)

    def break_off(self, failure: Failure, stamp: Stamp) -> Self:
        """Whoever works on the phase that waits says that he cannot go on."""
        self.require(FlowAction.SUBMIT_INPUT)
        broken = self._with(failure.phase or "", status=PhaseStatus.FAILED)
        broken = replace(broken, status=FlowStatus.FAILED, failure=failure)
        return broken._recorded(self, stamp, failure.message)

    def _waiting_again(self, run: RunEnded, stamp: Stamp) -> Self:
        """Our crew came to nothing: the phase waits as before, and the flow warns of why."""
        state = next(s for s in self.phases if s.run_id == run.run_id)
        failure = run.failure
        told = (Warning(failure.code, failure.message),) if failure else ()
        waiting = self._waiting(state.key, stamp)._warned(state.key, told, stamp.at)
        if self.status is FlowStatus.PAUSED:
            waiting = replace(waiting, status=FlowStatus.PAUSED, paused_from=FlowStatus.AWAITING_INPUT)
        return replace(waiting, runs=(*self.runs, run))._recorded(self, stamp, by_person=False)
