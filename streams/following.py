"""Following one log as somebody's own: batch for batch, until it is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.event import LiveText, LoggedEvent
from streams.follower import Follower


class Following:
    """Implements the domain's Following. A follower that has joined its feed; it must be left, once or more often."""

    def __init__(
        self,
        follower: Follower,
        count: Callable[[int], None],
        leave: Callable[[], None],
        stopped: Callable[[], bool],
    ) -> None:
        self._follower = follower
        self._changed = follower.feed.changed
        self._count = count
        self._leave = leave
        self._stopped = stopped
        self._left = False

    @property
    def cursor(self) -> int:
        """The number of the last event that was read, or passed over."""
        return self._follower.cursor

    @property
    def stopped(self) -> bool:
        """Whether nothing comes any more because the process ends."""
        return self._stopped()

    async def read(self) -> Sequence[LoggedEvent | LiveText]:
        """What is next; nothing when all is read so far. Raises what the log has ended with."""
        # Taken before looking: what changes while we look wakes us at once.
        self._changed = self._follower.feed.changed
        happenings = await self._follower.read()
        ended = self._follower.feed.ended
        if not happenings and ended is not None:
            raise ended()
        self._count(len(happenings))
        return happenings

    async def wait(self) -> None:
        """Until there may be more than the last look has shown."""
        await self._changed.wait()

    def leave(self) -> None:
        """Nothing more is wanted."""
        if not self._left:
            self._left = True
            self._leave()
