"""Tasks: their types, what mutations on them take and give back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import strawberry
from strawberry import UNSET

from domain.artifact import KnownArtifact
from domain.artifacts.listing import Tasks, TasksOfFlow
from domain.errors import Problem
from domain.known import KnownChild, KnownFlow
from domain.planning.plan import Priority
from domain.reading import Page
from domain.task import Task, TaskActor, TaskStatus
from domain.task_edit import TaskAction, TaskGiven
from resolvers import tasks as commands
from resolvers.context import Caller, Context
from schema.basics import Node
from schema.commanding import Outcome, Said, carry_out, command
from schema.connections import connection, window
from schema.correcting import deleted, deletion
from schema.ids import NOTHING, ArtifactId, FlowId, TaskId, flow_id
from schema.loading import loaded
from schema.mirror import mirror
from schema.payloads import REFUSED, DeletePayload
from schema.relations import referred, referred_all

_TASK = "Task"


@strawberry.input
class TaskFilter:
    statuses: list[TaskStatus] | None = UNSET
    flow_id: strawberry.ID | None = UNSET
    assigned_to: str | None = UNSET
    due_before: date | None = strawberry.field(default=UNSET, description="What has no date is left out.")


@strawberry.input(description="Status moves as the documentation's table says. Without `flowId` it is in no flow.")
class SaveTaskInput:
    id: TaskId | None = UNSET
    flow_id: FlowId | None = UNSET
    title: str
    description: str | None = UNSET
    status: TaskStatus | None = UNSET
    priority: Priority | None = strawberry.field(
        default=UNSET, description="MEDIUM when a new one has none; left as it is otherwise."
    )
    due_on: date | None = UNSET
    assigned_to: str | None = UNSET
    artifact_ids: list[ArtifactId] | None = UNSET
    done_by: TaskActor | None = strawberry.field(
        default=UNSET, description="USER when a new one has none; left as it is otherwise."
    )
    expected_version: int | None = UNSET


@strawberry.input
class TaskActionInput:
    id: TaskId
    note: str | None = UNSET
    expected_version: int | None = UNSET


@mirror(
    Task,
    "title description status priority due_on assigned_to done_by note created_at completed_at version",
    description="Null where nobody wrote one.",
    due_on="Null where it has no date.",
    assigned_to="Null where it is nobody's yet.",
    done_by="Who does it: a person, or the system on their behalf.",
    note="What was said when it was completed or skipped; null where nothing was.",
    completed_at="Null unless it is COMPLETED.",
)
class TaskType(Node):
    """Something that somebody should do."""

    flow = referred(KnownFlow, lambda task: task.flow_id, nullable=True, why="Null where it is in no flow.")
    artifacts = referred_all(KnownArtifact, lambda task: task.artifact_ids, why="What it is about.")


connection(Task, _TASK)


@dataclass(frozen=True, slots=True)
class TaskPayload:
    """A task that was made or changed, and its flow."""

    task_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome."""
        task: Task | None = outcome.value
        return cls(outcome.id, task.flow_id if task else None, outcome.problems)


@mirror(TaskPayload, "errors")
class TaskPayloadType:
    task = referred(Task, lambda payload: payload.task_id, nullable=True, why=REFUSED)
    flow = referred(
        KnownFlow,
        lambda payload: payload.flow_id,
        nullable=True,
        why="Null when there are errors, and where the task is in no flow.",
    )


def _listing(filter: TaskFilter | None) -> dict[str, Any]:
    if filter is None:
        return {}
    said = {name: value for name, value in vars(filter).items() if value is not None and value is not UNSET}
    if "statuses" in said:
        said["statuses"] = tuple(said["statuses"])
    if "flow_id" in said:
        said["flow_id"] = flow_id(said["flow_id"]) or NOTHING
    return said


async def tasks(context: Context, filter: TaskFilter | None, first: int | None, after: str | None) -> Page[Task]:
    """The engagement's."""
    return (await context.reads.pages([Tasks(**_listing(filter))], window(first, after)))[0]


# For the child of flows that have tasks.
@loaded
async def tasks_of_flow(
    context: Context,
    children: list[KnownChild],
    filter: TaskFilter | None = None,
    first: int | None = None,
    after: str | None = None,
) -> list[Page[Task]]:
    """What has something left to do first, then by due date, then by priority."""
    listings = [TasksOfFlow(parent=child.id, **_listing(filter)) for child in children]
    return await context.reads.pages(listings, window(first, after))


async def save_task(context: Context, input: SaveTaskInput) -> TaskPayload:
    """A task as a person has it."""

    async def act(caller: Caller, said: Said) -> Task:
        apart = ("id", "flow_id", "title", "expected_version")
        given = {name: value for name, value in said.items() if name not in apart}
        return await commands.save(caller, command(TaskGiven, Said({**said, "given": given})))

    return TaskPayload.of(await carry_out(context, "saveTask", input, act))


async def complete_task(context: Context, input: TaskActionInput) -> TaskPayload:
    """A task that is done."""

    async def act(caller: Caller, said: Said) -> Task:
        return await commands.complete_task(caller, command(TaskAction, said))

    return TaskPayload.of(await carry_out(context, "completeTask", input, act))


async def skip_task(context: Context, input: TaskActionInput) -> TaskPayload:
    """A task that is not to be done."""

    async def act(caller: Caller, said: Said) -> Task:
        return await commands.skip_task(caller, command(TaskAction, said))

    return TaskPayload.of(await carry_out(context, "skipTask", input, act))


async def delete_task(context: Context, input: Any) -> DeletePayload:
    """A task that is gone."""

    async def act(caller: Caller, said: Said) -> Task:
        return await commands.delete(caller, deletion(said, _TASK))

    return deleted(await carry_out(context, "deleteTask", input, act), _TASK)
