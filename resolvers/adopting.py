"""What people do to make a plan the one in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from domain.access import Role
from domain.application import Application
from domain.calling import Calling
from domain.commands import FlowAction
from domain.definition import Warning
from domain.errors import NotFound
from domain.flow import Flow
from domain.flows.planning.adopting import PlanInForce, adopt, require_current, require_finished
from domain.flows.planning.facts import WAVES
from domain.need import Need
from domain.planning.plan import Timeline
from domain.ports import UnitOfWork
from domain.transition import FlowStatus
from resolvers.context import Caller
from resolvers.planning import find_plan
from resolvers.portfolio import told


async def adopt_plan(caller: Caller, command: FlowAction) -> Flow:
    """The plan in force from now on; where it is so already, nothing changes."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        flow, others = await _locked(uow, command.flow_id)
        flow = flow.expect(command.expected_version)
        require_finished(flow)
        calling = Calling(uow, caller.shapes, caller.stamp())
        require_current(await _changes(calling, flow))
        call = await calling.call(flow, WAVES, frozenset({Need.APPLICATIONS, Need.PLAN}))
        values = adopt(call, flow.name, await _in_force(uow, flow.id, others), command.reason)
        uow.touch(flow.id)
        if values:
            await uow.portfolio.save(values)
            flow = await _told(caller, uow, flow, others, values)
    return flow


async def _changes(calling: Calling, flow: Flow) -> list[Warning]:
    """What a review would find now: the job that tells it may still be on its way."""
    remembering = [(phase.key, phase.memory) for phase in flow.definition.phases if phase.memory]
    return [
        change
        for key, memory in remembering
        for change in memory.differences(await calling.call(flow, key, memory.needs))
    ]


async def _locked(uow: UnitOfWork, flow_id: str) -> tuple[Flow, Mapping[str, Flow]]:
    """The plan, and those in force now, locked in order before the portfolio is held, as all commands do it."""
    flows = {}
    for id in sorted({flow_id, *await uow.portfolio.in_force()}):
        with suppress(NotFound):
            flows[id] = await find_plan(uow, id)
    if flow_id not in flows:
        raise NotFound("planning flow", ("flowId",))
    return flows.pop(flow_id), flows


async def _in_force(uow: UnitOfWork, flow_id: str, known: Mapping[str, Flow]) -> list[PlanInForce]:
    """What holds applications now that the portfolio is held."""
    found = []
    for id, held in (await uow.portfolio.in_force()).items():
        if id != flow_id:
            plan = (await uow.portfolio.load(frozenset({Need.PLAN}), id, ())).plan
            name = known[id].name if id in known else "another plan"
            found.append(PlanInForce(id, name, held, plan.timeline))
    return found


async def _told(caller: Caller, uow: UnitOfWork, flow: Flow, others: Mapping[str, Flow], values: Sequence[Any]) -> Flow:
    """The plan tells of its own and of the applications, each plan that is superseded of its timeline."""
    timelines = [value for value in values if isinstance(value, Timeline)]
    for timeline in timelines:
        if timeline.flow_id != flow.id:
            await _superseded(caller, uow, others.get(timeline.flow_id), timeline)
    mine = [each for each in timelines if each.flow_id == flow.id]
    applications = [value for value in values if isinstance(value, Application)]
    adopted = flow.note(caller.stamp(), told(caller, *applications, *mine))
    await uow.flows.save(adopted)
    return adopted


async def _superseded(caller: Caller, uow: UnitOfWork, known: Flow | None, timeline: Timeline) -> None:
    """Nothing is changed in a flow that is cancelled, nor in one that came into force after flows were locked."""
    if known is None or known.status is FlowStatus.CANCELLED:
        uow.tell(told(caller, timeline))
    else:
        await uow.flows.save(known.note(caller.stamp(), told(caller, timeline)))
