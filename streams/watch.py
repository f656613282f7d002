"""Keeps every followed log up to date: reads what hints announce, and polls all of them for what was not announced."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from domain.access import Tenant
from domain.errors import DomainError, NotFound
from domain.event import LoggedEvent
from streams.channels import Hint
from streams.ending import end
from streams.feed import Feed, deleted, expired
from streams.source import EventSource, Log

log = logging.getLogger(__name__)

HEALTHY_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Events a page, events a ring holds, and reads at once, for the hub and again for all its subscribers."""

    page: int = 100
    ring: int = 256
    reads: int = 2


@dataclass(frozen=True, slots=True)
class Polling:
    """Seconds between polls while hints come, and while they do not."""

    usual: float = 1.0
    alone: float = 0.2


class Watch:
    """The logs that are followed, each once however many follow it."""

    def __init__(self, source: EventSource, polling: Polling, limits: Limits) -> None:
        self._source = source
        self._polling = polling
        self._limits = limits
        self._feeds: dict[Log, Feed] = {}
        self._by_id: dict[str, Feed] = {}
        self._behind: defaultdict[Tenant, set[Feed]] = defaultdict(set)
        self._reading: dict[Tenant, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(limits.reads)
        self._look = asyncio.Event()
        self._answered_at: float | None = None
        self.hinted = True
        self.counts = dict.fromkeys(("hints_total", "polls_total", "reads_total", "failures_total"), 0)

    def __iter__(self) -> Iterator[Feed]:
        return iter(list(self._feeds.values()))

    @property
    def healthy(self) -> bool:
        """Whether the log could be read lately."""
        if self._answered_at is None:
            return False
        return asyncio.get_running_loop().time() - self._answered_at < HEALTHY_WITHIN

    def find(self, engagement_id: str, flow_id: str | None) -> Feed | None:
        """The feed of that log, if somebody follows it."""
        return self._feeds.get((engagement_id, flow_id))

    def join(self, tenant: Tenant, flow_id: str | None, head: int) -> Feed:
        """The feed of a log that is there, and reached to `head` a moment ago; every join needs its leave."""
        feed = self.find(tenant.engagement_id, flow_id)
        if feed is None:
            feed = Feed(tenant, flow_id, head, self._limits.ring)
            self._feeds[feed.log] = self._by_id[feed.log_id] = feed
            # What was announced between that moment and this line found no feed.
            self._catch_up(feed)
        feed.followers += 1
        return feed

    def leave(self, feed: Feed) -> None:
        """One follower less; what nobody follows is forgotten."""
        feed.followers -= 1
        if feed.followers == 0:
            self._forget(feed)

    def hint(self, hints: Iterable[Hint]) -> None:
        """Somebody says that these logs have grown."""
        for log_id, number in hints:
            self.counts["hints_total"] += 1
            feed = self._by_id.get(log_id)
            if feed is not None and number > feed.head:
                self._catch_up(feed)
            elif feed is not None and number == 0:
                self.look()

    def look(self) -> None:
        """Poll now."""
        self._look.set()

    async def run(self) -> NoReturn:
        """Poll for ever."""
        while True:
            await self._poll()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._polling.usual if self.hinted else self._polling.alone):
                    await self._look.wait()
            self._look.clear()

    async def stop(self) -> None:
        """Stop reading."""
        await end(self._reading.values())

    def _forget(self, feed: Feed) -> None:
        if self._feeds.get(feed.log) is feed:
            del self._feeds[feed.log], self._by_id[feed.log_id]

    async def _poll(self) -> None:
        """One query for all; it may be older than what was read meanwhile, so compare with the numbers before it."""
        before = [(feed, feed.head) for feed in self]
        try:
            heads = await self._source.heads([feed.log for feed, _ in before])
        except ConnectionError as problem:
            self._fail(problem)
            return
        self._answered_at = asyncio.get_running_loop().time()
        self.counts["polls_total"] += 1
        for feed, head in before:
            feed.sweep()
            self._compare(feed, head, heads.get(feed.log, 0 if feed.flow_id is None else None))

    def _compare(self, feed: Feed, head: int, found: int | None) -> None:
        if found is None:
            self._end(feed, deleted())
        elif found < head:
            # Only a database brought back from a copy forgets numbers.
            self._end(feed, expired())
        elif found > feed.head:
            self._catch_up(feed)

    def _end(self, feed: Feed, why: DomainError) -> None:
        feed.end(deleted if isinstance(why, NotFound) else expired)
        self._forget(feed)

    def _catch_up(self, feed: Feed) -> None:
        """Read what is new, with whatever else of the engagement is asked for until its turn has come."""
        self._behind[feed.tenant].add(feed)
        if feed.tenant not in self._reading:
            self._reading[feed.tenant] = asyncio.create_task(self._read_all(feed.tenant))

    def _fail(self, problem: ConnectionError) -> None:
        self.counts["failures_total"] += 1
        log.warning("%s", problem)

    async def _read_all(self, tenant: Tenant) -> None:
        try:
            while feeds := self._behind.pop(tenant, None):
                async with self._slots:
                    await self._read(tenant, feeds)
        except ConnectionError as problem:
            self._fail(problem)
            # The next poll finds these feeds behind again.
            self._behind.pop(tenant, None)
        finally:
            del self._reading[tenant]

    async def _read(self, tenant: Tenant, feeds: Iterable[Feed]) -> None:
        self.counts["reads_total"] += 1
        told = await self._source.newer(tenant, {feed.flow_id: feed.head for feed in feeds}, self._limits.page)
        for feed in feeds:
            await self._take(feed, told.get(feed.flow_id, ()))

    async def _take(self, feed: Feed, events: Sequence[LoggedEvent]) -> None:
        """Nothing to read where something was announced: ask the log itself, which knows of deletion and purges."""
        if not events:
            try:
                events = await self._source.page(feed.tenant, feed.flow_id, feed.head, self._limits.page)
            except DomainError as why:
                self._end(feed, why)
                return
        feed.extend(events)
        if len(events) == self._limits.page:
            self._catch_up(feed)
