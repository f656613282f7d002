"""What people and pipelines report while a flow is carried out: checks, and steps of its runbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from domain.access import Role
from domain.calling import Calling, told
from domain.check import Check
from domain.definition import Phase
from domain.errors import ErrorCode, NotFound, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.need import Need
from domain.phase import PhaseStatus
from domain.ports import UnitOfWork
from domain.recording import CheckReport, Recorded, check_of, checked, report_step, require_waiting, role_for
from domain.runbook import RunbookStep, StepReport
from domain.transition import FlowStatus
from resolvers.context import Caller

T = TypeVar("T")

_CHECKS, _STEPS = frozenset({Need.CHECKS}), frozenset({Need.STEPS})


@dataclass(frozen=True, slots=True)
class Reported:
    """A check or step that was reported, and its flow."""

    id: str
    flow_id: str


async def record_check(caller: Caller, check_id: str, report: CheckReport) -> Reported:
    """A person's word for a check, while its phase waits."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await _flow_of(uow, Check, check_id, "check")
        held = await _held(uow, Check, check_id, "check")
        phase = flow.definition.phase(held.phase)
        require_waiting(flow.state(phase.key), "A check")
        calling = Calling(uow, caller.shapes, caller.stamp())
        call = await calling.call(flow, phase.key, phase.needs | _CHECKS)
        checks = phase.checking(call) if phase.checking else call.portfolio.checks_of(phase.key)
        caller.need(role_for(check_of(checks, check_id), report))
        recorded = checked(call, flow.kind, checks, check_id, report)
        await _keep(calling, flow, phase.key, recorded)
    return Reported(check_id, flow.id)


async def update_runbook_step(caller: Caller, step_id: str, report: StepReport) -> Reported:
    """How far a step has come, until what it belongs to is signed off."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await _flow_of(uow, RunbookStep, step_id, "runbook step")
        step = await _held(uow, RunbookStep, step_id, "runbook step")
        phase = flow.definition.phase(step.phase)
        stepping = phase.stepping
        if stepping is None:
            raise NotFound("runbook step", ("id",))
        _require_open(flow, phase)
        calling = Calling(uow, caller.shapes, caller.stamp())
        call = await calling.call(flow, phase.key, _STEPS | stepping.needs)
        refusal = stepping.refuses(call, step, report.status)
        recorded = report_step(call, step_id, report, stepping.teaches, refusal)
        await _keep(calling, flow, phase.key, recorded)
    return Reported(step_id, flow.id)


async def _flow_of(uow: UnitOfWork, type_: type, id: str, thing: str) -> Flow:
    """Its flow, locked before the portfolio is held, as all commands do it."""
    flow_id = await uow.portfolio.flow_of(type_, id)
    if flow_id is None:
        raise NotFound(thing, ("id",))
    flow = await uow.flows.get(flow_id)
    if flow.status is FlowStatus.CANCELLED:
        raise refuse(ErrorCode.INVALID_TRANSITION, "Nothing is changed in a flow that is cancelled.", "id")
    return flow


async def _held(uow: UnitOfWork, type_: type[T], id: str, thing: str) -> T:
    found = await uow.portfolio.get(type_, [id])
    if not found:
        raise NotFound(thing, ("id",))
    return found[0]


def _require_open(flow: Flow, phase: Phase) -> None:
    """Steps are reported from the time their phase waits until the phases that settle them are done."""
    settled = [key for key in (phase.stepping.until if phase.stepping else ()) if flow.state(key).done]
    status = flow.state(phase.key).status
    if status is PhaseStatus.AWAITING_INPUT:
        return
    if status is not PhaseStatus.COMPLETED or settled or not (phase.stepping and phase.stepping.until):
        ended = settled[0] if settled else phase.key
        message = f"Steps are reported while {phase.key} is carried out; {ended} is {flow.state(ended).status}."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "id")


async def _keep(calling: Calling, flow: Flow, key: str, recorded: Recorded) -> None:
    """What was reported, with its events, and the new proposal of the phase that waits."""
    uow, stamp = calling.uow, calling.stamp
    override = recorded.override
    values = (*recorded.changed, *((override,) if override else ()), *recorded.lessons)
    learned = await calling.save(flow, key, values)
    uow.touch(recorded.subject)
    if not recorded.changed:
        return
    change = told(recorded.changed, stamp, key)
    waiting = next((each for each in flow.phases if each.status is PhaseStatus.AWAITING_INPUT), None)
    proposed = await calling.propose(flow, flow.definition.phase(waiting.key)) if waiting else None
    after = flow.note(stamp, change, waiting.key if waiting else None, proposed) if change else flow
    overridden = [Event(EventKind.OVERRIDE, stamp.at, key, {"overrideId": override.id})] if override else []
    await uow.flows.save(replace(after, events=(*after.events, *overridden, *learned)))
