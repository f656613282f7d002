"""What people do to workflows by actions: snooze, skip, escalate and schedule, as they ship or as they were saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.access import Role
from domain.artifacts.telling import task_changed
from domain.calling import Calling
from domain.errors import ErrorCode, NotFound, Refused, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flow_actions import Acted, act, recorded
from domain.flows.customer_success.rules import facts_of
from domain.flows.customer_success.shaping import NEEDS
from domain.ports import UnitOfWork
from domain.saved_action import (
    PARAMETERS,
    ActionExecution,
    Parameters,
    SavedAction,
    SaveSavedAction,
    parameter_problems,
)
from resolvers.abandoning import left_behind
from resolvers.context import Caller
from resolvers.placing import placed


@dataclass(frozen=True, slots=True)
class ExecuteAction:
    """An action on a flow; parameters that are not given are the action's own."""

    flow_id: str
    action_key: str
    parameters: Any = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Executed:
    """The flow after an action, and its entry in the log."""

    flow: Flow
    action: SavedAction
    execution: ActionExecution


async def execute_action(caller: Caller, command: ExecuteAction) -> Flow:
    """Carry it out: the state, the log and the event in one transaction."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        done = await executed(caller, uow, flow, command.action_key, command.parameters)
        await uow.flows.save(done.flow)
    return done.flow


async def executed(caller: Caller, uow: UnitOfWork, flow: Flow, key: str, given: Any) -> Executed:
    """That action on the flow, which is saved by whoever asked for it."""
    require_guided(flow)
    action = await uow.actions.find(key)
    if action is None:
        raise NotFound("action", ("actionKey",))
    parameters = _parameters(action, {} if given is None else given)
    wanted: Parameters = caller.shapes.decode(PARAMETERS[action.kind], parameters, ("parameters",))
    acted = await _acted(caller, uow, flow, wanted)
    stamp = caller.stamp()
    execution = ActionExecution(stamp.new_id(), flow.id, action.id, parameters, stamp.by, stamp.at, acted.flow.status)
    await uow.actions.record(execution)
    after = recorded(acted, flow, execution, stamp)
    after = await left_behind(caller, uow, flow, await _kept(caller, uow, acted, after))
    return Executed(after, action, execution)


def require_guided(flow: Flow) -> None:
    """Refused for a flow that guides nobody through a workflow."""
    if not flow.definition.snoozes:
        message = "Only customer-success flows have actions and threads."
        raise refuse(ErrorCode.INVALID_INPUT, message, "flowId")


def _parameters(action: SavedAction, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise refuse(ErrorCode.INVALID_INPUT, "Give an object.", "parameters")
    parameters = action.with_given(given)
    problems = list(parameter_problems(action.kind, parameters))
    if problems:
        raise Refused(problems)
    return parameters


async def _acted(caller: Caller, uow: UnitOfWork, flow: Flow, wanted: Parameters) -> Acted:
    step = (flow.active or flow.phases[-1]).key
    facts = facts_of(await Calling(uow, caller.shapes, caller.stamp()).call(flow, step, NEEDS))
    engagement = await uow.engagement()
    with placed("phase", "parameters", "step"):
        return act(flow, facts.workflow, wanted, caller.stamp(), engagement.timezone)


async def _kept(caller: Caller, uow: UnitOfWork, acted: Acted, flow: Flow) -> Flow:
    """What hangs on the flow is kept with it, and told of."""
    events: list[Event] = []
    if acted.workflow is not None:
        await uow.portfolio.save([acted.workflow])
    if acted.task is not None:
        await uow.tasks.save(acted.task)
        events.append(task_changed(acted.task, caller.now()))
    return replace(flow, events=(*flow.events, *events))


async def save_saved_action(caller: Caller, command: SaveSavedAction) -> SavedAction:
    """An action of the client account's own; the same key again replaces it."""
    caller.need(Role.ADMIN)
    problems = [*command.problems(), *parameter_problems(command.kind, _mapping(command.parameters), partial=True)]
    if problems:
        raise Refused(problems)
    async with caller.work() as uow:
        action = SavedAction(caller.ids(), command.key, command.name.strip(), command.kind, command.parameters)
        kept = await uow.actions.save(action, caller.user, caller.now())
        uow.touch(kept.id)
        uow.tell_account(
            Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": [[type(kept).__name__, kept.id]]})
        )
    return kept


def _mapping(parameters: Any) -> Mapping[str, Any]:
    return parameters if isinstance(parameters, Mapping) else {}
