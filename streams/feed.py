"""One log that somebody follows: its newest events, how far it reaches, and the text that is being written in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from domain.access import Tenant
from domain.errors import CursorExpired, DomainError, NotFound
from domain.event import LiveText, LoggedEvent
from streams.source import Log
from streams.transcript import Place, TextMessage, Transcripts


def expired() -> DomainError:
    """The cursor cannot be followed from."""
    return CursorExpired(
        "This cursor is older than what is kept, or never was. Read the state again and follow it from there."
    )


def deleted() -> DomainError:
    """The flow is not there, or no longer."""
    return NotFound("flow")


class Feed:
    """A flow's log, or an engagement's. The ring holds every event above `floor` up to `head`.

    Only events that were read from the log move `head`. A hint never does: its transaction may have been rolled back,
    and the later, real event with that number must not be taken for one already seen.
    """

    def __init__(self, tenant: Tenant, flow_id: str | None, head: int, size: int) -> None:
        self.tenant = tenant
        self.flow_id = flow_id
        self.head = head
        self.floor = head
        self.followers = 0
        self.ended: Callable[[], DomainError] | None = None
        self.changed = asyncio.Event()
        self._size = size
        self._transcripts = Transcripts()
        self._ring: deque[LoggedEvent] = deque()

    @property
    def log(self) -> Log:
        return self.tenant.engagement_id, self.flow_id

    @property
    def log_id(self) -> str:
        """The id by which hints name it."""
        return self.flow_id or self.tenant.engagement_id

    def number(self, event: LoggedEvent) -> int:
        """The event's number in this log."""
        return event.position if self.flow_id is None else event.seq or 0

    def extend(self, events: Iterable[LoggedEvent]) -> int:
        """Take in what was read after `head`; returns how many were new."""
        new = [event for event in events if self.number(event) > self.head]
        if not new:
            return 0
        first = self.number(new[0])
        if self.flow_id is not None and first != self.head + 1:
            # Followers that have not come so far will ask the log, which knows why there is a gap.
            self._ring.clear()
            self.floor = first - 1
        self._ring.extend(new)
        self.head = self.number(new[-1])
        while len(self._ring) > self._size:
            self.floor = self.number(self._ring.popleft())
        self.tell()
        return len(new)

    def since(self, cursor: int) -> list[LoggedEvent] | None:
        """The events after the cursor; None when some of them have left the ring."""
        if cursor < self.floor:
            return None
        newest_first = takewhile(lambda event: self.number(event) > cursor, reversed(self._ring))
        return list(newest_first)[::-1]

    def hear(self, message: TextMessage) -> None:
        """A piece of text that is being written."""
        if self._transcripts.add(message, asyncio.get_running_loop().time()):
            self.tell()

    def unread(self, places: dict[str, Place]) -> Iterator[LiveText]:
        """The text that a reader at these places has not read; moves them."""
        if self.flow_id is not None:
            yield from self._transcripts.unread(self.tenant.engagement_id, self.flow_id, places)

    def sweep(self) -> None:
        """Forget text that nobody needs any more."""
        self._transcripts.sweep(asyncio.get_running_loop().time())

    def end(self, why: Callable[[], DomainError]) -> None:
        """Nothing comes any more; who has not read to the end still may."""
        self.ended = why
        self.tell()

    def tell(self) -> None:
        """Wake everybody who waits for a change."""
        self.changed.set()
        self.changed = asyncio.Event()
