"""What people do to customer-success flows as a whole: say how they ended."""

from __future__ import annotations

from dataclasses import replace

from domain.access import Role
from domain.calling import Calling
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flows.customer_success.ending import CompleteWorkflow, ended
from domain.flows.customer_success.shaping import NEEDS
from resolvers.abandoning import left_behind
from resolvers.actions import require_guided
from resolvers.context import Caller


async def complete_workflow(caller: Caller, command: CompleteWorkflow) -> Flow:
    """It ends here: what is not done is skipped, and how it ended is kept and learned."""
    caller.need(Role.CONTRIBUTOR)
    command.check()
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        require_guided(flow)
        after = flow.end(caller.stamp(), f"Completed: {command.outcome.strip()}")
        step = (flow.active or flow.phases[-1]).key
        calling = Calling(uow, caller.shapes, caller.stamp())
        workflow, lesson = ended(await calling.call(flow, step, NEEDS), command)
        changed = Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": [["CustomerSuccessFlow", flow.id]]})
        told = [*await calling.save(flow, step, [workflow, lesson]), changed]
        after = await left_behind(caller, uow, flow, replace(after, events=(*after.events, *told)))
        await uow.flows.save(after)
    return after
