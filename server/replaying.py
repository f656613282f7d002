"""The events of one subscriber's log: those up to now for himself, and those from then on for his group."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from domain.access import Tenant
from domain.event import LiveText, LoggedEvent
from domain.event_ports import EventStream, Following
from server.answers import Place


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
    It breaks off once `changed`: a filter may let nothing through, and then nobody else would look.
    """

    def __init__(
        self,
        events: EventStream,
        at: Place,
        enter: Callable[[Place, Following], None],
        changed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._events = events
        self._at = at
        self._enter = enter
        self._changed = changed

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
        self._at.cursor, self._at.logged = following.cursor, True
        entered = False
        try:
            while not following.stopped:
                happenings = await following.read()
                if self._changed():
                    return
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
