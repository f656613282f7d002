"""One subscriber: a cursor in a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from domain.event import LiveText, LoggedEvent
from streams.feed import Feed
from streams.lag import Lag
from streams.transcript import Place

T = TypeVar("T")
Page = Callable[[Feed, int], Awaitable[Sequence[LoggedEvent]]]

ASK_AGAIN_AFTER = 0.5


async def persist(read: Callable[[], Awaitable[T]], slots: asyncio.Semaphore) -> T:
    """Read the log, when it cannot be reached as soon as it can be again."""
    while True:
        try:
            async with slots:
                return await read()
        except ConnectionError:
            await asyncio.sleep(ASK_AGAIN_AFTER)


class Follower:
    """Reads on from its cursor: in the log below the feed's floor, else in its ring; text once it is up to date."""

    def __init__(self, feed: Feed, cursor: int, page: Page, lag: Lag | None = None) -> None:
        self.feed = feed
        self._cursor = cursor
        self._joined_at = feed.head
        self._page = page
        self._lag = lag
        self._places: dict[str, Place] = {}

    @property
    def cursor(self) -> int:
        """The number of the last event that was read, or passed over."""
        return self._cursor

    @property
    def behind(self) -> int:
        """How many numbers of the log lie between what is known of it and what was read."""
        return max(0, self.feed.head - self._cursor)

    async def read(self) -> Sequence[LoggedEvent | LiveText]:
        """What is next; nothing when the follower is up to date."""
        events = await self._next_events()
        if events:
            self._cursor = self.feed.number(events[-1])
            # What had happened before it was followed is no lag.
            if self._lag is not None and self._cursor > self._joined_at:
                self._lag.note(events[-1])
            return events
        return list(self.feed.unread(self._places))

    async def _next_events(self) -> Sequence[LoggedEvent]:
        while True:
            floor = self.feed.floor
            events: Sequence[LoggedEvent] | None = self.feed.since(self._cursor)
            if events is None:
                events = await self._page(self.feed, self._cursor)
                if not events:
                    # All that is left up to there was of flows that are deleted: go on where the ring began.
                    self._cursor = floor
                    continue
            return events
