"""What a group answers with: payloads, the ring of the newest, and who takes one at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import orjson

from server.execution import Answer

# What a group keeps at most: answers, and characters of them (but always the newest).
MOST_ANSWERS, MOST_CHARACTERS = 256, 512 * 1024


@dataclass(frozen=True, slots=True)
class Payload:
    """An answer as JSON, written once; `cursor` is the number of its event in the log, where it has one."""

    text: str
    cursor: int | None = None
    clean: bool = True

    @classmethod
    def of(cls, answer: Answer, cursor: int | None = None) -> Payload:
        return cls(orjson.dumps(answer).decode(), cursor, "errors" not in answer)

    def beside(self, extensions: Mapping[str, Any]) -> Payload:
        """The same answer with what is said to one client alone; it has no extensions of its own."""
        said = orjson.dumps(extensions).decode()
        return replace(self, text=f'{self.text[:-1]},"extensions":{said}}}')


@dataclass(slots=True)
class Place:
    """How far one subscriber has come: the number in the log, and its next answer in the group's ring once it is in.

    `logged` once it is known to be a place in a log; `ended` once nothing follows because the process ends.
    """

    cursor: int | None = None
    next: int | None = None
    logged: bool = False
    ended: bool = False


class Ring:
    """The newest answers, each with a number of its own that only rises."""

    def __init__(self) -> None:
        self._payloads: deque[Payload] = deque()
        self._characters = 0
        self.begin = self.end = 0

    def append(self, payload: Payload) -> None:
        self._payloads.append(payload)
        self._characters += len(payload.text)
        self.end += 1
        while len(self._payloads) > MOST_ANSWERS or (self._characters > MOST_CHARACTERS and len(self._payloads) > 1):
            self._characters -= len(self._payloads.popleft().text)
            self.begin += 1

    def get(self, number: int) -> Payload:
        return self._payloads[number - self.end]


class Known:
    """Answers to events of the log by the events' numbers; those least recently asked for go."""

    def __init__(self) -> None:
        self._making: dict[int, asyncio.Task[Payload]] = {}
        self._made: OrderedDict[int, Payload] = OrderedDict()
        self._characters = 0

    async def get(self, number: int, make: Callable[[], Coroutine[Any, Any, Payload]]) -> Payload:
        """The answer, made now where it is neither known nor being made."""
        made = self._made.get(number)
        if made is not None:
            self._made.move_to_end(number)
            return made
        task = self._making.get(number)
        if task is None:
            task = self._making[number] = asyncio.create_task(make())
            task.add_done_callback(lambda done: self._keep(number, done))
        # Who no longer waits does not take it from the others.
        return await asyncio.shield(task)

    def _keep(self, number: int, done: asyncio.Task[Payload]) -> None:
        """What failed is made anew for who asks next: it may have been a moment's fault."""
        del self._making[number]
        if done.cancelled() or done.exception() is not None or not done.result().clean:
            return
        self._made[number] = done.result()
        self._characters += len(done.result().text)
        while len(self._made) > MOST_ANSWERS or self._characters > MOST_CHARACTERS:
            _, oldest = self._made.popitem(last=False)
            self._characters -= len(oldest.text)


class Sink(Protocol):
    """Where one subscriber's answers go when they can go at once; of one form are those that write the same bytes."""

    @property
    def form(self) -> str: ...

    def shape(self, payload: Payload) -> bytes:
        """What is written for that answer by every sink of this form."""

    def write(self, data: bytes) -> bool:
        """Write it, if that takes no waiting."""


@dataclass(slots=True)
class Outlet:
    """How one subscriber takes what is there for him: through `sink` at once, where he has one, or in his own turn."""

    sink: Sink | None = None
    delivered: Callable[[], None] = lambda: None
