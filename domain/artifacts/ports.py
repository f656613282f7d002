"""How tasks and artifacts are kept, behind the unit of work."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.artifact import Artifact, ArtifactRequest
    from domain.task import Task


class TaskRepository(Protocol):
    """The tasks of the engagement."""

    async def get(self, task_id: str) -> Task:
        """Locked until the unit of work ends; NotFound where there is none for this tenant."""

    async def flow_of(self, task_id: str) -> str | None:
        """The flow it is in, held by nobody: a flow is locked before its tasks. NotFound as with `get`."""

    async def of_flow(self, flow_id: str) -> tuple[Task, ...]:
        """That flow's tasks, oldest first."""

    async def of_artifact(self, artifact_id: str) -> tuple[Task, ...]:
        """Tasks that were made of that artifact's items, oldest first."""

    async def save(self, task: Task) -> None:
        """Insert or replace it."""

    async def remove(self, task: Task) -> None: ...


class ArtifactRepository(Protocol):
    """The artifacts of the engagement's flows, each in its newest version."""

    async def get(self, artifact_id: str) -> Artifact:
        """Locked until the unit of work ends; NotFound where there is none for this tenant."""

    async def flow_of(self, artifact_id: str) -> str:
        """The flow it is in, held by nobody: a flow is locked before its artifacts. NotFound as with `get`."""

    async def find(self, artifact_ids: Collection[str]) -> tuple[Artifact, ...]:
        """Those that are there, held by nobody, oldest first."""

    async def of_flow(self, flow_id: str) -> tuple[Artifact, ...]:
        """That flow's artifacts, oldest first."""

    async def save(self, *saved: Artifact) -> None:
        """Append the version of each, of which none is named twice; one that is there already stays as it is."""

    async def remove(self, artifact: Artifact) -> None:
        """With its versions; tasks that were made of it stay."""

    async def ask(self, request: ArtifactRequest) -> None:
        """Keep that somebody wants one written."""

    async def asked(self, request_id: str) -> ArtifactRequest:
        """Locked until the unit of work ends; NotFound where its flow is gone."""

    async def waiting(self, flow_id: str) -> int:
        """How many of that flow are still to be written."""

    async def settle(self, request: ArtifactRequest) -> None:
        """Keep what became of it."""

    async def start(self, request_id: str) -> int:
        """Count one more attempt at writing it; how many there were."""
