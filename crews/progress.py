"""What people see of a crew at work: steps for the durable log, and the text while it is written."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol

from domain.agents.ports import Step, Tell

log = logging.getLogger(__name__)

# Steps that wait to be told; with more of them the oldest is left out, for the newest says more.
MOST_WAITING = 32
# Seconds for what is still to be told when the crew has ended.
LAST_WORDS = 2.0

# What crewai tells that a person should know of, by the type of its event. The rest is its own business.
STEPS: Mapping[str, Step] = {
    "crew_kickoff_started": Step("Reads the facts.", 5),
    "llm_call_started": Step("Asks the model.", 10),
    "agent_execution_error": Step("Could not go on."),
    "tool_usage_started": Step("Uses a tool."),
    "llm_guardrail_started": Step("Has its answer looked at.", 85),
}
WRITES = Step("Writes its answer.", 30)
CORRECTS = Step("Corrects its answer.", 60)
CHECKED = Step("Has given an answer.", 90)


class Writer(Protocol):
    """A text that is being written; remembers only."""

    def write(self, piece: str) -> None: ...


class Unread:
    """A text that nobody reads."""

    def write(self, piece: str) -> None:
        """Forget it."""


Writing = Callable[[], AbstractAsyncContextManager[Writer]]


def unread() -> AbstractAsyncContextManager[Writer]:
    """Writing that nobody reads."""
    return nullcontext(Unread())


class Progress:
    """Hands on what one crew tells. Nothing that goes wrong in it reaches the crew.

    `writing` opens a text of its own for each attempt at an answer: a reader then starts anew.
    """

    def __init__(self, tell: Tell, writing: Writing = unread) -> None:
        self.writing = writing
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Step] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()
        self._ended = False
        self._percent = 0

    def hear(self, _source: Any, event: Any) -> None:
        """A sink of crewai's stream; called in the crew's thread, and whatever it raised would abort the crew."""
        try:
            step = STEPS.get(getattr(event, "type", ""))
            if step is not None:
                self._loop.call_soon_threadsafe(self.step, step)
        except RuntimeError:
            log.debug("A step was not told: the loop is closed.")

    def step(self, step: Step) -> None:
        """Tell of a step when there is time; called on the loop. A percentage never falls."""
        if step.percent is not None:
            if step.percent < self._percent:
                return
            self._percent = step.percent
        self._waiting.append(step)
        self._news.set()

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """While the crew works; leaving it waits a moment for what is still to be told."""
        task = asyncio.create_task(self._pump())
        try:
            yield
            self._ended = True
            self._news.set()
            await asyncio.wait([task], timeout=LAST_WORDS)
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _pump(self) -> None:
        while self._waiting or not self._ended:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            step = self._waiting.popleft()
            try:
                await self._tell(step)
            except Exception as problem:  # noqa: BLE001 - a crew's work is worth more than a word about it
                log.warning("A step was not told: %s", type(problem).__name__)
