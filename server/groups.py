"""Answers made once for all who ask alike: a group has one place in the log, one execution, and one ring of answers.

A subscriber of a group is a place in its ring, not a queue. Who has fallen below the ring reads the log again from his
own cursor, as he did before he joined: nobody's reading makes the process hold more.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import orjson

from domain.access import Tenant
from domain.event import LiveText, LoggedEvent
from domain.ports import EventStream, Following
from resolvers.context import Caller, Context
from schema.subscriptions import place
from server.errors import FailedOperation, failed
from server.execution import Answer, Execution
from server.standings import Standing

OpenContext = Callable[[Caller], AbstractAsyncContextManager[Context]]

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

    `ended` once nothing follows because the process ends.
    """

    cursor: int | None = None
    next: int | None = None
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
    """Answers to events of the log by the events' numbers, made or being made; those least recently asked for go."""

    def __init__(self) -> None:
        self._answers: OrderedDict[int, asyncio.Task[Payload]] = OrderedDict()
        self._characters = 0

    def find(self, number: int) -> asyncio.Task[Payload] | None:
        found = self._answers.get(number)
        if found is not None:
            self._answers.move_to_end(number)
        return found

    def add(self, number: int, answer: asyncio.Task[Payload]) -> None:
        self._answers[number] = answer
        answer.add_done_callback(lambda done: self._made(number, done))

    def _made(self, number: int, answer: asyncio.Task[Payload]) -> None:
        """What failed is made anew for who asks next: it may have been a moment's fault."""
        if answer.cancelled() or answer.exception() is not None or not answer.result().clean:
            del self._answers[number]
            return
        self._characters += len(answer.result().text)
        while len(self._answers) > MOST_ANSWERS or self._characters > MOST_CHARACTERS:
            oldest = next((number for number, each in self._answers.items() if each.done()), None)
            if oldest is None:
                return
            self._characters -= len(self._answers.pop(oldest).result().text)


class Group:
    """Subscribers to whom the same bytes are due. It runs while it has members; they leave through `Groups`."""

    def __init__(self, execution: Callable[[], Execution], caller: Caller, open_context: OpenContext) -> None:
        self._execution = execution
        self._caller = caller
        self._open = open_context
        self._ring = Ring()
        self._known = Known()
        self._changed = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._failure: FailedOperation | None = None
        self.over = False
        self.members = self.made = 0

    async def answer(self, event: object) -> Payload:
        """What the group answers to that event; made once, however many ask for it."""
        number = place(event)
        if number is None:
            return await self._answer(event)
        task = self._known.find(number)
        if task is None:
            task = asyncio.create_task(self._answer(event))
            self._known.add(number, task)
        # Who no longer waits does not take it from the others.
        return await asyncio.shield(task)

    def enter(self, at: Place, following: Following) -> None:
        """Somebody has read all there is up to `following`, and goes on with the group from here."""
        at.cursor, at.next = following.cursor, self._ring.end
        if self._running is None:
            self._running = asyncio.create_task(self._run(following))
        else:
            following.leave()

    async def payloads(self, at: Place, standing: Standing) -> AsyncGenerator[Payload, None]:
        """The answers from that place on; ends when it is not in the ring, or the standing has changed."""
        ring = self._ring
        while at.next is not None and not standing.changed:
            changed = self._changed
            while ring.begin <= at.next < ring.end and not standing.changed:
                if not standing.sure:
                    await standing.be_sure()
                    continue
                payload = ring.get(at.next)
                at.next += 1
                if payload.cursor is not None:
                    if payload.cursor <= cast("int", at.cursor):
                        continue
                    at.cursor = payload.cursor
                yield payload
            if at.next < ring.begin:
                return
            if self.over:
                self._raise_failure()
                at.ended = True
                return
            if not standing.changed:
                await changed.wait()

    def tell(self) -> None:
        """Wake every member."""
        self._changed.set()
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """Nobody is left."""
        self.over = True
        if self._running is not None:
            self._running.cancel()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            # One of its own for each: they are raised in as many tasks.
            raise FailedOperation(self._failure.errors, self._failure.status)

    async def _run(self, following: Following) -> None:
        try:
            async with self._open(self._caller) as context:
                own = replace(context, events=cast("EventStream", Continued(following)))
                async with aclosing(await self._execution().events(own)) as events:
                    async for event in events:
                        self._ring.append(await self.answer(event))
                        self.tell()
        except FailedOperation as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001  (it is logged under an id, which every member is told)
            self._failure = failed(error)
        finally:
            following.leave()
            self.over = True
            self.tell()

    async def _answer(self, event: object) -> Payload:
        self.made += 1
        async with self._open(self._caller) as context:
            return Payload.of(await self._delivering.deliver(event, context), place(event))

    @cached_property
    def _delivering(self) -> Execution:
        """Made when there is something to answer: a subscription that follows no log has no use for it."""
        return self._execution()


