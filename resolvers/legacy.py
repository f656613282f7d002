"""Registering flows of an older system: each once, whatever is interrupted or repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.access import Role
from domain.definition import FlowDefinition, Need
from domain.errors import Refused
from domain.flow import Flow
from domain.legacy import ENDED, Fitted, LegacyFlow, found, registered
from domain.ports import UnitOfWork
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
        previous = await uow.flows.previous(definition.kind, fitted.application_ids)
        flow = registered(definition, legacy, fitted, caller.stamp(), previous)
        flow, fitted = await _opened(caller, uow, flow, legacy, fitted, previous)
        await uow.flows.add(flow)
        await uow.flows.begin_iteration(flow)
        await uow.legacy.keep(legacy.id, flow.id)
    missing = (f"applications: Not in this engagement, left out: {', '.join(unknown)}.",) if unknown else ()
    unfit = (f"configuration: {fitted.unfit}",) if fitted.unfit else ()
    return Registration(flow.id, (*missing, *unfit))


async def _applications(uow: UnitOfWork, legacy: LegacyFlow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not legacy.applications:
        return (), ()
    portfolio = await uow.portfolio.load(frozenset({Need.APPLICATIONS}), "", ())
    return found(legacy.applications, portfolio.applications)


def _fitted(caller: Caller, definition: FlowDefinition, legacy: LegacyFlow, ids: tuple[str, ...]) -> Fitted:
    """What its type has no field for is kept beside; what the type does not take at all, too, with the reason."""
    fields = caller.shapes.schema(definition.configuration)["properties"]
    own = {name: value for name, value in legacy.configuration.items() if name in fields}
    other = {name: value for name, value in legacy.configuration.items() if name not in fields}
    if ids and "applicationIds" in fields:
        own["applicationIds"] = list(ids)
    try:
        typed: Any = caller.shapes.decode(definition.configuration, own)
    except Refused as refused:
        return Fitted({}, legacy.configuration, ids, _said(refused))
    return Fitted(caller.shapes.encode(typed), other, definition.applications(typed) or ids)


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


def _said(refused: Refused) -> str:
    return f"It cannot be run as it is: {refused} Give it what it lacks with updateFlow, then retryPhase."
