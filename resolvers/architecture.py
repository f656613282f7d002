"""What people do to the architecture that applications are measured by: standards, templates and exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from domain.access import Role
from domain.calling import Calling
from domain.definition import PhaseCall
from domain.errors import ErrorCode, NotFound, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.standards import (
    MINIMUMS,
    Remeasured,
    change_standards,
    rests_on,
    without_standard,
)
from domain.need import Need
from domain.phase import PhaseStatus
from domain.ports import UnitOfWork
from domain.source import Source
from domain.standard import ArchitectureStandard
from domain.standard_change import SaveStandard, StandardChange, find, save
from domain.templates import applied, templates
from domain.transition import FlowAction
from resolvers.assessment import find_assessment
from resolvers.context import Caller
from resolvers.portfolio import NO_FLOW, Delete, told

_NO_RESULT = frozenset({PhaseStatus.PENDING, PhaseStatus.READY, PhaseStatus.FAILED})


@dataclass(frozen=True, slots=True)
class ApplyTemplate:
    """The template to take standards from, and the assessment that is to measure by them."""

    template_key: str
    flow_id: str | None = None


async def save_standard(caller: Caller, command: SaveStandard) -> ArchitectureStandard:
    """A standard as a person says; the assessment it is said in, and others that measure by it, measure anew."""
    caller.need(Role.ARCHITECT)
    async with caller.work() as uow:
        flows = await _flows(uow, command.flow_id, others=command.id is not None)
        change = save(await _standards(uow), command, caller.stamp())
        uow.touch(change.after.id)
        if change.before != change.after:
            await _keep(caller, uow, flows.pop(command.flow_id or "", None), (change,))
            await _outdate(caller, uow, flows.values(), change.after.id, lambda call: change_standards(call, (change,)))
    return change.after


async def apply_template(caller: Caller, command: ApplyTemplate) -> tuple[ArchitectureStandard, ...]:
    """The template's standards; what people wrote or changed is left as it is."""
    caller.need(Role.ARCHITECT)
    template = templates().get(command.template_key)
    if template is None:
        raise NotFound("architecture template", ("templateKey",))
    async with caller.work() as uow:
        flow = await _flow(uow, command.flow_id)
        before = {each.key: each for each in await _standards(uow)}
        made = applied(template, before.values(), new_id=caller.ids, by=caller.user, at=caller.now())
        after = before | {each.key: each for each in made}
        standards = tuple(after[standard.key] for standard in template.standards)
        for standard in standards:
            uow.touch(standard.id)
        await _keep(caller, uow, flow, tuple(StandardChange(before.get(each.key), each) for each in made))
    return standards


async def delete_standard(caller: Caller, command: Delete) -> str:
    """The standard with its exceptions; what was found by it stays until debt is looked at again."""
    caller.need(Role.ARCHITECT)
    async with caller.work() as uow:
        flows = await _flows(uow, None, others=True)
        standards = {each.id: each for each in await _standards(uow)}
        standard = find(standards, command.id, command.expected_version)
        await uow.portfolio.remove((standard,))
        uow.touch(standard.id)
        uow.tell(told(caller, standard))
        await _outdate(caller, uow, flows.values(), standard.id, lambda call: without_standard(call, standard))
    return standard.id


async def _flows(uow: UnitOfWork, flow_id: str | None, *, others: bool) -> dict[str, Flow]:
    """The assessment, and the unfinished ones that may measure by the same standard; locked in order, before all else.

    One that is finished has been decided by the standards of its time.
    """
    ids = set(await uow.flows.unfinished(DEFINITION.kind)) if others else set()
    named = {flow_id} if flow_id else set()
    return {id: await find_assessment(uow, id) for id in sorted(ids | named)}


async def _outdate(
    caller: Caller,
    uow: UnitOfWork,
    flows: Iterable[Flow],
    standard_id: str,
    remeasure: Callable[[PhaseCall], Remeasured],
) -> None:
    """What was measured by the standard is STALE, with the record of why."""
    for flow in flows:
        calling = Calling(uow, caller.shapes, caller.stamp())
        call = await calling.call(flow, MINIMUMS, frozenset({Need.STANDARDS}))
        # Before the phase has a result it has measured by nothing: it takes all standards when it runs.
        if flow.state(MINIMUMS).status in _NO_RESULT or not rests_on(call.results.get(MINIMUMS), standard_id):
            continue
        remeasured = remeasure(call)
        phase = flow.definition.phase(MINIMUMS)
        await calling.keep(flow, phase, replace(remeasured.outcome, saves=remeasured.overrides), Source.USER)
        (override,) = remeasured.overrides
        event = Event(EventKind.OVERRIDE, caller.now(), MINIMUMS, {"overrideId": override.id})
        await uow.flows.save(flow.outdate(MINIMUMS, caller.stamp(), event, await calling.propose(flow, phase)))


async def _flow(uow: UnitOfWork, flow_id: str | None) -> Flow | None:
    """The assessment, locked before the portfolio is held, as all commands do it."""
    return await find_assessment(uow, flow_id) if flow_id else None


async def _standards(uow: UnitOfWork) -> tuple[ArchitectureStandard, ...]:
    """All of the engagement's; held, so that no two people give the same key at once."""
    await uow.portfolio.hold()
    return (await uow.portfolio.load(frozenset({Need.STANDARDS}), NO_FLOW, ())).standards


async def _keep(caller: Caller, uow: UnitOfWork, flow: Flow | None, changes: Sequence[StandardChange]) -> None:
    if not changes:
        return
    await uow.portfolio.save(change.after for change in changes)
    uow.tell(told(caller, *(change.after for change in changes)))
    # Before the phase has a result there is nothing to override: it takes all standards when it runs.
    if flow is not None and flow.state(MINIMUMS).status not in _NO_RESULT:
        await uow.flows.save(await _measured_anew(caller, uow, flow, changes))


async def _measured_anew(caller: Caller, uow: UnitOfWork, flow: Flow, changes: Sequence[StandardChange]) -> Flow:
    flow.require(FlowAction.OVERRIDE)
    if flow.running is not None and flow.running.key == MINIMUMS:
        message = "The assessment is gathering its standards; change them when it has."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")
    phase = flow.definition.phase(MINIMUMS)
    calling = Calling(uow, caller.shapes, caller.stamp())
    call = await calling.call(flow, MINIMUMS, frozenset({Need.STANDARDS}))
    remeasured = change_standards(call, changes)
    learned = await calling.keep(flow, phase, remeasured.outcome, Source.USER)
    at = caller.now()
    first, *others = [Event(EventKind.OVERRIDE, at, MINIMUMS, {"overrideId": each.id}) for each in remeasured.overrides]
    flow = flow.override(MINIMUMS, caller.stamp(), first, await calling.propose(flow, phase))
    return replace(flow, events=(*flow.events, *others, *learned))
