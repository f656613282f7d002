"""From a command in one process to the subscriber in another, through PostgreSQL and Redis, at 200 events a second."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import cycle

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.reporting import percentile
from domain.access import Tenant
from domain.event import Event, EventKind, LoggedEvent
from persistence.event_log import EventReader, PendingEvent
from streams.backend import open_broadcast
from streams.hub import Hub
from streams.publisher import Publisher
from tests.event_logs import add_tenant, new_id, opened, tell

EVENTS_A_SECOND = 200
SECONDS = 10
FLOWS = 20
WARM_UP = EVENTS_A_SECOND
TRANSACTIONS = 100
P50_LIMIT, P99_LIMIT = 20, 100


async def measure(url: str, broadcast_url: str) -> None:
    """One process writes, this one reads: each flow and the whole engagement have a subscriber."""
    async with opened(url) as engine:
        tenant = await add_tenant(engine)
        flows = [new_id() for _ in range(FLOWS)]
        await tell(engine, tenant, *(_event(flow) for flow in flows))
        alone = [await _timed(engine, tenant, flows[0]) for _ in range(TRANSACTIONS)]
    delays: list[float] = []
    async with opened(url) as engine, AsyncExitStack() as stack:
        broadcast = await stack.enter_async_context(open_broadcast(broadcast_url))
        hub = await stack.enter_async_context(Hub(EventReader(engine), broadcast))
        readers = [asyncio.create_task(_read(hub, tenant, flow, delays)) for flow in [*flows, None]]
        await asyncio.sleep(1)
        words = ("-m", "benchmarks.bench_streams", url, broadcast_url, *_ids(tenant), *flows)
        writer = await asyncio.create_subprocess_exec(sys.executable, *words)
        await writer.wait()
        await asyncio.sleep(1)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    _report(delays, percentile(alone, 0.5) * 1000)


async def _timed(engine: AsyncEngine, tenant: Tenant, flow: str) -> float:
    """The reference: the transaction alone, with nobody listening."""
    begun = time.perf_counter()
    await tell(engine, tenant, _event(flow))
    return time.perf_counter() - begun


def _report(delays: list[float], alone: float) -> None:
    expected = 2 * EVENTS_A_SECOND * SECONDS
    measured = delays[WARM_UP:]
    p50, p99 = percentile(measured, 0.5) * 1000, percentile(measured, 0.99) * 1000
    kept = p50 < P50_LIMIT and p99 < P99_LIMIT and len(delays) == expected
    print(
        f"  {'event to subscriber':<28} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  (promise p50 < {P50_LIMIT} ms, p99 < "
        f"{P99_LIMIT} ms: {'kept' if kept else 'NOT KEPT'})  {p50 / alone:5.2f} x the transaction alone "
        f"({alone:.2f} ms)  {len(delays)} of {expected} deliveries at {EVENTS_A_SECOND} events/s",
        flush=True,
    )


async def _read(hub: Hub, tenant: Tenant, flow: str | None, delays: list[float]) -> None:
    events = hub.engagement_events(tenant, None) if flow is None else hub.flow_events(tenant, flow, None)
    async for event in events:
        if isinstance(event, LoggedEvent):
            delays.append(time.time() - event.data["told"])  # noqa: PERF401 - it never ends


async def write(url: str, broadcast_url: str, tenant: Tenant, flows: list[str]) -> None:
    """Each event is a transaction of its own, timed before it begins; behind time, it does not wait."""
    async with opened(url) as engine, open_broadcast(broadcast_url) as broadcast, Publisher(broadcast) as publisher:
        begun = time.monotonic()
        for number, flow in zip(range(EVENTS_A_SECOND * SECONDS), cycle(flows), strict=False):
            await asyncio.sleep(max(0.0, begun + number / EVENTS_A_SECOND - time.monotonic()))
            publisher.announce(await tell(engine, tenant, _event(flow)))
        await asyncio.sleep(0.5)


def _event(flow: str) -> PendingEvent:
    data = {"told": time.time(), "progress": 10, "message": "Looked at what depends on the directory."}
    return PendingEvent(flow, "discovery", Event(EventKind.AGENT_STEP, datetime.now(UTC), "inventory", data))


def _ids(tenant: Tenant) -> tuple[str, str]:
    return tenant.client_account_id, tenant.engagement_id


if __name__ == "__main__":
    database, redis, account, engagement, *ids = sys.argv[1:]
    asyncio.run(write(database, redis, Tenant(account, engagement), ids))
