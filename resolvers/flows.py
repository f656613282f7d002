"""What people do to flows: start, run, answer, change, stop and delete them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from domain.access import Role
from domain.calling import Calling, changed
from domain.commands import FlowAction, PhaseAction, SaveUiState, StartFlow, SubmitPhaseInput, UpdateFlow
from domain.definition import FlowDefinition, Opening
from domain.errors import ErrorCode, KeptBack, NotFound, Problem, Refused, refuse
from domain.flow import Flow
from domain.phase import PhaseStatus
from domain.portfolio import Portfolio
from domain.ports import UnitOfWork
from domain.source import Source
from domain.transition import FlowAction as Action
from resolvers.abandoning import left_behind
from resolvers.changing import require_changeable
from resolvers.context import Caller

UI_STATE_BYTES = 64 << 10
NAME_CHARACTERS = 200


async def start_flow(caller: Caller, command: StartFlow) -> Flow:
    """A new flow over its scope; with `auto_advance` its first phase runs at once."""
    caller.need(Role.CONTRIBUTOR)
    definition = definition_of(caller, command.kind)
    async with caller.work() as uow:
        cloned = await _cloned(uow, definition, command.clone_of)
        configuration = await _configuration(caller, uow, definition, command, cloned)
        name = _named(command.name)
        flow = await opened(caller, uow, definition, configuration, name=name, auto_advance=command.auto_advance)
        if cloned is not None:
            await _take_over(caller, uow, cloned, flow.id, configuration)
        if command.source is not None:
            await uow.files.expire(flow.configuration["fileId"], flow.id, caller.now() + command.source.kept)
    return flow


async def opened(
    caller: Caller,
    uow: UnitOfWork,
    definition: FlowDefinition,
    configuration: Any,
    *,
    name: str | None = None,
    auto_advance: bool = True,
) -> Flow:
    """A new flow with what opening it changes; it may refuse."""
    configuration = await _settled(caller, uow, definition, configuration)
    written = caller.shapes.encode(configuration)
    ids, scope = definition.applications(configuration), definition.iterated(configuration)
    flow = Flow.start(
        definition.shaped(written),
        caller.stamp(),
        name=name or definition.naming(configuration) or f"{definition.title} {caller.now():%Y-%m-%d %H:%M}",
        configuration=written,
        application_ids=ids,
        auto_advance=auto_advance,
        previous=await uow.flows.previous(definition.kind, scope),
    )
    flow = await effects(caller, uow, flow, definition.opening)
    await uow.flows.add(flow)
    await uow.flows.begin_iteration(flow, scope)
    return flow


async def _settled(caller: Caller, uow: UnitOfWork, definition: FlowDefinition, given: Any) -> Any:
    """With what it names of another flow's; that is read and not held, as the flow itself is not locked either."""
    path = ("configuration", definition.branch)
    configuration = await definition.completing(uow, caller.stamp(), given, path)
    settling = definition.settling
    named = settling.names(configuration) if settling else None
    if settling is None or named is None:
        return configuration
    flow_id = named if settling.type is None else await uow.portfolio.flow_of(settling.type, named)
    found = await uow.portfolio.load(settling.needs, flow_id, ()) if flow_id else Portfolio()
    return settling.decide(configuration, found)


async def _cloned(uow: UnitOfWork, definition: FlowDefinition, flow_id: str | None) -> Flow | None:
    """The flow to be cloned: there, and of the same type."""
    if flow_id is None:
        return None
    try:
        flow = await uow.flows.get(flow_id)
    except NotFound as missing:
        raise Refused(replace(each, path=("cloneOf",)) for each in missing.problems) from None
    if flow.kind != definition.kind:
        message = f"A flow of the type {definition.kind} is no clone of one of the type {flow.kind}."
        raise refuse(ErrorCode.INVALID_INPUT, message, "cloneOf")
    return flow


async def _take_over(caller: Caller, uow: UnitOfWork, cloned: Flow, clone_id: str, configuration: Any) -> None:
    """What people settled in the flow that is cloned, as far as the clone has a use for it."""
    cloning = cloned.definition.cloning
    calling = Calling(uow, caller.shapes, caller.stamp())
    call = await calling.call(cloned, cloned.definition.phases[0].key, cloning.needs, given=configuration)
    await uow.portfolio.save(cloning.decide(call, clone_id))


