from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.access import Tenant
from domain.event import EventKind, LoggedEvent
from streams.feed import Feed
from tests.event_logs import NOON

TENANT = Tenant("A", "E")


def logged(position: int, seq: int | None = None) -> LoggedEvent:
    return LoggedEvent("E", position, "F", "discovery", seq, EventKind.AGENT_STEP, NOON, None, {})


def seqs(events: list[LoggedEvent] | None) -> list[int | None] | None:
    return None if events is None else [event.seq for event in events]


async def test_the_ring_answers_down_to_its_floor_and_no_further() -> None:
    feed = Feed(TENANT, "F", 10, size=3)

    assert feed.extend(logged(number, number) for number in range(11, 16)) == 5

    assert (feed.floor, feed.head) == (12, 15)
    assert feed.since(11) is None
    assert seqs(feed.since(12)) == [13, 14, 15]
    assert seqs(feed.since(14)) == [15]
    assert feed.since(15) == feed.since(99) == []


async def test_what_was_read_before_is_not_taken_again() -> None:
    feed = Feed(TENANT, "F", 0, size=9)
    feed.extend([logged(1, 1), logged(2, 2)])

    assert feed.extend([logged(1, 1), logged(2, 2), logged(3, 3)]) == 1
    assert feed.extend([]) == 0
    assert seqs(feed.since(0)) == [1, 2, 3]


async def test_a_gap_in_a_flow_sends_everybody_to_the_log() -> None:
    feed = Feed(TENANT, "F", 0, size=9)
    feed.extend([logged(1, 1)])

    feed.extend([logged(5, 5)])

    assert feed.since(1) is None
    assert seqs(feed.since(4)) == [5]


async def test_a_gap_in_an_engagement_is_a_deleted_flow() -> None:
    feed = Feed(TENANT, None, 0, size=9)
    feed.extend([logged(1), logged(7)])

    assert [event.position for event in feed.since(1) or []] == [7]


@given(st.sets(st.integers(1, 60)), st.integers(1, 8), st.integers(0, 60))
async def test_ring_and_log_together_are_the_whole(positions: set[int], size: int, cursor: int) -> None:
    feed = Feed(TENANT, None, 0, size)
    events = [logged(position) for position in sorted(positions)]

    for event in events:
        feed.extend([event])

    wanted = [event for event in events if event.position > cursor]
    assert feed.since(cursor) in (None, wanted)
    assert (feed.since(cursor) is None) == (cursor < feed.floor)
    assert [event for event in events if event.position > feed.floor] == feed.since(feed.floor)
