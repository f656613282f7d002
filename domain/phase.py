"""Where one phase of a flow stands, and the attempts at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.source import Source


class PhaseStatus(StrEnum):
    """STALE: completed once, but something it was computed from has changed since."""

    PENDING = "PENDING"
    READY = "READY"
    RUNNING = "RUNNING"
    AWAITING_INPUT = "AWAITING_INPUT"
    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    STALE = "STALE"


DONE = frozenset({PhaseStatus.COMPLETED, PhaseStatus.SKIPPED})
WITH_RESULT = frozenset({PhaseStatus.COMPLETED, PhaseStatus.AWAITING_INPUT, PhaseStatus.STALE})


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One phase of one flow. The inputs are JSON values; `run_id` is its newest attempt.

    `from_outside` marks one that is STALE only because something outside of the flow has changed: it waits for a
    person, whatever the flow does by itself.
    """

    key: str
    status: PhaseStatus = PhaseStatus.PENDING
    run_id: str | None = None
    attempt: int = 0
    proposed_input: Any = None
    draft_input: Any = None
    user_input: Any = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    from_outside: bool = False

    @property
    def done(self) -> bool:
        """True when nothing is left to do for it."""
        return self.status in DONE


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a phase did not end well; `retryable` when the same thing may go well a second time."""

    code: str
    message: str
    phase: str | None
    retryable: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A new attempt at a phase."""

    run_id: str
    phase: str
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RunEnded:
    """An attempt came to an end: `peak_memory_mib` where the platform tells."""

    run_id: str
    status: PhaseStatus
    at: datetime
    source: Source = Source.RULES
    failure: Failure | None = None
    peak_memory_mib: float | None = None


RunChange = RunStarted | RunEnded
