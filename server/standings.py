"""Whether those who follow something may still: one look at an engagement's members for all its subscriptions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import structlog

from domain.access import SYSTEM, Role, Tenant
from resolvers.context import Caller

LOG = structlog.get_logger(__name__)

# Seconds from one look to the next; after a failed one; and how old the last may be before deliveries wait for it.
LOOK_EVERY = 10.0
LOOK_AGAIN_AFTER = 1.0
# One that takes longer has failed. Together they stay within half a minute: longer nobody is served who was removed.
LOOK_WITHIN = 5.0
SURE_FOR = 20.0

FindRoles = Callable[[Tenant, Collection[str]], Awaitable[Mapping[str, frozenset[Role]]]]


class Sight:
    """When the members of one engagement were last seen, and last asked for."""

    __slots__ = ("_again", "asked_at", "seen_at", "standings")

    def __init__(self) -> None:
        # Who begins to follow was just looked up.
        self.asked_at = self.seen_at = time.monotonic()
        self.standings: set[Standing] = set()
        self._again = asyncio.Event()

    @property
    def recent(self) -> bool:
        return time.monotonic() - self.seen_at <= SURE_FOR

    def saw(self, at: float) -> None:
        """A look that began then has succeeded."""
        self.seen_at = at
        self._again.set()
        self._again.clear()

    async def wait(self) -> None:
        while not self.recent:
            await self._again.wait()


class Standing:
    """What one subscription's caller may do, as it was looked up; `changed` once that is no longer so."""

    __slots__ = ("_sight", "changed", "roles", "subject", "wake")

    def __init__(self, subject: str, roles: frozenset[Role], wake: Callable[[], None], sight: Sight) -> None:
        self._sight = sight
        self.subject = subject
        self.roles = roles
        self.wake = wake
        self.changed = False

    @property
    def sure(self) -> bool:
        """Whether the last look is recent: a pass that takes long makes it old as well as one that fails."""
        return self._sight.recent

    async def be_sure(self) -> None:
        """Wait for a look that succeeds."""
        await self._sight.wait()


class Standings:
    """Looks at the members of every engagement that is followed, while one is.

    A subscription costs nothing between two looks. What cannot be looked at holds deliveries back after a while:
    nobody is served on a membership that was not seen for long.
    """

    def __init__(self, find: FindRoles) -> None:
        self._find = find
        self._watched: dict[Tenant, Sight] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, caller: Caller, wake: Callable[[], None]) -> Iterator[Standing]:
        """What `caller` may do, as long as the block lasts; `wake` is called when that has changed."""
        subject = caller.subject if caller.user == SYSTEM else caller.user
        sight = self._watched.get(caller.tenant)
        if sight is None:
            sight = self._watched[caller.tenant] = Sight()
        standing = Standing(subject, caller.roles, wake, sight)
        sight.standings.add(standing)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield standing
        finally:
            self._forget(caller.tenant, standing)

    def _forget(self, tenant: Tenant, standing: Standing) -> None:
        self._watched[tenant].standings.discard(standing)
        if not self._watched[tenant].standings:
            del self._watched[tenant]
        if not self._watched and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look_on(self) -> None:
        wait = LOOK_EVERY
        while True:
            await asyncio.sleep(wait)
            began = time.monotonic()
            # What a pass takes is not added to the age of what it looks at.
            well = await self._looked()
            wait = max(LOOK_AGAIN_AFTER, LOOK_EVERY - (time.monotonic() - began)) if well else LOOK_AGAIN_AFTER

    async def _looked(self) -> bool:
        """Look at all that is followed, what was asked for longest ago first; False when one look failed."""
        try:
            for tenant, sight in sorted(self._watched.items(), key=lambda each: each[1].asked_at):
                began = sight.asked_at = time.monotonic()
                async with asyncio.timeout(LOOK_WITHIN):
                    await self._look(tenant)
                sight.saw(began)
        except Exception as error:  # noqa: BLE001  (whatever keeps us from knowing is the same to those who wait)
            LOG.warning("members_not_read", reason=type(error).__name__)
            return False
        return True

    async def _look(self, tenant: Tenant) -> None:
        sight = self._watched.get(tenant)
        standings = list(sight.standings) if sight else []
        found = await self._find(tenant, {standing.subject for standing in standings})
        for standing in standings:
            if found.get(standing.subject) != standing.roles:
                standing.changed = True
                standing.wake()
