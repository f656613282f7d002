"""Says after a commit how far logs now reach. What gets lost here is late, not lost: the log is polled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NoReturn, Protocol, Self

from broadcaster import Broadcast
from redis.exceptions import RedisError

from streams.channels import HINTS, Hint, write_hints
from streams.ending import end

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


class Reach(Protocol):
    """How far a log reaches after a commit: a flow's, or with no flow the engagement's; 0 where the flow is deleted."""

    @property
    def engagement_id(self) -> str: ...

    @property
    def flow_id(self) -> str | None: ...

    @property
    def last_seq(self) -> int: ...


class Publisher:
    """One a process. `wake` is the hub of the same process, told directly and at once."""

    def __init__(
        self, broadcast: Broadcast, wake: Callable[[Iterable[Hint]], None] | None = None, *, capacity: int = 10_000
    ) -> None:
        self._broadcast = broadcast
        self._wake = wake
        self._capacity = capacity
        self._pending: dict[str, int] = {}
        self._waiting = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[NoReturn] | None = None
        self._published = 0
        self._failures = 0
        self._dropped = 0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._publish(), name="hint-publisher")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await end([self._task])

    def announce(self, reaches: Sequence[Reach]) -> None:
        """From any thread, and never an exception: the command has been carried out, whatever happens here."""
        hints = [(reach.flow_id or reach.engagement_id, reach.last_seq) for reach in reaches]
        # Between processes' ends: nobody is left to be told.
        with suppress(RuntimeError):
            if self._loop is not None and hints:
                self._loop.call_soon_threadsafe(self._take, hints)

    @property
    def healthy(self) -> bool:
        """Whether anybody still publishes."""
        return self._task is not None and not self._task.done()

    def figures(self) -> Mapping[str, float]:
        """Counts since the start, and how many hints wait."""
        return {
            "hints_published_total": self._published,
            "hint_failures_total": self._failures,
            "hints_dropped_total": self._dropped,
            "hints_waiting": len(self._pending),
        }

    def _take(self, hints: Sequence[Hint]) -> None:
        if self._wake is not None:
            self._wake(hints)
        self._merge(hints)
        self._waiting.set()

    def _merge(self, hints: Iterable[Hint]) -> None:
        """Keep the farthest of each log; of a deleted flow that it is gone."""
        for log_id, number in hints:
            known = self._pending.get(log_id)
            if known is None and len(self._pending) >= self._capacity:
                self._dropped += 1
            else:
                gone = number == 0 or known == 0
                self._pending[log_id] = 0 if gone else max(number, known or 0)

    async def _publish(self) -> NoReturn:
        """Whatever gathers while a message is on its way goes with the next one."""
        pause = FIRST_PAUSE
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            hints, self._pending = self._pending, {}
            try:
                for message in write_hints(hints.items()):
                    await self._broadcast.publish(HINTS, message)
            except (RedisError, OSError) as problem:
                self._failures += 1
                log.debug("Hints wait for Redis: %s", problem)
                self._merge(hints.items())
                self._waiting.set()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._published += len(hints)
                pause = FIRST_PAUSE
