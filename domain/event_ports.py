"""Following the log of events live."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from domain.access import Tenant
from domain.event import LiveText, LoggedEvent


class Following(Protocol):
    """One place in a log, moving on."""

    @property
    def cursor(self) -> int:
        """The number of the last event that was read, or passed over."""

    @property
    def stopped(self) -> bool:
        """Whether nothing comes any more because the process ends."""

    async def read(self) -> Sequence[LoggedEvent | LiveText]:
        """What is next; nothing when all is read so far. Raises what the log has ended with."""

    async def wait(self) -> None:
        """Until there may be more than the last look has shown."""

    def leave(self) -> None:
        """Nothing more is wanted; a second time is none."""


class EventStream(Protocol):
    """Following the log live, exactly once and in order; ends with NotFound once a followed flow is deleted.

    `after` None is from now on.
    """

    def flow_events(
        self, tenant: Tenant, flow_id: str, after: int | None
    ) -> AsyncGenerator[LoggedEvent | LiveText, None]: ...

    def engagement_events(self, tenant: Tenant, after: int | None) -> AsyncGenerator[LoggedEvent, None]: ...

    async def follow(self, tenant: Tenant, flow_id: str | None, after: int | None) -> Following:
        """Either of them, the engagement's with None, as something that can be handed on; it must be left."""
