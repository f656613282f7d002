"""A worker is killed in every phase of discovery and of assessment: what comes out is what comes out undisturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from domain.commands import Source, StartFlow, SubmitPhaseInput
from domain.event import EventKind
from domain.flow import Flow
from domain.flows import DEFINITIONS
from domain.need import Need
from domain.transition import FlowStatus
from resolvers import flows
from tests.conftest import StartProcess
from tests.e2e.test_main_job import SAMPLE
from tests.e2e.test_recovery import Site, site, start_worker
from tests.integration.conftest import make_tenant
from tests.toy import new_tenant

__all__ = ["site"]

pytestmark = [pytest.mark.slow, pytest.mark.long]


async def chunks() -> AsyncIterator[bytes]:
    yield SAMPLE.read_bytes()


async def begin(site: Site, kind: str) -> Flow:
    if kind == "discovery":
        source = Source(SAMPLE.name, "text/csv", chunks(), 1 << 20)
        return await flows.start_flow(site.alice(), StartFlow(kind, {}, source=source))
    async with site.work(site.tenant) as uow:
        found = (await uow.portfolio.load(frozenset({Need.APPLICATIONS}), "", ())).applications
    ready = [application.id for application in found if application.readiness == "READY_FOR_ASSESSMENT"]
    return await flows.start_flow(site.alice(), StartFlow(kind, {"applicationIds": ready}))


async def accept(site: Site, flow: Flow) -> Flow:
    """Wait for the flow to rest, and accept what is proposed."""
    rested = await site.reach(flow.id, FlowStatus.AWAITING_INPUT, FlowStatus.COMPLETED, FlowStatus.FAILED)
    waiting = rested.active
    if rested.status is FlowStatus.AWAITING_INPUT and waiting is not None:
        answer = SubmitPhaseInput(flow.id, waiting.key, waiting.proposed_input)
        return await flows.submit_phase_input(site.alice(), answer)
    assert rested.status is FlowStatus.COMPLETED, rested.failure
    return rested


async def advanced(site: Site, flow: Flow, phase: str) -> Flow:
    """Answer whatever the flow waits for before that phase."""
    before = [earlier.key for earlier in flow.definition.phases]
    before = before[: before.index(phase)]
    for key in before:
        if flow.definition.phase(key).pause and not (await site.flow(flow.id)).state(key).done:
            flow = await accept(site, flow)
    return flow


async def outcome(site: Site) -> tuple[Any, ...]:
    """What was found and decided, without ids and times."""
    needs = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES})
    async with site.work(site.tenant) as uow:
        found = await uow.portfolio.load(needs, "", ())
    names = {application.id: application.name for application in found.applications}
    return (
        sorted((a.name, a.readiness, a.completeness, a.business_impact) for a in found.applications),
        sorted((names[c.application_id], c.name, c.type) for c in found.components),
        sorted((names[d.from_id], names[d.to_id], d.kind) for d in found.dependencies),
    )


async def decided(site: Site, flow: Flow) -> list[tuple[Any, ...]]:
    async with site.work(site.tenant) as uow:
        needs = frozenset({Need.APPLICATIONS, Need.DECISIONS})
        found = await uow.portfolio.load(needs, flow.id, flow.application_ids)
    names = {application.id: application.name for application in found.applications}
    return sorted(
        (names[d.application_id], d.strategy, str(d.depth), d.confidence, d.accepted) for d in found.decisions
    )


async def ended(site: Site, flow: Flow) -> Flow:
    """The flow at its end, every proposal accepted."""
    while (flow := await accept(site, flow)).status is not FlowStatus.COMPLETED:
        pass
    return flow


async def test_killed_in_every_phase_it_comes_to_what_it_comes_to_undisturbed(
    site: Site, start_process: StartProcess
) -> None:
    calm = replace(site, tenant=new_tenant())
    await make_tenant(site.engine, calm.tenant)
    flow, found = None, []

    for kind in ("discovery", "assessment"):
        for phase in DEFINITIONS[kind].phases:
            held = start_worker(start_process, site, f"{phase.key} before save")
            flow = await begin(site, kind) if flow is None else await advanced(site, flow, phase.key)
            await asyncio.to_thread(held.wait_for_line, f"reached {phase.key} before save")
            held.kill()
        assert flow is not None
        worker = start_worker(start_process, site)
        found.append(await ended(site, flow))
        events = await site.events(flow.id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        runs = [e.phase for e in events if e.kind is EventKind.PHASE_STATUS and e.data["status"] == "RUNNING"]
        assert runs == [phase.key for phase in DEFINITIONS[kind].phases]
        worker.kill()
        flow = None

    start_worker(start_process, site)
    await ended(calm, await begin(calm, "discovery"))
    undisturbed = await ended(calm, await begin(calm, "assessment"))
    assert await outcome(site) == await outcome(calm)
    assert await decided(site, found[1]) == await decided(calm, undisturbed)
