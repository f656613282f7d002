"""What a process of the product has of streams, and subscribers that write down what they get."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from broadcaster import Broadcast
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils import uuid7

from domain.access import Tenant
from domain.event import LiveText, LoggedEvent
from persistence.event_log import EventReader, PendingEvent
from streams.backend import open_broadcast
from streams.hub import Hub
from streams.publisher import Publisher
from streams.writing import TextPublisher
from tests.event_logs import tell

SOON = 10.0


@dataclass(frozen=True)
class Node:
    """One process: its hub, and its publishers."""

    engine: AsyncEngine
    broadcast: Broadcast
    hub: Hub
    publisher: Publisher
    texts: TextPublisher

    async def tell(self, tenant: Tenant, *events: PendingEvent) -> None:
        """Log the events, then announce them."""
        self.publisher.announce(await tell(self.engine, tenant, *events))


@asynccontextmanager
async def node(engine: AsyncEngine, broadcast: str | Broadcast, **options: Any) -> AsyncIterator[Node]:
    """A node that runs as long as the block does; `options` are the hub's."""
    transport = open_broadcast(broadcast) if isinstance(broadcast, str) else broadcast
    hub = Hub(EventReader(engine), transport, **options)
    async with transport, hub, Publisher(transport, hub.hint) as publisher:
        texts = TextPublisher(transport, lambda: datetime.now(UTC), lambda: str(uuid7()))
        yield Node(engine, transport, hub, publisher, texts)


class Subscriber:
    """Follows a flow, or with none the engagement, and keeps what it got; `hold` makes it stall."""

    def __init__(self, hub: Hub, tenant: Tenant, flow_id: str | None, after: int | None = 0) -> None:
        self._iterator: Any = (
            hub.engagement_events(tenant, after) if flow_id is None else hub.flow_events(tenant, flow_id, after)
        )
        self.got: list[LoggedEvent] = []
        self.texts: list[LiveText] = []
        self.error: Exception | None = None
        self.may_read = asyncio.Event()
        self.may_read.set()
        self._changed = asyncio.Condition()
        self._task = asyncio.create_task(self._run())

    @property
    def numbers(self) -> list[int | None]:
        """The numbers in its log of what it got."""
        return [event.data["number"] for event in self.got]

    @property
    def seqs(self) -> list[int | None]:
        return [event.seq for event in self.got]

    async def until(self, condition: Callable[[Subscriber], bool], seconds: float = SOON) -> None:
        """Wait for it to have got that."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def until_got(self, count: int, seconds: float = SOON) -> None:
        await self.until(lambda self: len(self.got) >= count, seconds)

    async def until_ended(self, seconds: float = SOON) -> Exception | None:
        """What it ended with; None when it just ended."""
        async with asyncio.timeout(seconds):
            await self._task
        return self.error

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            async for happening in self._iterator:
                (self.texts if isinstance(happening, LiveText) else self.got).append(happening)
                async with self._changed:
                    self._changed.notify_all()
                await self.may_read.wait()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            await self._iterator.aclose()


@asynccontextmanager
async def subscribed(hub: Hub, tenant: Tenant, flow_id: str | None, after: int | None = 0) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(hub, tenant, flow_id, after)
    try:
        yield subscriber
    finally:
        await subscriber.close()


async def eventually(condition: Callable[[], bool], seconds: float = SOON) -> None:
    """Until it holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - of things that tell nobody
            await asyncio.sleep(0.01)
