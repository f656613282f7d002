"""Reading a log up to now for one subscriber."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from domain.access import Tenant
from domain.event_ports import EventStream, Following
from server.answers import Place
from server.replaying import Replay


class Log:
    """One that never comes to its end, and counts how often it is read."""

    stopped = False
    cursor = 7

    def __init__(self) -> None:
        self.reads = 0
        self.left = False

    async def follow(self, _tenant: Tenant, _flow_id: str | None, _after: int | None) -> Following:
        return cast("Following", self)

    async def read(self) -> Sequence[Any]:
        self.reads += 1
        return [None]

    def leave(self) -> None:
        self.left = True


async def test_who_may_no_longer_reads_no_further_though_a_filter_lets_nothing_through() -> None:
    log, at, entered = Log(), Place(), list[Place]()
    replay = Replay(
        cast("EventStream", log), at, lambda place, _following: entered.append(place), lambda: log.reads == 3
    )

    # All that comes is passed over, as a filter would.
    passed = [happening async for happening in replay.engagement_events(Tenant("a", "1"), None)]

    assert (passed, log.reads, log.left) == ([], 3, True)
    assert (entered, at.cursor, at.ended) == ([], 7, False)
