"""What people do when planning finds that an assessment should be made again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from domain.access import Role
from domain.decision import Decision
from domain.definition import Warning
from domain.errors import NotFound, Refused
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.reassessing import carried_overrides, carried_pages, carried_standards, request
from domain.flows.assessment.results import ArchitectureMinimums, AssessmentConfiguration
from domain.flows.assessment.standards import MINIMUMS
from domain.need import Need
from domain.ports import UnitOfWork
from domain.reassessment import Reassessment, RequestReassessment
from domain.source import Source
from domain.transition import FlowStatus
from resolvers.context import Caller
from resolvers.flows import opened
from resolvers.portfolio import NO_FLOW

_PLANS = "plan"


async def request_reassessment(caller: Caller, command: RequestReassessment) -> Flow:
    """A new iteration of the assessment for these applications, with what is known carried over."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        decided = await uow.portfolio.accepted(command.application_ids)
        plan = await _plan(uow, command.planning_flow_id)
        earlier = await _earlier(uow, decided.values())
        planned = plan[0].application_ids if plan else command.application_ids
        asked = request(command, await _known(uow, command.application_ids), decided, planned, caller.stamp())
        flow = await _opened(caller, uow, asked)
        uow.touch(flow.id)
        await _carry_over(caller, uow, flow, earlier, tuple(decided.values()))
        handed = tuple(each.id for each in earlier)
        await uow.portfolio.save((replace(asked, handed_over_by=handed, assessment_flow_id=flow.id),))
        event = Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": [["Reassessment", asked.id]]})
        for other in (*earlier, *plan):
            if other.status is not FlowStatus.CANCELLED:
                await uow.flows.save(other.note(caller.stamp(), event))
    return flow


async def _known(uow: UnitOfWork, application_ids: tuple[str, ...]) -> frozenset[str]:
    """Those that are there; read without holding the portfolio, which is held after the flows alone."""
    if not application_ids:
        return frozenset()
    found = await uow.portfolio.load(frozenset({Need.APPLICATIONS}), NO_FLOW, application_ids)
    return frozenset(each.id for each in found.applications)


async def _plan(uow: UnitOfWork, flow_id: str | None) -> tuple[Flow, ...]:
    """The plan that sends them back, where one does."""
    if flow_id is None:
        return ()
    with suppress(NotFound):
        flow = await uow.flows.get(flow_id)
        if flow.definition.area == _PLANS:
            return (flow,)
    raise NotFound("planning flow", ("planningFlowId",))


async def _earlier(uow: UnitOfWork, decided: Iterable[Decision]) -> tuple[Flow, ...]:
    """The assessments that decided, oldest first, locked in that order; a decision may have been made in none."""
    found = []
    for flow_id in sorted({each.flow_id for each in decided}):
        with suppress(NotFound):
            found.append(await uow.flows.get(flow_id))
    return tuple(found)


async def _opened(caller: Caller, uow: UnitOfWork, asked: Reassessment) -> Flow:
    name = f"Reassessment {caller.now():%Y-%m-%d %H:%M}"
    configuration = AssessmentConfiguration(asked.application_ids)
    try:
        flow = await opened(caller, uow, DEFINITION, configuration, name=name)
    except Refused as refused:
        # The input names them at its top, not below a configuration.
        raise Refused(replace(each, path=each.path[2:]) for each in refused.problems) from None
    why = Warning("REASSESSMENT", f"Sent back to assessment: {asked.reason}", details={"context": asked.context})
    told = {"code": why.code, "message": why.message, "details": dict(why.details)}
    event = Event(EventKind.WARNING, caller.now(), data=told)
    # What starting it came to is written already.
    flow = replace(flow, warnings=(why,), events=(event,), jobs=(), runs=())
    await uow.flows.save(flow)
    return flow


async def _carry_over(
    caller: Caller, uow: UnitOfWork, flow: Flow, earlier: Sequence[Flow], decided: Sequence[Decision]
) -> None:
    """Standards, overrides and pages; exceptions, components and dismissed debt stand with the applications."""
    values: list[Any] = list(carried_overrides(decided, flow.id, caller.ids))
    minimums = []
    for each in earlier:
        results = await uow.results.current(each.id)
        if MINIMUMS in results:
            minimums.append(caller.shapes.decode(ArchitectureMinimums, results[MINIMUMS]))
        pages = (await uow.portfolio.load(frozenset({Need.PAGES}), each.id, ())).pages
        values += carried_pages(pages, flow.application_ids, flow.id, caller.ids)
    await uow.portfolio.save(values)
    if minimums:
        standards = (await uow.portfolio.load(frozenset({Need.STANDARDS}), NO_FLOW, ())).standards
        since = max(each.completed_at or each.updated_at for each in earlier)
        carried = caller.shapes.encode(carried_standards(minimums, standards, since))
        await uow.results.append(
            flow.id, MINIMUMS, carried, source=Source.USER, author=caller.user, at=caller.now(), run_id=None
        )
