"""What people do about exceptions from standards: request them, and decide what others requested."""

from __future__ import annotations

from domain.access import Role
from domain.calling import Calling
from domain.errors import NotFound
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flows.assessment.standards import MINIMUMS
from domain.need import Need
from domain.phase import WITH_RESULT, PhaseStatus
from domain.ports import UnitOfWork
from domain.standard import ApprovalStatus, StandardException
from domain.standard_exceptions import DecideException, Measures, RequestException, decide, request
from resolvers.assessment import FINALIZATION, find_assessment
from resolvers.context import Caller
from resolvers.portfolio import NO_FLOW

_MEASURES = frozenset({Need.STANDARDS, Need.EXCEPTIONS})


async def request_exception(caller: Caller, command: RequestException) -> StandardException:
    """An exception for one application of the assessment; until it is decided that one is not finalized."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await find_assessment(uow, command.flow_id)
        today = (await uow.engagement()).today(caller.now())
        known = await uow.portfolio.load(_MEASURES, flow.id, flow.application_ids)
        measures = Measures(flow.application_ids, known.standards, known.exceptions, today)
        exception = request(measures, command, caller.stamp())
        await _keep(caller, uow, flow, exception)
    return exception


async def decide_exception(caller: Caller, command: DecideException) -> StandardException:
    """What another person says to it; once approved, debt is measured with it."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        flow = await find_assessment(uow, await _flow_of(uow, command.id))
        # Read again once the flow is locked: somebody else may have decided meanwhile.
        requested = await _exception(uow, command.id)
        today = (await uow.engagement()).today(caller.now())
        exception = decide(requested, command, today, caller.stamp())
        await _keep(caller, uow, flow, exception)
    return exception


async def _flow_of(uow: UnitOfWork, exception_id: str) -> str:
    """Where it was requested; read without holding the portfolio, which is held after the flow alone."""
    known = (await uow.portfolio.load(frozenset({Need.EXCEPTIONS}), NO_FLOW, ())).exceptions
    found = next((each.flow_id for each in known if each.id == exception_id), None)
    if found is None:
        raise NotFound("standard exception", ("id",))
    return found


async def _exception(uow: UnitOfWork, exception_id: str) -> StandardException:
    found = await uow.portfolio.get(StandardException, (exception_id,))
    if not found:
        raise NotFound("standard exception", ("id",))
    return found[0]


async def _keep(caller: Caller, uow: UnitOfWork, flow: Flow, exception: StandardException) -> None:
    await uow.portfolio.save((exception,))
    uow.touch(exception.id)
    told = {"changed": [["StandardException", exception.id]]}
    change = Event(EventKind.CHILD_CHANGED, caller.now(), MINIMUMS, told)
    calling = Calling(uow, caller.shapes, caller.stamp())
    measured = flow.state(MINIMUMS).status in WITH_RESULT
    key = MINIMUMS if exception.status is ApprovalStatus.APPROVED and measured else FINALIZATION
    waits = flow.state(key).status is PhaseStatus.AWAITING_INPUT
    proposed = await calling.propose(flow, flow.definition.phase(key)) if waits else None
    if key == MINIMUMS:
        flow = flow.override(MINIMUMS, caller.stamp(), change, proposed)
    else:
        flow = flow.note(caller.stamp(), change, FINALIZATION, proposed)
    await uow.flows.save(flow)
