"""Flows whose way is not the same for all: steps that an answer leaves out, and an end before the last of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from domain.errors import ErrorCode, refuse
from domain.flow_sleeping import SleepingFlow
from domain.flow_state import Stamp
from domain.phase import PhaseStatus
from domain.transition import FlowStatus


@dataclass(frozen=True, slots=True)
class RoutedFlow(SleepingFlow):
    """A flow as far as it goes past phases."""

    def end(self, stamp: Stamp, reason: str) -> Self:
        """Complete it where it stands: what runs is stopped, what is not done is skipped for that reason.

        One that has completed stays as it is, one version later.
        """
        if self.status is FlowStatus.CANCELLED:
            message = "Cannot complete a flow that is cancelled. Start another one."
            raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")
        if self.status is FlowStatus.COMPLETED:
            return self._recorded(self, stamp, reason)
        left = [state.key for state in self.phases if not state.done]
        ended = self._stopped(stamp)._left_out(left, stamp)
        ended = replace(ended, paused_from=None, failure=None)
        return ended._completed(stamp)._recorded(self, stamp, reason)

    def _completed(self, stamp: Stamp) -> Self:
        return replace(self, status=FlowStatus.COMPLETED, completed_at=stamp.at)

    def _left_out(self, keys: Collection[str], stamp: Stamp) -> Self:
        """The way leads past these."""
        phases = tuple(
            replace(s, status=PhaseStatus.SKIPPED, completed_at=stamp.at, from_outside=False) if s.key in keys else s
            for s in self.phases
        )
        return replace(self, phases=phases)

    def _taken_up(self, keys: Collection[str]) -> Self:
        """The way leads to these again, which it had led past."""
        phases = tuple(
            replace(s, status=PhaseStatus.PENDING, completed_at=None)
            if s.key in keys and s.status is PhaseStatus.SKIPPED
            else s
            for s in self.phases
        )
        return replace(self, phases=phases)
