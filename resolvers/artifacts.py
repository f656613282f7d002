"""What people do about artifacts: save a version, have one written, make tasks of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.access import Role
from domain.artifact import Artifact, ArtifactRequest
from domain.artifacts.gathering import gather
from domain.artifacts.requesting import ArtifactWanted, request
from domain.artifacts.saving import ArtifactGiven, Saved, save, tasks_of
from domain.artifacts.telling import artifact_saved, require_open, task_changed, telling, warned
from domain.errors import ErrorCode, NotFound, refuse
from domain.event import Event, WriteArtifact
from domain.ports import UnitOfWork
from domain.task import Task
from resolvers.context import Caller

# Of one flow, at one time.
MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class TasksFromArtifact:
    """The items at these positions, counted from 0; all of them where none are named."""

    artifact_id: str
    items: Sequence[int] | None = None


async def save_artifact(caller: Caller, given: ArtifactGiven) -> Artifact:
    """A version as a person has it: the first, or one more."""
    caller.need(Role.CONTRIBUTOR)
    if given.id is None and given.expected_version is not None:
        message = "A new artifact has no version yet; leave this out."
        raise refuse(ErrorCode.INVALID_INPUT, message, "expectedVersion")
    async with caller.work() as uow:
        flow = await uow.flows.get(given.flow_id)
        require_open(flow)
        before = await uow.artifacts.get(given.id) if given.id is not None else None
        known = await gather(uow, flow, caller.now(), before)
        saved = save(given, before, known, caller.shapes, caller.stamp())
        uow.touch(saved.artifact.id)
        if saved.artifact != before:
            await uow.artifacts.save(saved.artifact)
            await uow.flows.save(telling(flow, _events(saved, caller)))
    return saved.artifact


def _events(saved: Saved, caller: Caller) -> list[Event]:
    told = [artifact_saved(saved.artifact, caller.now())]
    return [*told, *(warned(saved.artifact, message, caller.now()) for message in saved.warnings)]


async def generate_artifact(caller: Caller, wanted: ArtifactWanted) -> ArtifactRequest:
    """Have one written: a worker does it, and ARTIFACT tells when it is there."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await uow.flows.get(wanted.flow_id)
        require_open(flow)
        known = await gather(uow, flow, caller.now())
        asked = request(wanted, known, caller.stamp())
        if await uow.artifacts.waiting(flow.id) >= MOST_WAITING:
            message = f"At most {MOST_WAITING} artifacts of a flow are written at one time. Wait until one is there."
            raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "flowId")
        await uow.artifacts.ask(asked)
        await uow.flows.save(replace(flow, jobs=(*flow.jobs, WriteArtifact(flow.id, asked.id))))
        uow.touch(asked.id)
    return asked


async def create_tasks(caller: Caller, command: TasksFromArtifact) -> tuple[Task, ...]:
    """A task for each recommendation that is wanted; what became one before stays the one it is."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await uow.flows.get(await _flow_of(uow, command.artifact_id))
        require_open(flow)
        artifact = await uow.artifacts.get(command.artifact_id)
        made = await uow.tasks.of_artifact(artifact.id)
        tasks = tasks_of(artifact, command.items, made, caller.stamp())
        new = [task for task in tasks if task not in made]
        for task in tasks:
            uow.touch(task.id)
        for task in new:
            await uow.tasks.save(task)
        if new:
            await uow.flows.save(telling(flow, [task_changed(task, caller.now()) for task in new]))
    return tuple(tasks)


async def _flow_of(uow: UnitOfWork, artifact_id: str) -> str:
    try:
        return await uow.artifacts.flow_of(artifact_id)
    except NotFound:
        raise NotFound("artifact", ("artifactId",)) from None
