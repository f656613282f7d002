"""One event to many: beside plain Strawberry and graphql-ws on Node, to 5,000 sockets, for long, and beside a stall."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.fanout_servers import Contender, Crowd, crowd, graphql_ws, strawberry
from benchmarks.site import Site, serve
from domain.commands import Source, StartFlow
from domain.event import Event, EventKind
from domain.flow import Flow
from persistence.event_log import PendingEvent
from resolvers import flows
from tests.event_logs import opened
from tests.integration.conftest import Bench, postgres_bench
from tests.nodes import Node, node
from tests.toy import caller

QUERY = """subscription Watch($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) {
  __typename kind cursor flowId occurredAt ... on AgentActivity { phase agent message percent source } } }"""

SUBSCRIBERS, EVENTS, ROUNDS, EVENTS_A_SECOND = 500, 40, 3, 10
STRAWBERRY_SHARE, NODE_SHARE = 1 / 6, 1 / 2

SOCKETS, GROUPS, GROUP_RATE, GROUP_SECONDS, P99_LIMIT = 5_000, 50, 20, 20, 500
IDLE_LIMIT = 60

LONG, LONG_WARM_UP, LONG_LIMIT = 100_000, 5_000, 2

PAIRS, STALL_EVENTS, STALL_RATE, STALL_PADDING, STALL_SUBSCRIPTIONS = 5, 40, 8, 2_000, 100
# More than a socket's buffers take for so many subscriptions: then it stands still, and is not only slow.
STALL_FILL = 25
STALL_GROWTH, STALL_MORE_MS = 1.5, 10


@dataclass
class Ours:
    """The product: an API process of its own, and a writer in this one, as a worker would be."""

    site: Site
    bench: Bench
    writer: Node
    flows: Sequence[Flow]

    async def tell(self, flow: Flow, count: int = 1, padding: int = 0) -> None:
        """Events of that flow, in one transaction."""
        await self.writer.tell(self.bench.tenant, *(_step(flow, padding) for _ in range(count)))

    async def contender(self, flow: Flow) -> Contender:
        """Its subscribers begin one event before the end: when that comes they are known to be there."""

        async def publish(_told: dict[str, Any]) -> None:
            await self.tell(flow)

        headers = {name: self.site.client.headers[name] for name in NAMES}
        address = f"{str(self.site.client.base_url).rstrip('/')}/graphql".replace("http", "ws", 1)
        after = str(len(await self.bench.events(flow.id)) - 1)
        payload = {"query": QUERY, "variables": {"id": f"MasterFlow:{flow.id}", "after": after}}
        return Contender("ours", address, self.site.process.pid, publish, headers, payload)


NAMES = ("Authorization", "X-Client-Account-ID", "X-Engagement-ID")


async def measure(url: str, broadcast_url: str) -> None:
    """Each measure on servers that have just started."""
    for part in (_compare, _crowd, _long, _stall):
        async with _ours(url, broadcast_url, GROUPS if part is _crowd else 1) as ours:
            await part(ours)


@asynccontextmanager
async def _ours(url: str, broadcast_url: str, count: int) -> AsyncIterator[Ours]:
    async with (
        postgres_bench(url) as bench,
        opened(url) as engine,
        node(engine, broadcast_url) as writer,
        AsyncExitStack() as stack,
    ):
        started = [await flows.start_flow(caller(bench.work, bench.tenant), _discovery()) for _ in range(count)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # One subject plays them all, from one address.
        unlimited = {"FLOTILLA_TOKEN_RATE": "0", "FLOTILLA_ADDRESS_RATE": "0", "FLOTILLA_COST_BUDGET": "0"}
        site = await stack.enter_async_context(serve(url, broadcast_url, folder, bench.tenant, **unlimited))
        yield Ours(site, bench, writer, started)


async def _compare(ours: Ours) -> None:
    """Server CPU a delivery; the three take turns, so that what the machine does besides is the same for all."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mine = await ours.contender(ours.flows[0])
        plain = await stack.enter_async_context(strawberry(QUERY))
        on_node = await stack.enter_async_context(graphql_ws(QUERY, folder))
        contenders = [each for each in (mine, plain, on_node) if each is not None]
        crowds = [await stack.enter_async_context(crowd()) for _ in contenders]
        for contender, subscribers in zip(contenders, crowds, strict=True):
            await subscribers.open(contender, SUBSCRIBERS)
        spent = {contender.name: 0.0 for contender in contenders}
        for round_ in range(ROUNDS + 1):
            for contender, subscribers in zip(contenders, crowds, strict=True):
                taken = await _round(contender, subscribers, 1 + round_ * EVENTS)
                # The first is a warm-up.
                spent[contender.name] += taken if round_ else 0.0
    _tell_comparison({name: seconds / (SUBSCRIBERS * EVENTS * ROUNDS) for name, seconds in spent.items()})


