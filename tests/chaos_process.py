"""Processes for the chaos test: `write` logs events and announces most of them, `read` follows them until told to end.

Both are started with one argument, a Plan in JSON. A writer is killed with -9 whenever the test likes; a reader is
asked to end with SIGTERM, waits until its subscribers are where the log ends, and prints what each of them got.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any

from broadcaster import Broadcast
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.event import Event, EventKind, LoggedEvent
from persistence.event_log import EventReader, Head, PendingEvent, append
from streams.backend import open_broadcast
from streams.hub import Hub
from streams.publisher import Publisher
from streams.watch import Limits
from tests.event_logs import opened, writing

CAUGHT_UP_WITHIN = 12.0
WRITING, READING, RESULT = "WRITING", "READING", "RESULT "
# Small, so that lagging readers leave the ring often.
LIMITS = Limits(page=20, ring=32)
UNANNOUNCED, TAKEN_BACK = 0.1, 0.05
STALLING, RESUMING = 0.01, 0.02
# One in five transactions tells something outside any flow, too.
OUTSIDE: tuple[None, ...] = (None,)


@dataclass(frozen=True)
class Plan:
    """Whom it is all about, and how often. `stock` is broadcaster's own delivery: the payload, and no log."""

    database: str
    broadcast: str
    tenants: list[list[str]]
    flows: list[list[str]]
    seed: int = 0
    writers: int = 4
    pause: float = 0.03
    stock: bool = False

    @classmethod
    def loads(cls, text: str) -> Plan:
        return cls(**json.loads(text))

    def tenant(self, number: int) -> Tenant:
        return Tenant(*self.tenants[number])


@dataclass
class Story:
    """What one subscriber got: of which log, from which number on, and each number with the event's mark."""

    name: str
    tenant: int
    flow: str | None
    after: int = 0
    got: list[tuple[int, str]] = field(default_factory=list)
    foreign: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def cursor(self) -> int:
        return self.got[-1][0] if self.got else self.after

    def note(self, number: int, engagement_id: str, data: Any, plan: Plan) -> None:
        self.got.append((number, data["mark"]))
        self.foreign += engagement_id != plan.tenants[self.tenant][1]
        self.delays.append(time.time() - data["told"])


async def write(plan: Plan, ending: asyncio.Event) -> None:
    async with (
        opened(plan.database, plan.writers + 1) as engine,
        _transport(plan) as broadcast,
        Publisher(broadcast) as publisher,
    ):
        _say(WRITING)
        await asyncio.gather(*(_write(plan, number, engine, publisher, ending) for number in range(plan.writers)))


async def _write(plan: Plan, number: int, engine: AsyncEngine, publisher: Publisher, ending: asyncio.Event) -> None:
    chance = random.Random(f"{plan.seed}-{number}")
    marks = (f"{plan.seed}-{number}-{nth}" for nth in count())
    while not ending.is_set():
        which = chance.randrange(len(plan.tenants))
        flows: list[str | None] = [*chance.sample(plan.flows[which], chance.choice((1, 1, 1, 2)))]
        announced = chance.random() > UNANNOUNCED
        events = [
            mark_event(flow, next(marks), announced=announced) for flow in [*flows, *OUTSIDE[chance.randrange(5) :]]
        ]
        with contextlib.suppress(_TakenBack):
            heads = await _commit(engine, plan.tenant(which), events, publisher, chance.random() < TAKEN_BACK)
            if plan.stock:
                await _publish_stock(publisher, heads, events)
            elif announced:
                publisher.announce(heads)
        await asyncio.sleep(chance.uniform(0, 2 * plan.pause))


def mark_event(flow_id: str | None, mark: str, *, announced: bool) -> PendingEvent:
    """An event that can be told from every other."""
    data = {"mark": mark, "told": time.time(), "announced": announced}
    event = Event(EventKind.AGENT_STEP, datetime.now(UTC), "inventory", data)
    return PendingEvent(flow_id, "discovery" if flow_id else None, event)


class _TakenBack(Exception):
    pass


async def _commit(
    engine: AsyncEngine, tenant: Tenant, events: list[PendingEvent], publisher: Publisher, taken_back: bool
) -> tuple[Head, ...]:
    """A transaction that is taken back was announced all the same, as by a process whose commit failed."""
    async with writing(engine, tenant) as connection:
        heads = await append(connection, tenant.engagement_id, events)
        if taken_back:
            publisher.announce(heads)
            raise _TakenBack
    return heads


