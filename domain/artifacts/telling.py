"""The events that tell of tasks and artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.artifact import Artifact, ArtifactRequest
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.task import Task
from domain.transition import FlowStatus

ARTIFACT_WARNING = "ARTIFACT_WARNING"
ARTIFACT_FAILED = "ARTIFACT_FAILED"


def task_changed(task: Task, at: datetime) -> Event:
    """A task of a flow was made, changed or removed."""
    return Event(EventKind.TASK, at, None, {"taskId": task.id})


def task_alone_changed(task: Task, at: datetime) -> Event:
    """The same of a task that is in no flow."""
    return Event(EventKind.CHILD_CHANGED, at, None, {"changed": [["Task", task.id]]})


def artifact_saved(artifact: Artifact, at: datetime) -> Event:
    """An artifact has a new version."""
    return Event(EventKind.ARTIFACT, at, artifact.step, {"artifactId": artifact.id, "version": artifact.version})


def telling(flow: Flow, events: Iterable[Event]) -> Flow:
    """The flow with events that tell of what hangs on it.

    Its version stays: tasks and artifacts have versions of their own, and nobody who answers the flow is held up.
    """
    return replace(flow, events=(*flow.events, *events))


def require_open(flow: Flow) -> None:
    """Nothing new is hung on a flow that is cancelled."""
    if flow.status is FlowStatus.CANCELLED:
        raise refuse(ErrorCode.INVALID_TRANSITION, "Nothing is changed in a flow that is cancelled.", "flowId")


def warned(artifact: Artifact, message: str, at: datetime) -> Event:
    """The server found something in an artifact that a person should look at."""
    data = {"code": ARTIFACT_WARNING, "message": message, "details": {"artifactId": artifact.id}}
    return Event(EventKind.WARNING, at, artifact.step, data)


def failed_to_write(request: ArtifactRequest, why: str, at: datetime) -> Event:
    """What somebody asked for was not written."""
    message = f"The {request.kind} that {request.requested_by} asked for was not written. {why}"
    data = {"code": ARTIFACT_FAILED, "message": message, "details": {"artifactId": request.id}}
    return Event(EventKind.WARNING, at, request.step, data)
