"""Answers made once for all who ask alike: a group has one place in the log, one execution, and one ring of answers.

A subscriber of a group is a place in its ring, not a queue. Who has fallen below the ring reads the log again from his
own cursor, as he did before he joined: nobody's reading makes the process hold more.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

from domain.errors import LimitExceeded
from domain.event_ports import EventStream, Following
from resolvers.context import Caller, Context
from schema.subscriptions import place
from server.answers import Known, Outlet, Payload, Place, Ring
from server.errors import FailedOperation, failed
from server.execution import Execution
from server.replaying import Continued
from server.standings import Standing

OpenContext = Callable[[Caller], AbstractAsyncContextManager[Context]]

# Of one subject's subscriptions so many may be of different groups: each holds a ring.
MOST_OF_ONE = 500
# So many are served before anything else of the process has its turn.
AT_ONCE = 100


class Resting:
    """A member who has all there is, until he is woken: a payload that he takes at once does not wake him."""

    __slots__ = ("at", "outlet", "standing", "wake")

    def __init__(self, at: Place, standing: Standing, outlet: Outlet) -> None:
        self.at = at
        self.standing = standing
        self.outlet = outlet
        self.wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def rouse(self) -> None:
        if not self.wake.done():
            self.wake.set_result(None)

    def take(self, payload: Payload, shaped: dict[str, bytes]) -> bool:
        """Write it where nothing stands against it; False leaves it to the member's own turn."""
        sink, at = self.outlet.sink, self.at
        if sink is None or self.wake.done() or self.standing.changed or not self.standing.sure:
            return False
        if payload.cursor is None or payload.cursor > cast("int", at.cursor):
            data = shaped.get(sink.form)
            if data is None:
                data = shaped[sink.form] = sink.shape(payload)
            if not sink.write(data):
                return False
            at.cursor = at.cursor if payload.cursor is None else payload.cursor
            self.outlet.delivered()
        at.next = cast("int", at.next) + 1
        return True


class Group:
    """Subscribers to whom the same bytes are due. It runs while it has members; they leave through `Groups`."""

    def __init__(self, execution: Callable[[], Execution], caller: Caller, open_context: OpenContext) -> None:
        self._execution = execution
        self._caller = caller
        self._open = open_context
        self._ring = Ring()
        self._known = Known()
        self._resting: dict[Resting, None] = {}
        self._running: asyncio.Task[None] | None = None
        self._failure: FailedOperation | None = None
        self.over = False
        self.members = self.made = 0

    async def answer(self, event: object) -> Payload:
        """What the group answers to that event; made once, however many ask for it."""
        number = place(event)
        if number is None:
            return await self._answer(event)
        return await self._known.get(number, lambda: self._answer(event))

    def enter(self, at: Place, following: Following) -> None:
        """Somebody has read all there is up to `following`, and goes on with the group from here."""
        at.cursor, at.next = following.cursor, self._ring.end
        if self._running is None:
            self._running = asyncio.create_task(self._run(following))
            # Not at its own end: one that is stopped before it begins has none.
            self._running.add_done_callback(lambda _: following.leave())
        else:
            following.leave()

    async def payloads(self, at: Place, standing: Standing, outlet: Outlet) -> AsyncGenerator[Payload, None]:
        """The answers from that place on that the outlet does not take.

        It ends when the place is not in the ring, or the standing has changed.
        """
        ring = self._ring
        while at.next is not None and not standing.changed:
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
                await self._rest(Resting(at, standing, outlet))

    async def _rest(self, resting: Resting) -> None:
        self._resting[resting] = None
        try:
            await resting.wake
        finally:
            del self._resting[resting]

    async def _hand_out(self, payload: Payload) -> None:
        """To all who have everything before it; the others find it in the ring in their own time."""
        self._ring.append(payload)
        shaped: dict[str, bytes] = {}
        for number, resting in enumerate(list(self._resting), 1):
            if not resting.take(payload, shaped):
                resting.rouse()
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    def tell(self) -> None:
        """Wake every member."""
        for resting in self._resting:
            resting.rouse()

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
                        await self._hand_out(await self.answer(event))
        except FailedOperation as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001  (it is logged under an id, which every member is told)
            self._failure = failed(error)
        finally:
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
        self._joined: defaultdict[str, Counter[Any]] = defaultdict(Counter)
        self._made = 0

    def figures(self) -> Mapping[str, float]:
        """What there is now, and how many answers were made since the start; deliveries are counted elsewhere."""
        return {
            "groups": len(self._groups),
            "members": sum(group.members for group in self._groups.values()),
            "answers_total": self._made + sum(group.made for group in self._groups.values()),
        }

    def join(self, key: object, execution: Callable[[], Execution], caller: Caller, subject: str) -> Group:
        """The group of that key, new where there is none; every join needs its leave."""
        joined = self._joined.get(subject, ())
        if key not in joined and len(joined) >= MOST_OF_ONE:
            raise LimitExceeded(
                f"{MOST_OF_ONE} different subscriptions of yours run here. End one of them, or follow the engagement."
            )
        group = self._groups.get(key)
        if group is None or group.over:
            self._made += 0 if group is None else group.made
            group = self._groups[key] = Group(execution, caller, self._open)
        group.members += 1
        self._joined[subject][key] += 1
        return group

    def leave(self, key: object, group: Group, subject: str) -> None:
        """One member less; a group without any is gone."""
        self._part(key, subject)
        group.members -= 1
        if group.members == 0:
            group.stop()
            if self._groups.get(key) is group:
                del self._groups[key]
                self._made += group.made

    def _part(self, key: object, subject: str) -> None:
        joined = self._joined[subject]
        joined[key] -= 1
        if joined[key] == 0:
            del joined[key]
        if not joined:
            del self._joined[subject]
