"""What people do to a plan: plan its waves anew."""

from __future__ import annotations

from contextlib import suppress

from domain.access import Role
from domain.commands import FlowAction
from domain.errors import NotFound
from domain.flow import Flow
from domain.flows.planning.facts import WAVES
from domain.ports import UnitOfWork
from domain.transition import FlowAction as Action
from resolvers.context import Caller


async def find_plan(uow: UnitOfWork, flow_id: str, *path: str) -> Flow:
    """The planning flow; one of another type has no waves."""
    with suppress(NotFound):
        flow = await uow.flows.get(flow_id)
        if any(phase.key == WAVES for phase in flow.definition.phases):
            return flow
    raise NotFound("planning flow", path or ("flowId",))


async def replan_waves(caller: Caller, command: FlowAction) -> Flow:
    """Waves found anew around what people chose."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await find_plan(uow, command.flow_id)).expect(command.expected_version)
        caller.need(flow.role(Action.RUN_PHASE))
        flow = flow.run(WAVES, caller.stamp())
        await uow.flows.save(flow)
    return flow
