"""Listens to the text that is being written in the engagements whose flows are followed."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import NoReturn

from broadcaster import Broadcast

from streams.channels import text_channel
from streams.ending import end
from streams.feed import Feed
from streams.transcript import TextMessage
from streams.watch import Watch


class Texts:
    """A channel per engagement, listened to while one of its flows is followed."""

    def __init__(self, broadcast: Broadcast, watch: Watch) -> None:
        self._broadcast = broadcast
        self._watch = watch
        self._followers: Counter[str] = Counter()
        self._listeners: dict[str, asyncio.Task[NoReturn]] = {}

    def join(self, feed: Feed) -> None:
        """Somebody follows that feed."""
        if feed.flow_id is None:
            return
        engagement_id = feed.tenant.engagement_id
        self._followers[engagement_id] += 1
        if engagement_id not in self._listeners:
            self._listeners[engagement_id] = asyncio.create_task(self._listen(engagement_id))

    def leave(self, feed: Feed) -> None:
        """Every join needs its leave."""
        if feed.flow_id is None:
            return
        engagement_id = feed.tenant.engagement_id
        self._followers[engagement_id] -= 1
        if self._followers[engagement_id] == 0:
            del self._followers[engagement_id]
            self._listeners.pop(engagement_id).cancel()

    async def stop(self) -> None:
        """Stop listening."""
        await end(self._listeners.values())

    async def _listen(self, engagement_id: str) -> NoReturn:
        """Which engagement a text belongs to is said by the channel, not by the message."""
        async with self._broadcast.subscribe(text_channel(engagement_id)) as subscriber:
            while True:
                text = TextMessage.loads((await subscriber.get()).message)
                feed = self._watch.find(engagement_id, text.flow) if text else None
                if text and feed:
                    feed.hear(text)
