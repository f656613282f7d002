"""A worker is killed while flows of several types are each in one of their phases: nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain.application import Application
from domain.commands import StartFlow, SubmitPhaseInput
from domain.decision import Strategy
from domain.event import EventKind
from domain.flow import Flow
from domain.flows import DEFINITIONS
from domain.transition import FlowStatus
from resolvers import flows
from tests.conftest import StartProcess
from tests.e2e.test_recovery import Site, site
from tests.integration.conftest import make_tenant
from tests.plans import application, decision
from tests.servers import Process
from tests.toy import new_tenant

__all__ = ["site"]

pytestmark = pytest.mark.slow

# What goes on by what is proposed is killed in all of its phases; what waits for people's reports in its first.
WHOLE = ("modernization", "finops", "observability")
BEGUN = ("execution", "decommission")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


async def portfolio(site: Site) -> dict[str, tuple[Application, ...]]:
    """Two that are moved and one that is retired, in the order of their names."""
    moved, retired = (application("Ledger"), application("Payroll")), application("Archive")
    retiring = replace(decision(retired), strategy=Strategy.RETIRE, recommended=Strategy.RETIRE)
    async with site.work(site.tenant) as uow:
        await uow.portfolio.save([*moved, retired, *map(decision, moved), retiring])
    return {**dict.fromkeys(DEFINITIONS, moved), "decommission": (retired,)}


async def begin(site: Site) -> dict[str, Flow]:
    scope = await portfolio(site)
    return {
        kind: await flows.start_flow(
            site.alice(), StartFlow(kind, {"applicationIds": [each.id for each in scope[kind]]})
        )
        for kind in (*WHOLE, *BEGUN)
    }


def worker(start_process: StartProcess, site: Site, *held: str) -> Process:
    """One with room for all of them, held where these are saved."""
    environment = {"FLOTILLA_DATABASE_URL": site.url, "FLOTILLA_BROADCAST_URL": "memory://"}
    environment |= {"FLOTILLA_WORKER_CONCURRENCY": "8", "FLOTILLA_ENGAGEMENT_CONCURRENCY": "8"}
    place = (",".join(held), "before", "save") if held else ()
    started = start_process("-m", "tests.e2e.held_worker", *place, environment=environment)
    started.wait_for_line("^worker .* is ready$")
    return started


async def accept(site: Site, flow: Flow, phase: str) -> None:
    """What is proposed, once the flow rests before that phase, where it waits for a person there."""
    key = DEFINITIONS[flow.kind].phases[[each.key for each in flow.definition.phases].index(phase) - 1].key
    if flow.definition.phase(key).pause:
        rested = await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
        answer = SubmitPhaseInput(flow.id, key, rested.state(key).proposed_input)
        await flows.submit_phase_input(site.alice(), answer)


async def ended(site: Site, flow: Flow) -> Flow:
    """At its end, or where people have to report something."""
    rested = await site.reach(flow.id, FlowStatus.AWAITING_INPUT, FlowStatus.COMPLETED, FlowStatus.FAILED)
    if flow.kind in BEGUN or rested.status is not FlowStatus.AWAITING_INPUT:
        return rested
    assert rested.active is not None
    answer = SubmitPhaseInput(flow.id, rested.active.key, rested.active.proposed_input)
    await flows.submit_phase_input(site.alice(), answer)
    return await ended(site, rested)


async def outcome(site: Site, made: Mapping[str, Flow]) -> dict[str, Any]:
    """What each phase came to and what was proposed, without ids."""
    found = {}
    for kind, flow in made.items():
        async with site.work(site.tenant) as uow:
            results = await uow.results.current(flow.id)
        rested = await site.flow(flow.id)
        proposed = {state.key: state.proposed_input for state in rested.phases}
        found[kind] = (rested.status, _ID.sub("#", json.dumps([results, proposed], sort_keys=True, default=str)))
    return found


async def test_flows_of_five_types_outlive_the_worker_of_each_phase(site: Site, start_process: StartProcess) -> None:
    calm = replace(site, tenant=new_tenant())
    await make_tenant(site.engine, calm.tenant)
    made = await begin(site)

    for number in range(max(len(DEFINITIONS[kind].phases) for kind in WHOLE)):
        kinds = [kind for kind in (*WHOLE, *(BEGUN if number == 0 else ())) if number < len(DEFINITIONS[kind].phases)]
        held = {kind: DEFINITIONS[kind].phases[number].key for kind in kinds}
        doomed = worker(start_process, site, *held.values())
        for kind, phase in held.items():
            if number:
                await accept(site, made[kind], phase)
            await asyncio.to_thread(doomed.wait_for_line, f"reached {phase} before save")
        doomed.kill()
    worker(start_process, site)
    undisturbed = await begin(calm)

    for kind in made:
        assert (await ended(site, made[kind])).status is (await ended(calm, undisturbed[kind])).status, kind
        events = await site.events(made[kind].id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        runs = [e.phase for e in events if e.kind is EventKind.PHASE_STATUS and e.data["status"] == "RUNNING"]
        assert len(runs) == len(set(runs)) == (len(DEFINITIONS[kind].phases) if kind in WHOLE else 1)
    assert await outcome(site, made) == await outcome(calm, undisturbed)
