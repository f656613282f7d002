"""Tasks: something that somebody should do, in a flow or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from domain.planning.plan import Priority


class TaskStatus(StrEnum):
    """Where a task stands. FAILED is one that was tried and came to nothing."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    BLOCKED = "BLOCKED"
    FAILED = "FAILED"


class TaskActor(StrEnum):
    """Who does it: a person, or the system on their behalf."""

    USER = "USER"
    SYSTEM = "SYSTEM"


_S = TaskStatus

# From where a task may move to where. What has ended is opened again before anything else becomes of it.
MOVES: Mapping[TaskStatus, tuple[TaskStatus, ...]] = MappingProxyType(
    {
        _S.OPEN: (_S.IN_PROGRESS, _S.COMPLETED, _S.SKIPPED, _S.BLOCKED),
        _S.IN_PROGRESS: (_S.OPEN, _S.COMPLETED, _S.SKIPPED, _S.BLOCKED, _S.FAILED),
        _S.BLOCKED: (_S.OPEN, _S.IN_PROGRESS, _S.COMPLETED, _S.SKIPPED, _S.FAILED),
        _S.FAILED: (_S.OPEN, _S.IN_PROGRESS, _S.SKIPPED),
        _S.COMPLETED: (_S.OPEN,),
        _S.SKIPPED: (_S.OPEN,),
    }
)
# Nothing is left to do of them.
ENDED = frozenset({TaskStatus.COMPLETED, TaskStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class Task:
    """One task. Without `flow_id` it is the engagement's own; with it, it lives and dies with that flow.

    `artifact_ids` are what it is about. One that was made of an artifact's item remembers both in `origin_artifact_id`
    and `origin_item`, so that the item does not become a second task.
    """

    id: str
    title: str
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    flow_id: str | None = None
    description: str | None = None
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.MEDIUM
    due_on: date | None = None
    assigned_to: str | None = None
    done_by: TaskActor = TaskActor.USER
    note: str | None = None
    artifact_ids: tuple[str, ...] = ()
    origin_artifact_id: str | None = None
    origin_item: str | None = None
    completed_at: datetime | None = None
    version: int = 1
