"""Watching queues over real sockets: two API processes, members with other roles, engagements and client accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.access import Member, Role, Tenant
from domain.customer import Customer
from persistence.database import open_database
from server.admission import admit
from server.app import create_app
from tests.graph import Graph
from tests.integration import tiny
from tests.integration.test_graph_queue import change
from tests.integration.test_graph_scoring import neighbour_of
from tests.integration.watching import Site, Watcher, events, other_engagement, settings, site, watching
from tests.toy import new_id, now

QUEUE = """subscription ($owner: String, $after: String) { workflowQueueChanges(owner: $owner, after: $after) {
  cursor removedIds changed { kind } queue { owner stats { total maxPriority } } } }"""
SAVE = "mutation ($input: SaveScoringRulesInput!) { saveScoringRules(input: $input) { errors { message } } }"


@pytest.fixture
async def here(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with site(fresh_database, broadcast_url, tmp_path) as made:
        yield made


@pytest.fixture
async def there(here: Site, fresh_database: str, broadcast_url: str) -> AsyncIterator[Site]:
    """The same behind a second API."""
    app = create_app(settings(fresh_database, broadcast_url, here.data))
    async with tiny.serving(app) as address:
        yield replace(here, address=address, app=app)


@pytest.fixture
async def graph(here: Site) -> AsyncIterator[Graph]:
    engine = open_database(here.url)
    yield Graph(engine, here.bench.work, here.tenant)
    await engine.dispose()


def customer(owner: str = "alice") -> Customer:
    renewal = now().date() + timedelta(days=10)
    return Customer(new_id(), "Acme", Decimal(0), owner, renewal_date=renewal)


async def watch(stack: AsyncExitStack, at: Site, subject: str, tenant: Tenant | None = None, **asked: Any) -> Watcher:
    """From the log's beginning: the first answer says that all of it is to be read, and that it is under way."""
    watcher = await stack.enter_async_context(watching(at, subject, tenant))
    await watcher.subscribe(QUEUE, after="0", **asked)
    await watcher.until(1)
    return watcher


async def until(watcher: Watcher, **stats: Any) -> dict[str, Any]:
    """The first change after which the queue has these numbers."""
    async with asyncio.timeout(15):
        for count in range(1, 20):
            told = events(await watcher.until(count), "workflowQueueChanges")[-1]
            if stats.items() <= told["queue"]["stats"].items():
                return dict(told)
    raise AssertionError(watcher.answers())


async def test_changes_reach_watchers_of_every_process(here: Site, there: Site, graph: Graph) -> None:
    await change(graph, acme := customer())
    async with AsyncExitStack() as stack:
        mine = await watch(stack, here, "alice")
        viewers = await watch(stack, there, "bob", owner="alice")
        own = await watch(stack, there, "bob")
        await change(graph, customer())
        for watcher in (mine, viewers):
            assert (await until(watcher, total=2))["queue"]["owner"] == "alice"

        await mine.subscribe(SAVE, "save", input={"rules": {"renewalBase": {"critical": 90}}})
        assert (await mine.until(1, "save"))[0]["data"]["saveScoringRules"]["errors"] == []
        for watcher in (mine, viewers):
            await until(watcher, total=2, maxPriority=100)

        await change(graph, replace(acme, owner="bob", version=2))
        for watcher in (mine, viewers, own):
            await until(watcher, total=1)


async def test_rules_reach_neighbours_and_no_strangers(here: Site, there: Site, graph: Graph) -> None:
    neighbour = await neighbour_of(graph)
    await admit(here.url, neighbour.tenant, [Member("bob", frozenset({Role.VIEWER}))])
    stranger = replace(graph, tenant=await other_engagement(here, "bob"))
    for each in (graph, neighbour, stranger):
        await change(each, customer("bob"))
    async with AsyncExitStack() as stack:
        near = await watch(stack, there, "bob", neighbour.tenant)
        far = await watch(stack, there, "bob", stranger.tenant)
        alice = await stack.enter_async_context(watching(here))
        await alice.subscribe(SAVE, "save", input={"rules": {"renewalBase": {"critical": 90}}})
        await alice.until(1, "save")

        await until(near, maxPriority=100)

        await change(stranger, customer("bob"))
        assert (await until(far, total=2))["queue"]["stats"]["maxPriority"] == 90