async def _publish_stock(publisher: Publisher, heads: Iterable[Head], events: Iterable[PendingEvent]) -> None:
    """As one would without a log: the event itself, after the commit, to a channel per flow."""
    numbers = {head.flow_id: head.last_seq for head in heads}
    for told in events:
        message = json.dumps({"number": numbers[told.flow_id], "data": told.event.data})
        with contextlib.suppress(Exception):
            await publisher._broadcast.publish(f"flow:{told.flow_id}", message)


async def read(plan: Plan, ending: asyncio.Event) -> None:
    stories = _stories(plan)
    async with opened(plan.database) as engine, _transport(plan) as broadcast:
        source = EventReader(engine)
        async with contextlib.nullcontext() if plan.stock else Hub(source, broadcast, limits=LIMITS) as hub:
            chances = (random.Random(f"{plan.seed}-{nth}") for nth in count())
            tasks = [
                asyncio.create_task(
                    _story(story, plan, hub, chance, ending) if hub else _stock_story(story, plan, broadcast)
                )
                for story, chance in zip(stories, chances, strict=False)
            ]
            _say(READING)
            await ending.wait()
            await _catch_up(stories, plan, source)
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
    crashes = [repr(end) for end in ends if not isinstance(end, asyncio.CancelledError)]
    _say(RESULT + json.dumps({"stories": [vars(story) for story in stories], "crashes": crashes}))


def _stories(plan: Plan) -> list[Story]:
    logs: list[tuple[int, str | None]] = [(nth, flow) for nth, flows in enumerate(plan.flows) for flow in flows]
    if plan.stock:
        # Each flow's first event was told before anybody listened.
        return [Story("steady", *log, after=1) for log in logs]
    logs += [(nth, None) for nth in range(len(plan.tenants))] * 3
    return [
        Story(kind, *log) for kind, log in zip(cycle(("steady", "late", "resuming", "stalled")), logs, strict=False)
    ]


async def _story(story: Story, plan: Plan, hub: Hub, chance: random.Random, ending: asyncio.Event) -> None:
    """Stalls and pauses only while there is chaos: afterwards everybody reads to the end."""
    if story.name == "late":
        await asyncio.sleep(chance.uniform(2, 5))
    while True:
        async for number, event in _followed(story, plan, hub):
            story.note(number, event.engagement_id, event.data, plan)
            if story.name == "stalled" and chance.random() < STALLING and not ending.is_set():
                await asyncio.sleep(chance.uniform(0.5, 3))
            if story.name == "resuming" and chance.random() < RESUMING:
                break
        await asyncio.sleep(chance.uniform(0, 0.5))


async def _followed(story: Story, plan: Plan, hub: Hub) -> AsyncIterator[tuple[int, LoggedEvent]]:
    tenant = plan.tenant(story.tenant)
    if story.flow is None:
        async with contextlib.aclosing(hub.engagement_events(tenant, story.cursor)) as events:
            async for event in events:
                yield event.position, event
        return
    async with contextlib.aclosing(hub.flow_events(tenant, story.flow, story.cursor)) as happenings:
        async for happening in happenings:
            if isinstance(happening, LoggedEvent):
                yield happening.seq or 0, happening


async def _stock_story(story: Story, plan: Plan, broadcast: Broadcast) -> None:
    async with broadcast.subscribe(f"flow:{story.flow}") as subscriber:
        while True:
            told = json.loads((await subscriber.get()).message)
            story.note(told["number"], plan.tenants[story.tenant][1], told["data"], plan)


async def _catch_up(stories: list[Story], plan: Plan, source: EventReader) -> None:
    logs = [(plan.tenants[story.tenant][1], story.flow) for story in stories]
    heads = await source.heads(logs)
    deadline = time.monotonic() + (2.0 if plan.stock else CAUGHT_UP_WITHIN)
    while time.monotonic() < deadline:
        if all(story.cursor >= heads.get(log, 0) for story, log in zip(stories, logs, strict=True)):
            # What comes twice or too late would come now.
            await asyncio.sleep(0.5)
            return
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _transport(plan: Plan) -> AsyncIterator[Broadcast]:
    """Broadcaster's own raises while Redis is down: it is given another try, so that it gets its chance."""
    broadcast = Broadcast(plan.broadcast) if plan.stock else open_broadcast(plan.broadcast)
    while True:
        try:
            await broadcast.connect()
            break
        except RedisError:
            await asyncio.sleep(0.1)
    try:
        yield broadcast
    finally:
        await broadcast.disconnect()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def _main(role: Callable[[Plan, asyncio.Event], Any], plan: Plan) -> None:
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    await role(plan, ending)


if __name__ == "__main__":
    asyncio.run(_main({"write": write, "read": read}[sys.argv[1]], Plan.loads(sys.argv[2])))
