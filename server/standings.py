"""Whether those who follow something may still: one look at an engagement's members for all its subscriptions."""

from __future__ import annotations

import asyncio
from collections import defaultdict
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


class Standing:
    """What one subscription's caller may do, as it was looked up; `changed` once that is no longer so."""

    __slots__ = ("_certain", "changed", "roles", "subject", "wake")

    def __init__(self, subject: str, roles: frozenset[Role], wake: Callable[[], None], certain: asyncio.Event) -> None:
        self._certain = certain
        self.subject = subject
        self.roles = roles
        self.wake = wake
        self.changed = False

    @property
    def sure(self) -> bool:
        """Whether the last look is recent."""
        return self._certain.is_set()

    async def be_sure(self) -> None:
        """Wait for a look that succeeds."""
        await self._certain.wait()


class Standings:
    """Looks at the members of every engagement that is followed, while one is.

    A subscription costs nothing between two looks. What cannot be looked at holds deliveries back after a while:
    nobody is served on a membership that was not seen for long.
    """

    def __init__(self, find: FindRoles) -> None:
        self._find = find
        self._watched: defaultdict[Tenant, set[Standing]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._sure = asyncio.Event()
        self._sure.set()

    @contextmanager
    def watch(self, caller: Caller, wake: Callable[[], None]) -> Iterator[Standing]:
        """What `caller` may do, as long as the block lasts; `wake` is called when that has changed."""
        subject = caller.subject if caller.user == SYSTEM else caller.user
        standing = Standing(subject, caller.roles, wake, self._sure)
        self._watched[caller.tenant].add(standing)
        if self._looking is None:
            self._looked_at = asyncio.get_running_loop().time()
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield standing
        finally:
            self._forget(caller.tenant, standing)

    def _forget(self, tenant: Tenant, standing: Standing) -> None:
        self._watched[tenant].discard(standing)
        if not self._watched[tenant]:
            del self._watched[tenant]
        if not self._watched and self._looking is not None:
            self._looking.cancel()
            self._looking = None
            self._sure.set()

    async def _look_on(self) -> None:
        wait = LOOK_EVERY
        while True:
            await asyncio.sleep(wait)
            wait = LOOK_EVERY if await self._looked() else LOOK_AGAIN_AFTER

    async def _looked(self) -> bool:
        """Look at all that is followed; False when one look failed."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            for tenant in list(self._watched):
                async with asyncio.timeout(LOOK_WITHIN):
                    await self._look(tenant)
        except Exception as error:  # noqa: BLE001  (whatever keeps us from knowing is the same to those who wait)
            LOG.warning("members_not_read", reason=type(error).__name__)
            if clock() - self._looked_at > SURE_FOR:
                self._sure.clear()
            return False
        self._looked_at = began
        self._sure.set()
        return True

    async def _look(self, tenant: Tenant) -> None:
        standings = list(self._watched.get(tenant, ()))
        found = await self._find(tenant, {standing.subject for standing in standings})
        for standing in standings:
            if found.get(standing.subject) != standing.roles:
                standing.changed = True
                standing.wake()
