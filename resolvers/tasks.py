"""What people do about tasks."""

from __future__ import annotations

from collections.abc import Callable

from domain.access import Role
from domain.artifacts.telling import require_open, task_alone_changed, task_changed, telling
from domain.errors import ErrorCode, Problem, Refused
from domain.flow import Flow, Stamp
from domain.ports import UnitOfWork
from domain.task import Task
from domain.task_edit import TaskAction, TaskGiven, complete, expect, require_version_of_saved, save_task, skip
from resolvers.context import Caller
from resolvers.portfolio import Delete

End = Callable[[Task, TaskAction, Stamp], Task]


async def save(caller: Caller, given: TaskGiven) -> Task:
    """A task as a person has it: a new one, in a flow or by itself, or one that is there."""
    caller.need(Role.CONTRIBUTOR)
    require_version_of_saved(given)
    async with caller.work() as uow:
        flow, before = await _found(uow, given.id, given.flow_id)
        if flow is not None and before is None:
            require_open(flow)
        await _require_artifacts(uow, given)
        after = save_task(given, before, caller.stamp())
        uow.touch(after.id)
        if after != before:
            await _keep(uow, caller, flow, after)
    return after


async def complete_task(caller: Caller, command: TaskAction) -> Task:
    """It is done."""
    return await _end(caller, command, complete)


async def skip_task(caller: Caller, command: TaskAction) -> Task:
    """It is not to be done."""
    return await _end(caller, command, skip)


async def _end(caller: Caller, command: TaskAction, end: End) -> Task:
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, task = await _there(uow, command.id)
        after = end(task, command, caller.stamp())
        uow.touch(after.id)
        await _keep(uow, caller, flow, after)
    return after


async def delete(caller: Caller, command: Delete) -> Task:
    """It is gone; what it was about stays."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, task = await _there(uow, command.id)
        expect(task, command.expected_version)
        uow.touch(task.id)
        await uow.tasks.remove(task)
        await _tell(uow, caller, flow, task)
    return task


async def _found(uow: UnitOfWork, task_id: str | None, flow_id: str | None) -> tuple[Flow | None, Task | None]:
    """What the input names, locked in the order of all commands: the flow first, then what hangs on it."""
    if task_id is not None:
        return await _there(uow, task_id)
    return (await uow.flows.get(flow_id) if flow_id is not None else None), None


async def _there(uow: UnitOfWork, task_id: str) -> tuple[Flow | None, Task]:
    flow_id = await uow.tasks.flow_of(task_id)
    flow = await uow.flows.get(flow_id) if flow_id is not None else None
    return flow, await uow.tasks.get(task_id)


async def _require_artifacts(uow: UnitOfWork, given: TaskGiven) -> None:
    ids = given.given.get("artifact_ids") or ()
    known = {artifact.id for artifact in await uow.artifacts.find(ids)} if ids else set()
    missing = [("artifactIds", str(index)) for index, id in enumerate(ids) if id not in known]
    if missing:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such artifact.", path) for path in missing)


async def _keep(uow: UnitOfWork, caller: Caller, flow: Flow | None, task: Task) -> None:
    await uow.tasks.save(task)
    await _tell(uow, caller, flow, task)


async def _tell(uow: UnitOfWork, caller: Caller, flow: Flow | None, task: Task) -> None:
    if flow is None:
        uow.tell(task_alone_changed(task, caller.now()))
    else:
        await uow.flows.save(telling(flow, [task_changed(task, caller.now())]))
