"""Lists of tasks and artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.artifact import ArtifactKind, KnownArtifact, KnownVersion
from domain.listing import Listing
from domain.task import Task, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListing(Listing[Task]):
    """Tasks: those with something left to do first, then by due date, then by priority.

    `due_before` leaves out what is due on that day or later, and what has no date.
    """

    statuses: tuple[TaskStatus, ...] | None = None
    flow_id: str | None = None
    assigned_to: str | None = None
    due_before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks(TaskListing):
    """Tasks of the engagement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksOfFlow(TaskListing):
    """Tasks in a flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksOfArtifact(Listing[Task]):
    """Tasks that are about an artifact, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactsOfFlow(Listing[KnownArtifact]):
    """A flow's artifacts, newest first; of these kinds only, where any are named."""

    kinds: tuple[ArtifactKind, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsOfArtifact(Listing[KnownVersion]):
    """An artifact's versions, newest first."""
