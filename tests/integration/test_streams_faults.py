"""Redis and PostgreSQL going away under the hub: nothing is lost, and what must be noticed is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from broadcaster import Broadcast
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from server.embedded.account import unprivileged
from server.embedded.postgres import Postgres
from server.migration import prepare_database
from streams.backend import RedisBackend
from tests.event_logs import add_tenant, new_id, opened, step, tell, tell_steps
from tests.integration.test_streams import NEVER, _listening, engine, tenant
from tests.nodes import Subscriber, eventually, node, subscribed
from tests.valkey import Valkey

__all__ = ["engine", "tenant"]


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


async def test_redis_killed_and_back_again_loses_nothing(engine: AsyncEngine, tenant: Tenant, valkey: Valkey) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with (
        node(engine, valkey.url, poll_seconds=NEVER) as reader,
        node(engine, valkey.url, poll_seconds=NEVER) as writer,
        subscribed(reader.hub, tenant, flow) as subscriber,
    ):
        for stage in range(3):
            await eventually(lambda: reader.hub.connected and _listening(reader))
            first = 1 + 4 * stage
            await writer.tell(tenant, step(flow, first), step(flow, first + 1))
            await subscriber.until_got(first + 2)
            valkey.kill()
            await eventually(lambda: not reader.hub.connected)
            await writer.tell(tenant, step(flow, first + 2))
            await subscriber.until_got(first + 3)
            valkey.start()
            await writer.tell(tenant, step(flow, first + 3))
            await subscriber.until_got(first + 4)
        async with subscribed(reader.hub, tenant, flow, 10) as late:
            await late.until_got(3)

    assert subscriber.numbers == list(range(13))
    assert late.numbers == [10, 11, 12]


async def test_a_server_without_redis_starts_and_finds_it_later(engine: AsyncEngine, tenant: Tenant) -> None:
    valkey = Valkey()

    async with node(engine, valkey.url, poll_seconds=NEVER) as one, subscribed(one.hub, tenant, None) as subscriber:
        await eventually(lambda: not one.hub.connected)
        await one.tell(tenant, step(None, 1))
        await tell(engine, tenant, step(None, 2))
        await subscriber.until_got(2)
        assert one.hub.healthy
        with valkey:
            await eventually(lambda: one.hub.connected)
            await eventually(lambda: one.publisher.figures()["hints_waiting"] == 0)

    assert subscriber.numbers == [1, 2]


async def test_frozen_redis_is_noticed(engine: AsyncEngine, tenant: Tenant, valkey: Valkey) -> None:
    transport = Broadcast(backend=RedisBackend(valkey.url, heartbeat=0.1, silence=0.5))

    async with node(engine, transport, poll_seconds=NEVER) as one, subscribed(one.hub, tenant, None) as subscriber:
        await eventually(lambda: _listening(one))
        valkey.freeze()
        await eventually(lambda: not one.hub.connected, 2)
        await tell(engine, tenant, step(None, 1))
        await subscriber.until_got(1)
        valkey.thaw()
        await eventually(lambda: one.hub.connected)

    assert subscriber.numbers == [1]


async def test_a_command_is_not_told_that_redis_is_down(engine: AsyncEngine, tenant: Tenant) -> None:
    flows = [new_id() for _ in range(5)]

    async with node(engine, Valkey().url) as one:
        one.publisher._capacity = 3
        for flow in flows:
            await one.tell(tenant, step(flow))
        await eventually(lambda: one.publisher.figures()["hint_failures_total"] >= 1)
        figures = one.publisher.figures()

    assert one.publisher.healthy is False
    assert figures["hints_waiting"] <= 3
    assert figures["hints_dropped_total"] >= 1
    assert figures["hints_published_total"] == 0


@pytest.fixture
def postgres(data: Path) -> Iterator[Postgres]:
    """A server of its own, for a test that stops it."""
    server = Postgres(data, unprivileged(), temporary=True)
    server.start()
    prepare_database(server.url)
    yield server
    server.stop()


async def test_postgres_restarted_under_the_hub_loses_nothing(postgres: Postgres, valkey: Valkey) -> None:
    flow = new_id()

    async with opened(postgres.url) as engine, node(engine, valkey.url, poll_seconds=0.2) as one:
        tenant = await add_tenant(engine)
        await tell_steps(engine, tenant, flow, range(300))
        subscriber = Subscriber(one.hub, tenant, flow)
        await subscriber.until_got(300)
        postgres.stop()
        valkey.kill()
        await eventually(lambda: one.hub.figures()["failures_total"] >= 2)
        late = Subscriber(one.hub, tenant, flow, 290)
        await asyncio.sleep(0.3)
        postgres.start()
        valkey.start()
        await one.tell(tenant, step(flow, 300))
        await subscriber.until_got(301)
        await late.until_got(11)
        await subscriber.close()
        await late.close()

    assert subscriber.numbers == list(range(301))
    assert late.numbers == list(range(290, 301))


async def test_a_queue_that_is_full_says_so_instead_of_growing(valkey: Valkey) -> None:
    backend = RedisBackend(valkey.url, capacity=5)
    other = RedisBackend(valkey.url)
    await backend.connect()
    await other.connect()
    try:
        await backend.subscribe("a")
        await eventually(lambda: backend._notes.get("a") == "\x00resync")
        assert (await backend.next_published()).message == "\x00resync"
        for number in range(20):
            await other.publish("a", str(number))
        await eventually(lambda: "a" in backend._notes)
        await asyncio.sleep(0.1)
        got = [(await backend.next_published()).message for _ in range(6)]
    finally:
        await backend.disconnect()
        await other.disconnect()

    assert got == ["\x00resync", "0", "1", "2", "3", "4"]
