"""Registering flows of an older system: each once, whatever is interrupted or repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.access import Role
from domain.calling import Calling
from domain.definition import FlowDefinition
from domain.errors import ErrorCode, Refused, refuse
from domain.flow import Flow
from domain.legacy import ENDED, Fitted, LegacyFlow, found, names_of, registered
from domain.need import Need
from domain.ports import UnitOfWork
from domain.transition import FlowStatus
from resolvers.context import Caller
from resolvers.flows import effects


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of one flow; `flow_id` is None where it had been registered before."""

    flow_id: str | None
    notes: tuple[str, ...] = ()


async def register_legacy(caller: Caller, legacy: LegacyFlow) -> Registration:
    """A master and a child for it, in one transaction; nothing where its id was registered before."""
    caller.need(Role.ADMIN)
    async with caller.work() as uow:
        if not await uow.legacy.claim(legacy.id):
            return Registration(None)
        definition = caller.definitions[legacy.kind]
        ids, unknown = await _applications(uow, legacy)
        fitted = _fitted(caller, definition, legacy, ids)
        previous = await uow.flows.previous(definition.kind, fitted.scope)
        flow = registered(definition, legacy, fitted, caller.stamp(), previous)
        flow, fitted = await _opened(caller, uow, flow, legacy, fitted, previous)
        await uow.flows.add(flow)
        await _bring_along(caller, uow, flow, fitted)
        await uow.flows.begin_iteration(flow, fitted.scope)
        await uow.legacy.keep(legacy.id, flow.id)
    missing = (f"applications: Not in this engagement, left out: {', '.join(unknown)}.",) if unknown else ()
    unfit = (f"configuration: {fitted.unfit}",) if fitted.unfit else ()
    return Registration(flow.id, (*missing, *unfit))


async def _applications(uow: UnitOfWork, legacy: LegacyFlow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = names_of(legacy)
    if not names:
        return (), ()
    portfolio = await uow.portfolio.load(frozenset({Need.APPLICATIONS}), "", ())
    known, unknown = found(names, portfolio.applications)
    if not known:
        # Without any it would be one over all of them.
        message = "None of its applications is in this engagement; bring them here first."
        raise refuse(ErrorCode.NOT_READY, message, "applications")
    return known, unknown


def _fitted(caller: Caller, definition: FlowDefinition, legacy: LegacyFlow, ids: tuple[str, ...]) -> Fitted:
    """What its type has no field for is kept beside; what the type does not take at all, too, with the reason."""
    fields = caller.shapes.schema(definition.configuration)["properties"]
    own = {name: value for name, value in legacy.configuration.items() if name in fields}
    other = {name: value for name, value in legacy.configuration.items() if name not in fields}
    if names_of(legacy) and "applicationIds" in fields:
        own["applicationIds"] = list(ids)
    try:
        typed: Any = caller.shapes.decode(definition.configuration, own)
    except Refused as refused:
        if not definition.sparse:
            raise
        return Fitted({}, legacy.configuration, ids, _said(refused), ids)
    iterated = definition.iterated(typed) or ids
    return Fitted(caller.shapes.encode(typed), other, definition.applications(typed) or ids, scope=iterated)


async def _opened(
    caller: Caller,
    uow: UnitOfWork,
    flow: Flow,
    legacy: LegacyFlow,
    fitted: Fitted,
    previous: tuple[str | None, int] | None,
) -> tuple[Flow, Fitted]:
    """With what opening a flow changes, where it is to go on; one that may not is FAILED and says why."""
    if legacy.status in ENDED or fitted.unfit:
        return flow, fitted
    try:
        return await effects(caller, uow, flow, flow.definition.opening), fitted
    except Refused as refused:
        unfit = replace(fitted, unfit=_said(refused))
        return registered(flow.definition, legacy, unfit, caller.stamp(), previous), unfit


async def _bring_along(caller: Caller, uow: UnitOfWork, flow: Flow, fitted: Fitted) -> None:
    arriving = flow.definition.arriving
    if arriving is None or fitted.unfit or flow.status is not FlowStatus.COMPLETED:
        return
    calling, key = Calling(uow, caller.shapes, caller.stamp()), flow.definition.phases[-1].key
    await calling.save(flow, key, arriving.decide(await calling.call(flow, key, arriving.needs)))


def _said(refused: Refused) -> str:
    return f"It cannot be run as it is: {refused} Give it what it lacks with updateFlow, then retryPhase."
