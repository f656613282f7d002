"""Plans that go stale beside real processes: told over a WebSocket, and not lost with a worker that is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from domain.access import Member, Role, Tenant
from domain.application import Application
from domain.commands import StartFlow
from domain.decision import HoursRange, Strategy
from domain.event import EventKind
from domain.flow import Flow
from domain.phase import PhaseStatus
from domain.transition import FlowStatus
from engine.queue import PhaseQueue
from persistence.database import open_database
from resolvers import flows
from server.admission import admit, open_engagement
from server.app import create_app
from server.settings import Settings
from server.tokens import issue
from tests.conftest import StartProcess
from tests.e2e.test_exports import working
from tests.e2e.test_recovery import Site, site, start_worker
from tests.integration import tiny
from tests.plans import application, decision

__all__ = ["site"]

LATER = 90.0
FOLLOW = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) {
  kind ... on WarningRaised { warning { code phase message } } ... on PhaseStatusChanged { phase phaseStatus
    flow { status phases { key status } } } } }"""
CURSOR = "query ($id: ID!) { flow(id: $id) { status eventCursor } }"
SAVE = """mutation ($input: SaveDependencyInput!) { saveDependency(input: $input) { errors { message } } }"""


async def planned(site: Site) -> tuple[Flow, tuple[Application, ...]]:
    """A plan of two applications, completed by the worker."""
    found = (application("Billing"), application("Ledger"))
    async with site.work(site.tenant) as uow:
        await uow.portfolio.save([*found, *map(decision, found)])
    wanted = {"applicationIds": [each.id for each in found], "startsOn": "2027-01-04"}
    flow = await flows.start_flow(site.alice(), StartFlow("planning", wanted))
    async with asyncio.timeout(LATER):
        while (flow := await site.flow(flow.id)).status is FlowStatus.RUNNING:  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.2)
    assert (flow.status, flow.failure) == (FlowStatus.COMPLETED, None)
    return flow, found


async def decide_anew(site: Site, application_id: str) -> None:
    async with site.work(site.tenant) as uow:
        held = (await uow.portfolio.accepted([application_id]))[application_id]
        hours = HoursRange(held.effort.low, held.effort.likely * 2, held.effort.high * 2)
        after = replace(held, strategy=Strategy.REPLATFORM, effort=hours, version=held.version + 1)
        await uow.portfolio.save((after,))


async def test_a_review_goes_on_elsewhere_when_its_worker_is_killed(site: Site, start_process: StartProcess) -> None:
    doomed = start_worker(start_process, site)
    flow, (billing, _) = await planned(site)
    doomed.kill()
    held = start_worker(start_process, site, "review")
    await decide_anew(site, billing.id)
    await asyncio.to_thread(held.wait_for_line, "^reached review$")
    held.kill()
    unseen = await site.flow(flow.id)

    start_worker(start_process, site)

    async with asyncio.timeout(LATER):
        while await site.queue.pending():  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.2)
    found = await site.flow(flow.id)
    assert unseen.state("wave_planning").status is PhaseStatus.COMPLETED
    assert (found.status, found.state("wave_planning").status) == (FlowStatus.COMPLETED, PhaseStatus.STALE)
    told = [each.data["message"] for each in await site.events(flow.id) if each.kind is EventKind.WARNING]
    assert told[-1] == "Billing: REHOST became REPLATFORM; 80 h became 160 h."
    assert told.count(told[-1]) == 1


@dataclass(frozen=True)
class Served:
    """An API and a worker beside a site."""

    address: str
    data: Path
    tenant: Tenant

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {issue(self.data, 'alice', lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": self.tenant.client_account_id,
            "X-Engagement-ID": self.tenant.engagement_id,
        }

    async def ask(self, query: str, **variables: Any) -> Any:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=30) as client:
            body = {"query": query, "variables": variables}
            answer = (await client.post("/graphql", json=body, headers=self.headers)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def events(self, flow_id: str, after: str, count: int) -> list[Any]:
        """The next events of the flow, over a WebSocket."""
        taken: list[Any] = []
        transport = WebsocketsTransport(url=f"ws://{self.address}/graphql", init_payload=self.headers)
        async with Client(transport=transport, fetch_schema_from_transport=False) as session:
            follow = gql(FOLLOW)
            follow.variable_values = {"id": flow_id, "after": after}
            async with asyncio.timeout(LATER), aclosing(session.subscribe(follow)) as events:
                async for event in events:
                    taken.append(event["flowEvents"])
                    if len(taken) == count:
                        return taken
        raise AssertionError("The subscription ended.")


@pytest.fixture
async def served(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[tuple[Served, Site]]:
    settings = replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url=broadcast_url)
    tenant = await open_engagement(fresh_database, "Ours")
    await admit(fresh_database, tenant, [Member("alice", frozenset({Role.ADMIN}))])
    engine, queue = open_database(fresh_database), PhaseQueue(fresh_database)
    async with working(settings), tiny.serving(create_app(settings)) as address:
        yield Served(address, tmp_path, tenant), Site(fresh_database, engine, queue, tenant)
    await queue.close()
    await engine.dispose()


async def test_who_follows_a_plan_hears_that_it_is_stale_and_why(served: tuple[Served, Site]) -> None:
    server, site = served
    flow, (billing, ledger) = await planned(site)
    id = f"MasterFlow:{flow.id}"
    before = (await server.ask(CURSOR, id=id))["flow"]
    hears = asyncio.create_task(server.events(id, before["eventCursor"], 2))

    ends = {"fromId": f"Application:{billing.id}", "toId": f"Application:{ledger.id}", "kind": "HARD"}
    saved = (await server.ask(SAVE, input=ends))["saveDependency"]

    warned, changed = await hears
    assert saved["errors"] == []
    message = "Billing needs Ledger: this dependency was added, HARD."
    assert warned == {
        "kind": "WARNING",
        "warning": {"code": "CHANGED_SINCE", "phase": "wave_planning", "message": message},
    }
    assert (changed["kind"], changed["phase"], changed["phaseStatus"]) == ("PHASE_STATUS", "wave_planning", "STALE")
    assert changed["flow"]["status"] == "COMPLETED"
    assert (await server.ask(CURSOR, id=id))["flow"]["status"] == "COMPLETED"
