"""Publishes text while it is written: a message per 50 ms however many tokens, the whole of it once a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from broadcaster import Broadcast
from redis.exceptions import RedisError

from domain.ports import Clock, Ids
from streams.channels import text_channel
from streams.ending import end
from streams.transcript import LONGEST, TextMessage, units

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between messages, and between messages that hold the whole text."""

    message: float = 0.05
    whole: float = 1.0


class Text:
    """A text that is being written. `write` may be called from any thread; it only remembers."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._taken = 0

    def write(self, piece: str) -> None:
        """Go on with the text."""
        self._pieces.append(piece)

    def take(self) -> str:
        """What was written since the last look."""
        start, self._taken = self._taken, len(self._pieces)
        return "".join(self._pieces[start : self._taken])

    def take_all(self) -> str:
        """All that was written, as if it had been looked at."""
        self._taken = len(self._pieces)
        return "".join(self._pieces[: self._taken])


class TextPublisher:
    """One a process. Live only: what Redis does not take is not repeated, the finished text is an event of the log."""

    def __init__(self, broadcast: Broadcast, clock: Clock, ids: Ids, pace: Pace | None = None) -> None:
        self._broadcast = broadcast
        self._clock = clock
        self._ids = ids
        self._pace = pace or Pace()
        self._published = 0
        self._failures = 0

    @asynccontextmanager
    async def writing(self, engagement_id: str, flow_id: str, writer: str) -> AsyncIterator[Text]:
        """A text that readers of the flow see while it grows; leaving the block says that it is done."""
        message = TextMessage(flow_id, writer, self._ids(), 0, "", "")
        channel = text_channel(engagement_id)
        text = Text()
        task = asyncio.create_task(self._follow(channel, message, text))
        try:
            yield text
        finally:
            await end([task])
            await self._send(channel, replace(message, text=text.take_all()[:LONGEST], whole=True, done=True))

    def figures(self) -> Mapping[str, float]:
        """Counts since the start."""
        return {"texts_published_total": self._published, "text_failures_total": self._failures}

    async def _follow(self, channel: str, message: TextMessage, text: Text) -> None:
        """The first message is a whole one: it says that a new take has begun."""
        loop = asyncio.get_running_loop()
        whole_at = loop.time()
        while True:
            if loop.time() >= whole_at:
                whole_at = loop.time() + self._pace.whole
                message = replace(message, offset=0, text=text.take_all()[:LONGEST], whole=True)
                await self._send(channel, message)
            elif new := text.take():
                offset = message.offset + units(message.text)
                message = replace(message, offset=offset, text=new, whole=False)
                await self._send(channel, message)
            await asyncio.sleep(self._pace.message)

    async def _send(self, channel: str, message: TextMessage) -> None:
        try:
            await self._broadcast.publish(channel, replace(message, at=self._clock().isoformat()).dumps())
        except (RedisError, OSError) as problem:
            self._failures += 1
            log.debug("Text was not published: %s", problem)
        else:
            self._published += 1
