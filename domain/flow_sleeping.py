"""Flows that sleep until a time, and how they and paused ones go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.event import WakeFlow
from domain.flow_state import Stamp
from domain.flow_waiting import WaitingFlow
from domain.phase import PhaseStatus
from domain.transition import FlowAction, FlowStatus


@dataclass(frozen=True, slots=True)
class SleepingFlow(WaitingFlow):
    """A flow as far as it rests and goes on."""

    def pause(self, stamp: Stamp, reason: str | None) -> Self:
        """Stop before the next phase; one that runs is let to its end."""
        self.require(FlowAction.PAUSE)
        paused = replace(self, status=FlowStatus.PAUSED, paused_from=self.status)
        return paused._recorded(self, stamp, reason)

    def snooze(self, until: datetime, stamp: Stamp, reason: str | None) -> Self:
        """Sleep until then; it wakes by itself, and before that whenever somebody resumes it."""
        self.require(FlowAction.SNOOZE)
        jobs = (*self.jobs, WakeFlow(self.id, until))
        asleep = replace(self, status=FlowStatus.SNOOZED, paused_from=self.status, snoozed_until=until, jobs=jobs)
        return asleep._recorded(self, stamp, reason)

    def resume(self, stamp: Stamp) -> Self:
        """Go on as before, or with the next phase if the one that ran has ended meanwhile."""
        self.require(FlowAction.RESUME)
        # Nothing is left to wake it: it would be taken for one that goes on by itself.
        forget = (WakeFlow(self.id, None),) if self.status is FlowStatus.SNOOZED else ()
        return replace(self, jobs=(*self.jobs, *forget))._awake(stamp)._recorded(self, stamp)

    def wake(self, stamp: Stamp) -> Self:
        """Its time has come: go on with what is next, if nobody has done so."""
        if self.status is FlowStatus.SNOOZED:
            return self._awake(stamp)._recorded(self, stamp, by_person=False)
        if self.status is not FlowStatus.READY or self.following is None:
            return self
        return self._launched(self.following.key, stamp)._recorded(self, stamp, by_person=False)

    def _awake(self, stamp: Stamp) -> Self:
        rested = replace(self, status=FlowStatus.READY, paused_from=None, snoozed_until=None)
        if self.running:
            return replace(rested, status=FlowStatus.RUNNING)
        if any(state.status is PhaseStatus.AWAITING_INPUT for state in self.phases):
            return replace(rested, status=FlowStatus.AWAITING_INPUT)
        if self.paused_from is not FlowStatus.READY or all(state.done for state in self.phases):
            return rested._advance(stamp)
        if any(state.status is PhaseStatus.STALE for state in self.phases):
            # It may have been paused before its changes had settled, and what was to wake it has passed it by.
            return rested._reopened(stamp)
        return rested