def overlaid(held: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with what is given instead; null gives what a new flow has."""
    return {name: value for name, value in {**held, **given}.items() if value is not None}


def _named(name: str | None) -> str | None:
    """The name as it is kept; None where none is given."""
    if name is None:
        return None
    kept = name.strip()
    if not 0 < len(kept) <= NAME_CHARACTERS or not kept.isprintable():
        message = f"A name has 1 to {NAME_CHARACTERS} printable characters."
        raise refuse(ErrorCode.INVALID_INPUT, message, "name")
    return kept


def definition_of(caller: Caller, kind: str) -> FlowDefinition:
    """The flow type, or NOT_READY where this release does not have it."""
    definition = caller.definitions.get(kind)
    if definition is None:
        raise refuse(ErrorCode.NOT_READY, f"The flow type {kind} is not in this release.", "configuration", kind)
    return definition


async def _configuration(
    caller: Caller, uow: UnitOfWork, definition: FlowDefinition, command: StartFlow, cloned: Flow | None
) -> object:
    held = cloned.own_configuration if cloned else {}
    kept = {name: value for name, value in held.items() if name not in definition.cloning.own}
    data = overlaid(kept, command.configuration)
    if command.source is not None:
        source = command.source
        try:
            stored = await uow.files.save(source.name, source.media_type, source.chunks, source.limit)
        except Refused as refused:
            at = ("configuration", definition.branch)
            raise Refused(replace(each, path=(*at, *each.path)) for each in refused.problems) from None
        data |= {"fileId": stored.id, "fileName": stored.name}
    return caller.shapes.decode(definition.configuration, data, ("configuration", definition.branch))


async def effects(caller: Caller, uow: UnitOfWork, flow: Flow, opening: Opening) -> Flow:
    """What opening or closing the flow changes in the portfolio; it may refuse."""
    calling = Calling(uow, caller.shapes, caller.stamp())
    call = await calling.call(flow, flow.definition.phases[0].key, opening.needs)
    values = opening.decide(call)
    await uow.portfolio.save(values)
    event = changed(values, caller.stamp())
    return replace(flow, events=(*flow.events, event)) if event else flow


async def update_flow(caller: Caller, command: UpdateFlow) -> Flow:
    """Change its name, how it goes on, or its configuration."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        configuration, ids = command.configuration, None
        if configuration is not None:
            _require_own(caller, flow, command.kind)
            await require_changeable(caller, uow, flow)
            path = ("configuration", flow.definition.branch)
            data = overlaid(flow.own_configuration, configuration)
            typed: Any = caller.shapes.decode(flow.definition.configuration, data, path)
            typed = await _settled(caller, uow, flow.definition, typed)
            configuration, ids = {**caller.shapes.encode(typed), **flow.origin}, flow.definition.applications(typed)
        updated = flow.update(
            caller.stamp(),
            name=_named(command.name),
            auto_advance=command.auto_advance,
            configuration=configuration,
            application_ids=ids,
        )
        updated = await _reconfigured(caller, uow, flow, updated)
        await uow.flows.save(updated)
    return updated


def _require_own(caller: Caller, flow: Flow, kind: str | None) -> None:
    """Two types may well have fields of the same names."""
    if kind not in (None, flow.kind):
        own, given = flow.definition.branch, definition_of(caller, str(kind)).branch
        message = f"The configuration of this flow is `{own}`, not `{given}`."
        raise refuse(ErrorCode.INVALID_INPUT, message, "configuration", given)


async def _reconfigured(caller: Caller, uow: UnitOfWork, before: Flow, flow: Flow) -> Flow:
    """Give back what is no longer in its scope, and begin anew with what it is to do now; that may refuse."""
    if flow.configuration == before.configuration:
        return flow
    removed = tuple(id for id in before.application_ids if id not in flow.application_ids)
    if removed:
        left = await effects(caller, uow, replace(flow, application_ids=removed), flow.definition.closing)
        flow = replace(flow, events=left.events)
    return await effects(caller, uow, flow, flow.definition.opening)


async def save_ui_state(caller: Caller, command: SaveUiState) -> Flow:
    """Keep the asking user's own view; the flow itself does not change."""
    caller.need(Role.VIEWER)
    written = json.dumps(command.ui_state, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode()) > UI_STATE_BYTES:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, "A view's state holds at most 64 KiB.", "uiState")
    async with caller.work() as uow:
        flow = await uow.flows.get(command.flow_id)
        await uow.save_ui_state(flow.id, caller.user, command.ui_state)
        uow.touch(flow.id)
    return flow