async def _round(contender: Contender, subscribers: Crowd, first: int) -> float:
    """Seconds of processor that the server takes for the events from that number on."""
    await subscribers.do("reset")
    before = contender.cpu()
    for number in range(first, first + EVENTS):
        await contender.publish(_told(number))
        await asyncio.sleep(1 / EVENTS_A_SECOND)
    found = await subscribers.report(SUBSCRIBERS * EVENTS)
    if found["deliveries"] != SUBSCRIBERS * EVENTS or found["lost"]:
        raise RuntimeError(f"{contender.name} delivered {found}")
    return contender.cpu() - before


def _tell_comparison(spent: dict[str, float]) -> None:
    mine = spent.pop("ours") * 1e6
    limits = {"plain Strawberry": STRAWBERRY_SHARE, "graphql-ws on Node": NODE_SHARE}
    for name, seconds in spent.items():
        ratio = mine / (seconds * 1e6)
        _line(
            "server CPU a delivery",
            f"{mine:7.2f} µs  {name} {seconds * 1e6:.2f} µs  ratio {ratio:.3f}",
            f"<= {limits[name]:.3f}",
            kept=ratio <= limits[name],
        )
    if len(spent) < len(limits):
        print("  graphql-ws could not be installed: not compared", flush=True)


async def _crowd(ours: Ours) -> None:
    """Idle sockets first, then subscriptions on as many, in groups of a flow each."""
    async with crowd() as idle, crowd() as subscribers:
        contenders = [await ours.contender(flow) for flow in ours.flows]
        await idle.open(contenders[0], 100, payload=None)
        before = contenders[0].resident()
        await idle.open(contenders[0], SUBSCRIBERS, payload=None)
        _line_of_memory("idle socket", contenders[0].resident() - before, SUBSCRIBERS)
        before = contenders[0].resident()
        for contender in contenders:
            await subscribers.open(contender, SOCKETS // GROUPS)
        _line_of_memory("socket with a subscription", contenders[0].resident() - before, SOCKETS)
        await subscribers.do("reset")
        total = GROUP_RATE * GROUP_SECONDS
        spent = contenders[0].cpu()
        await _steadily(total, GROUP_RATE, lambda number: ours.tell(ours.flows[number % GROUPS]))
        expected = total * SOCKETS // GROUPS
        found = await subscribers.report(expected)
        spent = contenders[0].cpu() - spent
    p99 = found["p99"] * 1000
    _line(
        f"{SOCKETS:,} sockets in {GROUPS} groups",
        f"p50 {found['p50'] * 1000:.1f} ms  p95 {found['p95'] * 1000:.1f} ms  p99 {p99:.1f} ms  "
        f"{found['deliveries']:,} of {expected:,} deliveries, {found['lost']} lost  "
        f"{spent / expected * 1e6:.1f} µs of CPU each",
        f"all, p99 < {P99_LIMIT} ms",
        kept=p99 < P99_LIMIT and found["deliveries"] == expected and not found["lost"],
    )


async def _long(ours: Ours) -> None:
    """What one subscription leaves behind."""
    flow = ours.flows[0]
    async with crowd() as subscribers:
        contender = await ours.contender(flow)
        await subscribers.open(contender, 1)
        await subscribers.do("reset")
        for number in range(0, LONG_WARM_UP, 100):
            await ours.tell(flow, 100)
            await subscribers.report(number)
        before, begun = contender.resident(), contender.cpu()
        for number in range(LONG_WARM_UP, LONG_WARM_UP + LONG, 100):
            await ours.tell(flow, 100)
            await subscribers.report(number)
        found = await subscribers.report(LONG_WARM_UP + LONG, 60)
        grown = (contender.resident() - before) / 1e6
        spent = (contender.cpu() - begun) / LONG * 1e6
    _line(
        f"{LONG:,} events on one",
        f"{grown:+.2f} MB  {found['deliveries'] - LONG_WARM_UP:,} delivered, {found['lost']} lost  {spent:.0f} µs each",
        f"< {LONG_LIMIT} MB",
        kept=grown < LONG_LIMIT and found["deliveries"] == LONG + LONG_WARM_UP and not found["lost"],
    )


async def _stall(ours: Ours) -> None:
    """What 499 others notice of one that reads nothing; with and without it in turn."""
    pairs: list[tuple[float, float]] = []
    flow = ours.flows[0]
    async with crowd() as subscribers, crowd() as staller:
        await subscribers.open(await ours.contender(flow), SUBSCRIBERS - 1)
        # Once each before it counts, so that all that is made once is made.
        for number in range(PAIRS + 1):
            alone = await _p95(ours, subscribers, flow)
            stalled = await ours.contender(flow)
            order = {"address": stalled.address, "headers": stalled.headers, "payload": stalled.payload}
            await staller.do("stall", subscriptions=STALL_SUBSCRIPTIONS, **order)
            await ours.tell(flow, STALL_FILL, STALL_PADDING)
            await subscribers.report((STALL_EVENTS + STALL_FILL) * (SUBSCRIBERS - 1))
            beside = await _p95(ours, subscribers, flow)
            await staller.do("release")
            if number:
                pairs.append((alone, beside))
                print(f"  pair {number}: p95 alone {alone:.1f} ms, beside a stalled one {beside:.1f} ms", flush=True)
    alone, beside = (median(column) for column in zip(*pairs, strict=True))
    growth = median(beside / alone for alone, beside in pairs)
    more = median(beside - alone for alone, beside in pairs)
    _line(
        "others' p95 beside a stall",
        f"{beside:.1f} ms  alone {alone:.1f} ms  ratio {growth:.2f}, {more:+.1f} ms",
        f"ratio <= {STALL_GROWTH} or at most {STALL_MORE_MS} ms more",
        kept=growth <= STALL_GROWTH or more <= STALL_MORE_MS,
    )


async def _p95(ours: Ours, subscribers: Crowd, flow: Flow) -> float:
    await subscribers.do("reset")
    await _steadily(STALL_EVENTS, STALL_RATE, lambda _number: ours.tell(flow, padding=STALL_PADDING))
    expected = STALL_EVENTS * (SUBSCRIBERS - 1)
    found = await subscribers.report(expected)
    if found["deliveries"] != expected or found["lost"]:
        raise RuntimeError(f"delivered {found}")
    return float(found["p95"] * 1000)


async def _steadily(count: int, rate: float, do: Any) -> None:
    """That often a second; behind time, it does not wait."""
    begun = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        await do(number)


def _line(what: str, figures: str, promise: str, *, kept: bool) -> None:
    print(f"  {what:<28} {figures}  (promise {promise}: {'kept' if kept else 'NOT KEPT'})", flush=True)


def _line_of_memory(what: str, grown: int, sockets: int) -> None:
    each = grown / sockets / 1000
    _line(what, f"{each:.1f} kB", f"< {IDLE_LIMIT} kB", kept=each < IDLE_LIMIT)


def _step(flow: Flow, padding: int = 0) -> PendingEvent:
    told = _told(0, padding)
    data = {name: told[name] for name in ("agent", "message", "percent", "source")}
    return PendingEvent(flow.id, "discovery", Event(EventKind.AGENT_STEP, datetime.now(UTC), "data_import", data))


def _told(number: int, padding: int = 0) -> dict[str, Any]:
    return {
        "kind": "AGENT_STEP",
        "cursor": str(number),
        "flowId": "MasterFlow:01a1fe89-c8f3-75f8-bfd5-b90b4b6fa542",
        "occurredAt": "2026-11-21T12:00:00.000Z",
        "phase": "data_import",
        "agent": "scout",
        "message": f"{time.time():.6f} looked at what depends on the directory.{'x' * padding}",
        "percent": 10,
        "source": "RULES",
    }


def _discovery() -> StartFlow:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"Application,Criticality\nLedger,high\n"

    return StartFlow("discovery", {}, source=Source("small.csv", "text/csv", chunks(), 1 << 20))
