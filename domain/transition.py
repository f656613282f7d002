"""What may be done to a flow in which state, and by whom: the one table of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.access import Role


class FlowStatus(StrEnum):
    """Where a flow stands."""

    READY = "READY"
    RUNNING = "RUNNING"
    AWAITING_INPUT = "AWAITING_INPUT"
    PAUSED = "PAUSED"
    SNOOZED = "SNOOZED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class FlowAction(StrEnum):
    """What a person may do to a flow."""

    RUN_PHASE = "RUN_PHASE"
    SUBMIT_INPUT = "SUBMIT_INPUT"
    NAVIGATE = "NAVIGATE"
    RETRY_PHASE = "RETRY_PHASE"
    SKIP_PHASE = "SKIP_PHASE"
    ACCEPT_STALE = "ACCEPT_STALE"
    OVERRIDE = "OVERRIDE"
    UPDATE = "UPDATE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    SNOOZE = "SNOOZE"
    CANCEL = "CANCEL"
    FINALIZE = "FINALIZE"
    DELETE = "DELETE"


S = FlowStatus
A = FlowAction

ALLOWED: Mapping[FlowAction, frozenset[FlowStatus]] = MappingProxyType(
    {
        # At a pause only where the phase has not run yet and our crew may give the answer.
        A.RUN_PHASE: frozenset({S.READY, S.COMPLETED, S.AWAITING_INPUT}),
        A.SUBMIT_INPUT: frozenset({S.AWAITING_INPUT}),
        A.NAVIGATE: frozenset({S.READY, S.AWAITING_INPUT, S.PAUSED, S.FAILED}),
        A.RETRY_PHASE: frozenset({S.FAILED}),
        A.SKIP_PHASE: frozenset({S.READY, S.AWAITING_INPUT, S.FAILED}),
        A.ACCEPT_STALE: frozenset({S.READY, S.AWAITING_INPUT, S.COMPLETED}),
        A.OVERRIDE: frozenset({S.READY, S.AWAITING_INPUT, S.RUNNING, S.COMPLETED}),
        A.UPDATE: frozenset(set(S) - {S.RUNNING, S.CANCELLED}),
        A.PAUSE: frozenset({S.RUNNING, S.READY, S.AWAITING_INPUT}),
        A.RESUME: frozenset({S.PAUSED, S.SNOOZED}),
        A.SNOOZE: frozenset({S.READY, S.AWAITING_INPUT}),
        A.CANCEL: frozenset(set(S) - {S.COMPLETED, S.CANCELLED}),
        A.FINALIZE: frozenset({S.AWAITING_INPUT}),
        A.DELETE: frozenset(set(S) - {S.RUNNING}),
    }
)

# What the caller's role must be at least; a pause may ask for more.
ROLE: Mapping[FlowAction, Role] = MappingProxyType(
    dict.fromkeys(FlowAction, Role.CONTRIBUTOR)
    | {A.OVERRIDE: Role.ARCHITECT, A.FINALIZE: Role.LEAD, A.DELETE: Role.ADMIN}
)

VERB: Mapping[FlowAction, str] = MappingProxyType(
    {
        A.RUN_PHASE: "run a phase of",
        A.SUBMIT_INPUT: "answer",
        A.NAVIGATE: "navigate in",
        A.RETRY_PHASE: "retry",
        A.SKIP_PHASE: "skip a phase of",
        A.ACCEPT_STALE: "accept a stale phase of",
        A.OVERRIDE: "override results of",
        A.UPDATE: "update",
        A.PAUSE: "pause",
        A.RESUME: "resume",
        A.SNOOZE: "snooze",
        A.CANCEL: "cancel",
        A.FINALIZE: "finalize",
        A.DELETE: "delete",
    }
)

STATE: Mapping[FlowStatus, str] = MappingProxyType(
    {
        S.READY: "ready",
        S.RUNNING: "running",
        S.AWAITING_INPUT: "awaiting input",
        S.PAUSED: "paused",
        S.SNOOZED: "snoozed",
        S.COMPLETED: "completed",
        S.FAILED: "failed",
        S.CANCELLED: "cancelled",
    }
)
