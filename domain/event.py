"""What a change tells the world and what it sets going: events of the durable log, and jobs of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """Kinds of events. TEXT_DELTA is live only and never in the log."""

    FLOW_STATUS = "FLOW_STATUS"
    PHASE_STATUS = "PHASE_STATUS"
    INPUT_REQUESTED = "INPUT_REQUESTED"
    INPUT_RECEIVED = "INPUT_RECEIVED"
    AGENT_STARTED = "AGENT_STARTED"
    AGENT_STEP = "AGENT_STEP"
    AGENT_FINISHED = "AGENT_FINISHED"
    AGENT_FAILED = "AGENT_FAILED"
    OVERRIDE = "OVERRIDE"
    LEARNING = "LEARNING"
    WARNING = "WARNING"
    ARTIFACT = "ARTIFACT"
    MESSAGE = "MESSAGE"
    TASK = "TASK"
    CHILD_CHANGED = "CHILD_CHANGED"
    FLOW_DELETED = "FLOW_DELETED"
    TEXT_DELTA = "TEXT_DELTA"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a decision makes it; the log numbers it. `data` is JSON with the fields of its kind."""

    kind: EventKind
    at: datetime
    phase: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event as the log holds it.

    `seq` is gap-free from 1 in its flow (None for a change outside any flow); `position` is its order in the
    engagement, rising, with gaps where a flow was deleted. `flow_kind` is the flow's type.
    """

    engagement_id: str
    position: int
    flow_id: str | None
    flow_kind: str | None
    seq: int | None
    kind: EventKind
    at: datetime
    phase: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LiveText:
    """Text that is being written: `offset` in UTF-16 code units of the whole; never stored."""

    engagement_id: str
    flow_id: str
    writer: str
    text: str
    offset: int
    done: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RunPhase:
    """Run one phase; enqueued in the transaction that made it RUNNING."""

    flow_id: str
    run_id: str
    phase: str


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Stop a run that is no longer wanted."""

    run_id: str


@dataclass(frozen=True, slots=True)
class WakeFlow:
    """Look at the flow again at that time, or with None not any more; a later wish replaces an earlier one."""

    flow_id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class WriteExport:
    """Write one export; enqueued in the transaction that asked for it."""

    flow_id: str
    export_id: str


@dataclass(frozen=True, slots=True)
class ReviewPlans:
    """Look whether what these flows used is still so; enqueued in the transaction that changed it."""

    id: str
    flow_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteReply:
    """Write the reply to one message; enqueued in the transaction that made it the next to be answered."""

    flow_id: str
    thread_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class WriteArtifact:
    """Write one artifact; enqueued in the transaction that asked for it."""

    flow_id: str
    artifact_id: str


@dataclass(frozen=True, slots=True)
class CheckContract:
    """Look at a contract a second time; enqueued in the transaction that stored it."""

    contract_id: str


# What goes to the engine's queue in the transaction itself.
Enqueued = RunPhase | WriteExport | ReviewPlans | WriteReply | WriteArtifact | CheckContract
Job = Enqueued | CancelRun | WakeFlow
