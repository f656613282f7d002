"""What the hub needs of the event log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.access import Tenant
from domain.event import LoggedEvent

# An engagement's id, and a flow's; None for the log of the engagement.
Log = tuple[str, str | None]


class EventSource(Protocol):
    """Reads the log. Raises ConnectionError while it cannot be reached."""

    async def heads(self, logs: Sequence[Log]) -> Mapping[Log, int]:
        """How far each log reaches, without those that are not there."""

    async def page(self, tenant: Tenant, flow_id: str | None, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The next events of a log; NotFound for a flow that is not there, CursorExpired for such a cursor."""

    async def newer(
        self, tenant: Tenant, after: Mapping[str | None, int], limit: int
    ) -> Mapping[str | None, Sequence[LoggedEvent]]:
        """The next events of many logs of one engagement, by flow or None, each after its own number.

        At most `limit` of each; a log that has none is left out. Cursors are not judged: they are the hub's own.
        """
