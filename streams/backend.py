"""A Redis backend for broadcaster that says when it may have missed something.

broadcaster's own subscribes while its listener already reads, so that messages go missing; falls silent for ever when
Redis restarts; and queues without bound. Here one supervised task owns the listening connection, `subscribe` only
notes the channel, and every channel is told LOST and RESYNC.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Any, NoReturn, Protocol

from broadcaster import Broadcast, BroadcastBackend, Event
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from streams.channels import LOST, RESYNC
from streams.ending import end

log = logging.getLogger(__name__)

ANSWER_WITHIN = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
PUBLISHING_CONNECTIONS = 4

# Subscribed to for the connection's whole life: only then does PING get the answer of a subscriber.
PULSE = "flotilla:pulse"


class Link(Protocol):
    """What is used of a connection of redis-py, which leaves most of it without types."""

    async def connect(self) -> None: ...

    async def send_command(self, *args: Any, **kwargs: Any) -> None: ...

    async def read_response(self) -> Any: ...

    async def disconnect(self, nowait: bool = False) -> None: ...  # noqa: FBT001, FBT002 - its name for it


def open_broadcast(url: str) -> Broadcast:
    """Broadcaster over our own backend for Redis, over its own for `memory://`."""
    if url.startswith(("redis://", "rediss://")):
        return Broadcast(backend=RedisBackend(url))
    return Broadcast(url)


class RedisBackend(BroadcastBackend):
    """Listens on one connection, publishes on others.

    `heartbeat` is how often Redis is asked for a sign of life, `silence` how long it may give none.
    """

    def __init__(self, url: str, *, heartbeat: float = 2.0, silence: float = 5.0, capacity: int = 10_000) -> None:
        self._url = url
        self._heartbeat = heartbeat
        self._silence = silence
        self._capacity = capacity
        self._channels: set[str] = set()
        self._commands: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self._messages: deque[Event] = deque()
        self._notes: dict[str, str] = {}
        self._arrived = asyncio.Event()
        self._heard = 0.0
        self._task: asyncio.Task[NoReturn] | None = None
        self._publishing: Redis | None = None
        self.connected = False

    async def connect(self) -> None:
        """Does not wait for Redis: a server starts without it, and is told when it comes."""
        once_more = Retry(NoBackoff(), 1)
        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=PUBLISHING_CONNECTIONS,
            timeout=ANSWER_WITHIN,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=once_more,
        )
        self._publishing = Redis.from_pool(pool)
        self._task = asyncio.create_task(self._supervise(), name="redis-listener")

    async def disconnect(self) -> None:
        """Stops listening and closes every connection."""
        if self._task is not None:
            await end([self._task])
        if self._publishing is not None:
            await self._publishing.aclose()

    async def subscribe(self, channel: str) -> None:
        """Awaits nothing: between here and the caller's next line no message can be lost unnoticed."""
        self._channels.add(channel)
        if self.connected:
            self._commands.put_nowait(("SUBSCRIBE", channel))
        else:
            self._note(channel, LOST)

    async def unsubscribe(self, channel: str) -> None:
        """Awaits nothing either."""
        self._channels.discard(channel)
        self._notes.pop(channel, None)
        if self.connected:
            self._commands.put_nowait(("UNSUBSCRIBE", channel))

    async def publish(self, channel: str, message: Any) -> None:
        """Raises RedisError or OSError when Redis did not take it."""
        if self._publishing is None:
            raise ConnectionError("The broadcaster is not connected.")
        await self._publishing.publish(channel, message)

    async def next_published(self) -> Event:
        """The next word about a channel's connection, else the next message."""
        while True:
            if self._notes:
                channel = next(iter(self._notes))
                return Event(channel, self._notes.pop(channel))
            if self._messages:
                return self._messages.popleft()
            self._arrived.clear()
            await self._arrived.wait()

    async def _supervise(self) -> NoReturn:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._listen()
            except* (RedisError, OSError) as problems:
                log.log(logging.WARNING if self.connected else logging.DEBUG, "Redis is lost: %s", problems.exceptions)
            pause = FIRST_PAUSE if self.connected else min(2 * pause, LONGEST_PAUSE)
            self._lose()
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        connection = self._new_connection()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await connection.connect()
            # No await from here on to the tasks: a channel is in this list, or subscribes through the queue.
            self._commands = asyncio.Queue()
            self._commands.put_nowait(("SUBSCRIBE", PULSE, *self._channels))
            self._heard = asyncio.get_running_loop().time()
            self.connected = True
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(connection))
                group.create_task(self._receive(connection))
        finally:
            await connection.disconnect(nowait=True)

    def _new_connection(self) -> Link:
        """With the URL's password, database and TLS; it never reconnects by itself, that would hide a gap."""
        pool = BlockingConnectionPool.from_url(self._url)
        pool.connection_kwargs |= {
            "socket_timeout": None,
            "socket_connect_timeout": ANSWER_WITHIN,
            "health_check_interval": 0,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": False,
            "protocol": 2,
        }
        link: Link = pool.connection_class(**pool.connection_kwargs)
        return link

    async def _send(self, connection: Link) -> None:
        """Commands as they come, PING when there are none; raises when nothing comes back."""
        loop = asyncio.get_running_loop()
        while True:
            command: tuple[str, ...] = ("PING",)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat):
                    command = await self._commands.get()
            if loop.time() - self._heard > self._silence:
                raise TimeoutError(f"Redis has said nothing for {self._silence} seconds.")
            async with asyncio.timeout(self._silence):
                await connection.send_command(*command, check_health=False)

    async def _receive(self, connection: Link) -> None:
        loop = asyncio.get_running_loop()
        while True:
            kind, channel, data = _parts(await connection.read_response())
            self._heard = loop.time()
            if kind == "subscribe" and channel in self._channels:
                self._note(channel, RESYNC)
            elif kind == "message" and channel in self._channels:
                self._keep(Event(channel, data))

    def _lose(self) -> None:
        self.connected = False
        for channel in self._channels:
            self._note(channel, LOST)

    def _keep(self, event: Event) -> None:
        if len(self._messages) < self._capacity:
            self._messages.append(event)
            self._arrived.set()
        else:
            self._note(event.channel, RESYNC)

    def _note(self, channel: str, word: str) -> None:
        """Only the newest word about a channel matters."""
        self._notes[channel] = word
        self._arrived.set()


def _parts(response: Any) -> tuple[str, str, str]:
    """Kind, channel and data of what Redis sends a subscriber; a PING's answer has but two parts."""
    words = [part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in response]
    kind, channel, data = (*words, "", "")[:3]
    return kind, channel, data
