"""What the roots have on tasks and artifacts."""

from __future__ import annotations

import strawberry

from domain.artifact import KnownArtifact
from domain.artifacts.schemas import ArtifactSchema, published
from domain.reading import Page
from domain.task import Task
from resolvers.context import Context
from schema import artifacts, tasks
from schema.artifacts import ArtifactPayload, TasksPayload
from schema.ids import bare
from schema.loading import entry
from schema.mirror import Id
from schema.payloads import DeletePayload
from schema.portfolio_inputs import DeleteInput
from schema.tasks import TaskPayload


@strawberry.type
class ArtifactQueries:
    @entry
    @staticmethod
    async def tasks(
        context: Context, filter: tasks.TaskFilter | None = None, first: int | None = None, after: str | None = None
    ) -> Page[Task]:
        """What has something left to do first, then by due date, then by priority."""
        return await tasks.tasks(context, filter, first, after)

    @entry
    @staticmethod
    async def artifact(context: Context, id: Id) -> KnownArtifact | None:
        """Null where the id names no artifact for this caller."""
        found = bare(id, "Artifact")
        return (await context.reads.get(KnownArtifact, [found])).get(found) if found else None

    @entry
    @staticmethod
    async def artifact_schemas(context: Context) -> tuple[ArtifactSchema, ...]:
        """Of the kinds whose contents have one shape each."""
        return tuple(published(context.caller.shapes))


@strawberry.type
class ArtifactMutations:
    @entry
    @staticmethod
    async def save_task(context: Context, input: tasks.SaveTaskInput) -> TaskPayload:
        return await tasks.save_task(context, input)

    @entry
    @staticmethod
    async def complete_task(context: Context, input: tasks.TaskActionInput) -> TaskPayload:
        return await tasks.complete_task(context, input)

    @entry
    @staticmethod
    async def skip_task(context: Context, input: tasks.TaskActionInput) -> TaskPayload:
        return await tasks.skip_task(context, input)

    @entry
    @staticmethod
    async def delete_task(context: Context, input: DeleteInput) -> DeletePayload:
        return await tasks.delete_task(context, input)

    @entry
    @staticmethod
    async def save_artifact(context: Context, input: artifacts.SaveArtifactInput) -> ArtifactPayload:
        """What the server works out of the content is worked out anew, whatever is sent."""
        return await artifacts.save_artifact(context, input)

    @entry
    @staticmethod
    async def generate_artifact(context: Context, input: artifacts.GenerateArtifactInput) -> ArtifactPayload:
        """The model, else the rules, write it: TEXT_DELTA as it is written, ARTIFACT when it is saved."""
        return await artifacts.generate_artifact(context, input)

    @entry
    @staticmethod
    async def create_tasks_from_artifact(context: Context, input: artifacts.TasksFromArtifactInput) -> TasksPayload:
        """A recommendation that became a task before does not become a second one."""
        return await artifacts.create_tasks(context, input)