class Groups:
    """The groups that have members, by what their members have in common."""

    def __init__(self, open_context: OpenContext) -> None:
        self._open = open_context
        self._groups: dict[Any, Group] = {}
        self._made = 0

    def figures(self) -> Mapping[str, float]:
        """What there is now, and how many answers were made since the start; deliveries are counted elsewhere."""
        return {
            "groups": len(self._groups),
            "members": sum(group.members for group in self._groups.values()),
            "answers_total": self._made + sum(group.made for group in self._groups.values()),
        }

    def join(self, key: object, execution: Callable[[], Execution], caller: Caller) -> Group:
        """The group of that key, new where there is none; every join needs its leave."""
        group = self._groups.get(key)
        if group is None or group.over:
            self._made += 0 if group is None else group.made
            group = self._groups[key] = Group(execution, caller, self._open)
        group.members += 1
        return group

    def leave(self, key: object, group: Group) -> None:
        """One member less; a group without any is gone."""
        group.members -= 1
        if group.members == 0:
            group.stop()
            if self._groups.get(key) is group:
                del self._groups[key]
                self._made += group.made


class Continued:
    """The events of a log from where somebody else has read to; what a subscription asks for of its own is that."""

    def __init__(self, following: Following) -> None:
        self._following = following

    def flow_events(
        self, _tenant: Tenant, _flow_id: str, _after: int | None
    ) -> AsyncGenerator[LoggedEvent | LiveText, None]:
        return self._events()

    async def engagement_events(self, _tenant: Tenant, _after: int | None) -> AsyncGenerator[LoggedEvent, None]:
        async with aclosing(self._events()) as happenings:
            async for happening in happenings:
                if isinstance(happening, LoggedEvent):
                    yield happening

    async def _events(self) -> AsyncGenerator[LoggedEvent | LiveText, None]:
        while not self._following.stopped:
            happenings = await self._following.read()
            for happening in happenings:
                yield happening
            if not happenings:
                await self._following.wait()


class Replay:
    """The events of a log from a subscriber's cursor to now; then `enter` is told where that is.

    It enters in the moment in which nothing is left to read: what comes later comes through the group.
    """

    def __init__(self, events: EventStream, at: Place, enter: Callable[[Place, Following], None]) -> None:
        self._events = events
        self._at = at
        self._enter = enter

    def flow_events(
        self, tenant: Tenant, flow_id: str, after: int | None
    ) -> AsyncGenerator[LoggedEvent | LiveText, None]:
        return self._replay(tenant, flow_id, after)

    async def engagement_events(self, tenant: Tenant, after: int | None) -> AsyncGenerator[LoggedEvent, None]:
        async with aclosing(self._replay(tenant, None, after)) as happenings:
            async for happening in happenings:
                if isinstance(happening, LoggedEvent):
                    yield happening

    async def _replay(
        self, tenant: Tenant, flow_id: str | None, after: int | None
    ) -> AsyncGenerator[LoggedEvent | LiveText, None]:
        start = after if self._at.cursor is None else self._at.cursor
        following = await self._events.follow(tenant, flow_id, start)
        self._at.cursor = following.cursor
        entered = False
        try:
            while not following.stopped:
                happenings = await following.read()
                for happening in happenings:
                    yield happening
                if not happenings:
                    entered = True
                    self._enter(self._at, following)
                    return
            self._at.ended = True
        finally:
            if not entered:
                following.leave()