async def submit_phase_input(caller: Caller, command: SubmitPhaseInput) -> Flow:
    """Answer the phase that waits; as a draft it is only kept."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        flow.awaited(command.phase)
        caller.need(flow.role(Action.SUBMIT_INPUT))
        flow = await (answered if command.submit else _drafted)(caller, uow, flow, command)
        await uow.flows.save(flow)
    if uow.refused:
        raise KeptBack(uow.refused)
    return flow


async def _drafted(_caller: Caller, _uow: UnitOfWork, flow: Flow, command: SubmitPhaseInput) -> Flow:
    return flow.draft(command.phase, command.data)


async def answered(caller: Caller, uow: UnitOfWork, flow: Flow, command: SubmitPhaseInput) -> Flow:
    """The flow after that answer; what the answer comes to is kept with it."""
    phase = flow.awaited(command.phase)
    if phase.pause is None:
        raise Refused([Problem(ErrorCode.INVALID_TRANSITION, f"The phase {phase.key} takes no answer.", ("phase",))])
    answer: Any = caller.shapes.decode(phase.pause.answer, command.data, ("data",))
    calling = Calling(uow, caller.shapes, caller.stamp())
    outcome = phase.pause.decide(await calling.call(flow, phase.key, phase.pause.needs, given=answer))
    if outcome.problems:
        uow.refuse(outcome.problems)
        told = await calling.save(flow, phase.key, outcome.saves)
        return replace(flow, events=(*flow.events, *told))
    learned = await calling.keep(flow, phase, outcome, Source.USER)
    event = changed(outcome.saves, caller.stamp(), phase.key)
    flow = replace(flow, events=(*flow.events, *learned, *((event,) if event else ())))
    written, way = caller.shapes.encode(answer), (outcome.leaves_out, outcome.takes_up)
    after = flow.submit(phase.key, written, caller.stamp(), outcome.warnings, *way)
    return await left_behind(caller, uow, flow, after)


async def run_phase(caller: Caller, command: PhaseAction) -> Flow:
    """Run the next phase, or one that has run before."""
    decide = partial(Flow.run, key=command.phase, stamp=caller.stamp())
    return await _changed(caller, command, Action.RUN_PHASE, decide, remakes=True)


async def navigate_to_phase(caller: Caller, command: PhaseAction) -> Flow:
    """Look at a completed phase, or go back to the one that is next."""
    return await _changed(caller, command, Action.NAVIGATE, lambda flow: flow.navigate(command.phase, caller.stamp()))


async def retry_phase(caller: Caller, command: PhaseAction) -> Flow:
    """Try the failed phase again."""
    decide = partial(Flow.retry, key=command.phase, stamp=caller.stamp())
    return await _changed(caller, command, Action.RETRY_PHASE, decide, remakes=True)


async def skip_phase(caller: Caller, command: PhaseAction) -> Flow:
    """Leave an optional phase out."""
    return await _changed(
        caller, command, Action.SKIP_PHASE, lambda flow: flow.skip(command.phase, caller.stamp(), command.reason)
    )


async def accept_phase(caller: Caller, command: PhaseAction) -> Flow:
    """Keep a stale phase's result as it is; what it used is remembered as it is now."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        before = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        caller.need(before.role(Action.ACCEPT_STALE))
        flow = before.accept(command.phase, caller.stamp(), command.reason)
        await _remember(caller, uow, before, flow)
        await uow.flows.save(flow)
    return flow


async def _remember(caller: Caller, uow: UnitOfWork, before: Flow, flow: Flow) -> None:
    calling = Calling(uow, caller.shapes, caller.stamp())
    for phase in flow.definition.phases:
        accepted = before.state(phase.key).status is PhaseStatus.STALE is not flow.state(phase.key).status
        if accepted and phase.memory is not None:
            call = await calling.call(flow, phase.key, phase.memory.needs)
            await uow.portfolio.save(phase.memory.renewed(call))


async def pause_flow(caller: Caller, command: FlowAction) -> Flow:
    """Stop before the next phase."""
    return await _changed(caller, command, Action.PAUSE, lambda flow: flow.pause(caller.stamp(), command.reason))


async def resume_flow(caller: Caller, command: FlowAction) -> Flow:
    """Go on as before."""
    return await _changed(caller, command, Action.RESUME, lambda flow: flow.resume(caller.stamp()))


async def _changed(
    caller: Caller,
    command: FlowAction | PhaseAction,
    action: Action,
    decide: Callable[[Flow], Flow],
    *,
    remakes: bool = False,
) -> Flow:
    """Load, decide, save; the least role is asked for before the id is looked up."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        caller.need(flow.role(action))
        after = decide(flow)
        if remakes:
            await require_changeable(caller, uow, flow)
        flow = await left_behind(caller, uow, flow, after)
        await uow.flows.save(flow)
    return flow


async def cancel_flow(caller: Caller, command: FlowAction) -> Flow:
    """End it, and give back what it had taken."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        before, flow = flow, flow.cancel(caller.stamp(), command.reason)
        await require_changeable(caller, uow, before)
        flow = await effects(caller, uow, flow, flow.definition.closing)
        await uow.flows.save(flow)
    return flow


async def delete_flow(caller: Caller, command: FlowAction) -> str:
    """Remove it with all that is only its own; the id of what is gone."""
    caller.need(Role.ADMIN)
    async with caller.work() as uow:
        flow = (await uow.flows.get(command.flow_id)).expect(command.expected_version)
        flow = flow.delete(caller.stamp())
        await effects(caller, uow, flow, flow.definition.deleting)
        flow = await effects(caller, uow, flow, flow.definition.closing)
        await uow.portfolio.forget_flow(flow.id)
        await uow.flows.delete(flow)
    return flow.id
