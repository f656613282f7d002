"""Artifacts: their types, what mutations on them take and give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

import strawberry
from strawberry import UNSET

from domain.artifact import Artifact, ArtifactKind, ArtifactVersion, KnownArtifact, KnownVersion
from domain.artifacts.listing import TasksOfArtifact, VersionsOfArtifact
from domain.artifacts.requesting import ArtifactWanted
from domain.artifacts.saving import ArtifactGiven
from domain.artifacts.schemas import ArtifactSchema
from domain.artifacts.shapes import SHAPES
from domain.errors import Problem
from domain.known import KnownFlow
from domain.reading import WHOLE
from domain.task import Task
from resolvers import artifacts as commands
from resolvers.context import Caller, Context
from schema.basics import Node
from schema.commanding import Outcome, Said, carry_out, command
from schema.connections import connection
from schema.ids import ArtifactId, FlowId, Verbatim, hide_ids, show_ids
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.payloads import REFUSED, things
from schema.relations import listed, referred
from schema.scalars import JSON


@strawberry.input(
    description="With an `id` it appends a version. `content` fits the kind's schema in `artifactSchemas` where it has "
    "one, and holds at most 1 MiB."
)
class SaveArtifactInput:
    id: ArtifactId | None = UNSET
    flow_id: FlowId
    step: str | None = UNSET
    kind: ArtifactKind
    title: str
    content: Annotated[JSON, Verbatim()]
    metadata: Annotated[JSON, Verbatim()] | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input
class GenerateArtifactInput:
    flow_id: FlowId
    step: str | None = UNSET
    kind: ArtifactKind
    instructions: str | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input
class TasksFromArtifactInput:
    artifact_id: ArtifactId
    items: list[int] | None = strawberry.field(
        default=UNSET, description="The recommendations at these positions, from 0; all when not given."
    )


def _shown(kind: ArtifactKind, content: Any) -> Any:
    """Only contents of a known shape have ids of ours in them; others are kept word for word."""
    return show_ids(content) if kind in SHAPES else content


@mirror(
    KnownArtifact,
    "step kind title source version created_by created_at updated_by updated_at",
    step="The phase it belongs to; null where it belongs to the whole flow.",
    source="Who wrote this version.",
    version="Grows with each that is saved; pass it back as `expectedVersion`.",
)
class ArtifactType(Node):
    """What a flow's work came to, in its newest version. `versions` keeps the earlier ones."""

    flow = referred(KnownFlow, lambda artifact: artifact.flow_id)
    versions = listed(KnownVersion, lambda artifact: VersionsOfArtifact(parent=artifact.id), why="Newest first.")

    # Read by itself where it is asked for: a list of large ones shows their titles for little.
    @loaded
    @staticmethod
    async def content(context: Context, artifacts: list[KnownArtifact]) -> list[Any]:
        found = await context.reads.get(Artifact, {artifact.id for artifact in artifacts})
        return [_shown(artifact.kind, found[artifact.id].content) for artifact in artifacts]

    @computed
    @staticmethod
    def metadata(artifact: KnownArtifact) -> Any:
        """The client's own, with the server's `warnings` about the content."""
        return artifact.metadata

    @loaded
    @staticmethod
    async def tasks(context: Context, artifacts: list[KnownArtifact]) -> list[tuple[Task, ...]]:
        """Those that are about it, or were made of it."""
        pages = await context.reads.pages([TasksOfArtifact(parent=artifact.id) for artifact in artifacts], WHOLE)
        return [page.items for page in pages]


@mirror(KnownVersion, "version step title metadata source saved_by saved_at", step="Null for the whole flow.")
class ArtifactVersionType:
    """One version of an artifact, as it was saved."""

    @loaded
    @staticmethod
    async def content(context: Context, versions: list[KnownVersion]) -> list[Any]:
        whole = await context.reads.get(ArtifactVersion, {version.id for version in versions})
        kinds = await context.reads.get(KnownArtifact, {version.artifact_id for version in versions})
        return [_shown(kinds[version.artifact_id].kind, whole[version.id].content) for version in versions]


@mirror(ArtifactSchema, "kind schema", schema="JSON Schema (2020-12); `readOnly` is what the server works out.")
class ArtifactSchemaType:
    """What the contents of one kind look like."""


connection(KnownArtifact, "Artifact")
connection(KnownVersion, "ArtifactVersion")


@dataclass(frozen=True, slots=True)
class ArtifactPayload:
    """An artifact that was saved or asked for, and its flow."""

    artifact_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome; of a repeat, its ids are the artifact's and the flow's."""
        flow = outcome.value.flow_id if outcome.value else next(iter(outcome.ids[1:]), None)
        return cls(outcome.id, flow, outcome.problems)


@mirror(ArtifactPayload, "errors")
class ArtifactPayloadType:
    artifact = referred(
        KnownArtifact,
        lambda payload: payload.artifact_id,
        nullable=True,
        why="Null when there are errors, and while it is still being written, when ARTIFACT tells of it.",
    )
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class TasksPayload:
    """Tasks that were made."""

    task_ids: tuple[str, ...] | None
    errors: tuple[Problem, ...]


@mirror(TasksPayload, "errors")
class TasksPayloadType:
    tasks = things(
        Task,
        lambda payload: payload.task_ids,
        why="In the order asked for, those that were made before among them; null when there are errors.",
    )


async def save_artifact(context: Context, input: SaveArtifactInput) -> ArtifactPayload:
    """A version as a person has it."""

    async def act(caller: Caller, said: Said) -> Artifact:
        given = {name: said[name] for name in ("step", "metadata") if name in said}
        content = said["content"]
        read = hide_ids(content) if said["kind"] in SHAPES else content
        return await commands.save_artifact(
            caller,
            ArtifactGiven(
                flow_id=said["flow_id"],
                kind=said["kind"],
                title=said["title"],
                content=read,
                id=said.get("id"),
                given=given,
                expected_version=said.get("expected_version"),
            ),
        )

    return ArtifactPayload.of(await carry_out(context, "saveArtifact", input, act))


async def generate_artifact(context: Context, input: GenerateArtifactInput) -> ArtifactPayload:
    """An artifact to be written."""

    async def act(caller: Caller, said: Said) -> Any:
        return await commands.generate_artifact(caller, command(ArtifactWanted, said))

    return ArtifactPayload.of(await carry_out(context, "generateArtifact", input, act))


async def create_tasks(context: Context, input: TasksFromArtifactInput) -> TasksPayload:
    """Recommendations that become tasks."""

    async def act(caller: Caller, said: Said) -> tuple[Task, ...]:
        return await commands.create_tasks(caller, command(commands.TasksFromArtifact, said))

    outcome = await carry_out(context, "createTasksFromArtifact", input, act)
    made = None if outcome.problems else tuple(task.id for task in outcome.value)
    return TasksPayload(made, outcome.problems)
