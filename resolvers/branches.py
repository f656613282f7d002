"""Choosing one of the ways of going on at a step."""

from __future__ import annotations

from dataclasses import dataclass

from domain.access import Role
from domain.commands import SubmitPhaseInput
from domain.conversation.parameters import suggested
from domain.conversation.setting import Setting
from domain.customer_success.template import BranchKind
from domain.errors import NotFound
from domain.flow import Flow
from domain.flows.customer_success.answers import BRANCH
from domain.ports import UnitOfWork
from domain.transition import FlowAction
from resolvers.actions import executed
from resolvers.context import Caller
from resolvers.flows import answered
from resolvers.placing import placed
from resolvers.threads import opened, reached


@dataclass(frozen=True, slots=True)
class ChooseBranch:
    """One of the branches of a step."""

    flow_id: str
    step: str
    branch_key: str
    expected_version: int | None = None


async def choose_branch(caller: Caller, command: ChooseBranch) -> Flow:
    """Go that way: a fixed one completes the step, an action is executed, a conversation is opened."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        setting = await reached(caller, uow, flow, command.step, command.branch_key)
        flow = await _led(caller, uow, flow, setting)
        await uow.flows.save(flow)
    return flow


async def _led(caller: Caller, uow: UnitOfWork, flow: Flow, setting: Setting) -> Flow:
    branch = setting.branch
    if branch is None:
        raise NotFound("branch", ("branchKey",))
    match branch.kind:
        case BranchKind.FIXED:
            return await _completed(caller, uow, flow, setting.step, branch.key)
        case BranchKind.SAVED_ACTION:
            key = branch.action_key or ""
            given = suggested(await uow.actions.find(key), branch)
            return (await executed(caller, uow, flow, key, given)).flow
        case BranchKind.LLM | BranchKind.RAG:
            return (await opened(caller, uow, flow, setting))[0]


async def _completed(caller: Caller, uow: UnitOfWork, flow: Flow, step: str, branch: str) -> Flow:
    """The step is answered as it is proposed, with what was drafted instead."""
    flow.awaited(step)
    caller.need(flow.role(FlowAction.SUBMIT_INPUT))
    state = flow.state(step)
    data = {**(state.proposed_input or {}), **(state.draft_input or {}), BRANCH: branch}
    with placed("data", "step"):
        return await answered(caller, uow, flow, SubmitPhaseInput(flow.id, step, data))
