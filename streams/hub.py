"""The hub: one a process. It reads every followed log once, for all who follow it.

A subscriber is a cursor, not a queue. Above the ring's floor it reads the ring, below it pages the log: replay,
resuming, lagging and gaps are one path, and who does not read costs no memory. Hints make it fast, polling makes it
true: nothing depends on a hint having arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import NoReturn, Self
from uuid import UUID

from broadcaster import Broadcast

from domain.access import Tenant
from domain.event import LiveText, LoggedEvent
from streams.channels import HINTS, LOST, RESYNC, Hint, read_hints
from streams.ending import end
from streams.feed import Feed, deleted, expired
from streams.follower import Follower, persist
from streams.following import Following
from streams.lag import Lag
from streams.source import EventSource
from streams.texts import Texts
from streams.watch import Limits, Polling, Watch


class Hub:
    """Implements the domain's EventStream. `async with hub:` runs it; the broadcaster is connected by its owner."""

    def __init__(
        self,
        reader: EventSource,
        broadcast: Broadcast,
        *,
        poll_seconds: float = 1.0,
        alone_seconds: float = 0.2,
        limits: Limits | None = None,
    ) -> None:
        self._reader = reader
        self._broadcast = broadcast
        self._limits = limits or Limits()
        self._watch = Watch(reader, Polling(poll_seconds, alone_seconds), self._limits)
        self._paging = asyncio.Semaphore(self._limits.reads)
        self._texts = Texts(broadcast, self._watch)
        self._tasks: list[asyncio.Task[NoReturn]] = []
        self._followers: set[Follower] = set()
        self.lag = Lag()
        self._delivered = 0
        self._pages = 0
        self._stopped = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen and poll, until stopped."""
        self._tasks = [asyncio.create_task(self._watch.run()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """End every iteration that waits, and everything that runs."""
        self._stopped = True
        for feed in self._watch:
            feed.tell()
        await end(self._tasks)
        await self._watch.stop()
        await self._texts.stop()

    def hint(self, hints: Iterable[Hint]) -> None:
        """What the publisher of this process tells directly."""
        self._watch.hint(hints)

    @property
    def healthy(self) -> bool:
        """Whether it runs and could read the log lately."""
        return all(not task.done() for task in self._tasks) and self._watch.healthy

    @property
    def connected(self) -> bool:
        """Whether hints and live text arrive; without, events come by polling."""
        return self._watch.hinted

    def figures(self) -> Mapping[str, float]:
        """Counts since the start, and what is there now."""
        return {
            **self._watch.counts,
            "deliveries_total": self._delivered,
            "pages_total": self._pages,
            "followers": len(self._followers),
            "followed_logs": sum(1 for _ in self._watch),
            "events_behind": max((follower.behind for follower in self._followers), default=0),
            "connected": self.connected,
        }

    def flow_events(self, tenant: Tenant, flow_id: str, after: int | None) -> AsyncGenerator[LoggedEvent | LiveText]:
        """What the flow tells after that number, or from now on where it is None, and text as it is written."""
        return self._follow(tenant, flow_id, after)

    async def engagement_events(self, tenant: Tenant, after: int | None) -> AsyncGenerator[LoggedEvent]:
        """What happens in the engagement after that position, or from now on where it is None."""
        async with aclosing(self._follow(tenant, None, after)) as happenings:
            async for happening in happenings:
                if isinstance(happening, LoggedEvent):
                    yield happening

    async def follow(self, tenant: Tenant, flow_id: str | None, after: int | None) -> Following:
        """The same, of a flow or with None of the engagement, as something that can be handed on; it must be left."""
        follower = await self._join(tenant, flow_id if flow_id is None else _canonical(flow_id), after)
        return Following(follower, self._count, lambda: self._leave(follower), lambda: self._stopped)

    async def _follow(
        self, tenant: Tenant, flow_id: str | None, after: int | None
    ) -> AsyncGenerator[LoggedEvent | LiveText]:
        following = await self.follow(tenant, flow_id, after)
        try:
            while not self._stopped:
                happenings = await following.read()
                for happening in happenings:
                    yield happening
                if not happenings:
                    await following.wait()
        finally:
            following.leave()

    def _count(self, deliveries: int) -> None:
        self._delivered += deliveries

    async def _join(self, tenant: Tenant, flow_id: str | None, after: int | None) -> Follower:
        """Checked against the database, not against what this process knows: the cursor may be another's."""
        key = (tenant.engagement_id, flow_id)
        heads = await persist(lambda: self._reader.heads([key]), self._paging)
        head = heads.get(key, 0 if flow_id is None else None)
        if head is None:
            raise deleted()
        cursor = head if after is None else after
        if not 0 <= cursor <= head:
            raise expired()
        feed = self._watch.join(tenant, flow_id, head)
        self._texts.join(feed)
        follower = Follower(feed, cursor, self._page, self.lag)
        self._followers.add(follower)
        return follower

    def _leave(self, follower: Follower) -> None:
        self._followers.discard(follower)
        self._texts.leave(follower.feed)
        self._watch.leave(follower.feed)

    async def _page(self, feed: Feed, cursor: int) -> Sequence[LoggedEvent]:
        self._pages += 1
        limit = self._limits.page
        return await persist(lambda: self._reader.page(feed.tenant, feed.flow_id, cursor, limit), self._paging)

    async def _listen(self) -> NoReturn:
        async with self._broadcast.subscribe(HINTS) as subscriber:
            while True:
                message = (await subscriber.get()).message
                if message in (LOST, RESYNC):
                    self._watch.hinted = message == RESYNC
                    self._watch.look()
                else:
                    self._watch.hint(read_hints(message))


def _canonical(flow_id: str) -> str:
    try:
        return str(UUID(flow_id))
    except ValueError:
        raise deleted() from None
