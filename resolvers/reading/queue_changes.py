"""Following an owner's queue: looked at when the engagement's log tells of what it is made of, and at midnight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.customer_success.queue_change import Look, QueueChanged, changed_since, concerns
from domain.errors import DomainError
from domain.event import LoggedEvent
from domain.flows.customer_success import DEFINITION
from resolvers.context import Context
from resolvers.reading import engagement
from resolvers.reading.workflow_queue import queue_of

# Changes come in bursts: so long they are gathered, that the queue is looked at once for all.
SETTLE_SECONDS = 0.1
# The clock is looked at as often, for it may be set.
LONGEST_WAIT = 600.0


class News:
    """What a log tells of queues, gathered while nobody looks."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._oldest: int | None = None
        self._ended = False
        self.failure: DomainError | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more is told, and all that was told is taken."""
        return self._ended and self._oldest is None

    def tell(self, event: LoggedEvent) -> None:
        """One more that may have changed a queue."""
        if self._oldest is None:
            self._oldest = event.position
        self._told.set()

    def end(self) -> None:
        """Nothing more is told."""
        self._ended = True
        self._told.set()

    async def wait(self, seconds: float) -> bool:
        """Until something is told, and a moment longer; False when nothing was for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        if self._oldest is not None and not self._ended:
            await asyncio.sleep(SETTLE_SECONDS)
        return self._oldest is not None

    def take(self) -> int | None:
        """The position of the oldest that was told since the last time; None where none was."""
        if not self._ended:
            self._told.clear()
        oldest, self._oldest = self._oldest, None
        return oldest


async def follow_queue(context: Context, owner: str, after: int | None) -> AsyncGenerator[QueueChanged, None]:
    """What changes in the queue after that position of the engagement's log, or from now on where it is None."""
    begun = before = await _look(context, owner)
    events = context.events.engagement_events(context.caller.tenant, after)
    async with _gathering(events) as news:
        while not news.done:
            if not await news.wait(_seconds_left(context, before)) and _same_day(context, before):
                continue
            oldest, now = news.take(), await _look(context, owner)
            # What the first look shows already nobody was told of: the queue before it is not known here.
            missed = oldest is not None and oldest <= begun.position
            change = QueueChanged(owner, now.position) if missed else changed_since(owner, before, now)
            before = now
            if change is not None:
                yield change


async def _look(context: Context, owner: str) -> Look:
    """The queue as it is now. Nothing stays open: a transaction held for the life of a subscription blocks vacuum."""
    context.loaded.clear()
    await context.reads.refresh()
    queue, known = await queue_of(context, owner), await engagement.current(context)
    shown = await context.reads.queues.shown(queue.listing())
    await context.reads.refresh()
    next_day = datetime.combine(queue.today + timedelta(days=1), time(), ZoneInfo(known.engagement.timezone))
    return Look(known.last_position, next_day, shown)


def _seconds_left(context: Context, look: Look) -> float:
    return min(LONGEST_WAIT, max(0.0, (look.until - context.caller.now()).total_seconds()))


def _same_day(context: Context, look: Look) -> bool:
    return context.caller.now() < look.until


@asynccontextmanager
async def _gathering(events: AsyncGenerator[LoggedEvent, None]) -> AsyncIterator[News]:
    news = News()
    task = asyncio.create_task(_gather(events, news))
    try:
        yield news
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if news.failure is not None:
        raise news.failure


async def _gather(events: AsyncGenerator[LoggedEvent, None], news: News) -> None:
    try:
        async with aclosing(events) as told:
            async for event in told:
                if concerns(event, DEFINITION.kind):
                    news.tell(event)
    except DomainError as failure:
        news.failure = failure
    finally:
        news.end()
