from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.errors import CursorExpired, NotFound
from domain.event import Event, EventKind, LoggedEvent
from persistence import event_log
from persistence.event_log import FLOOR, EventReader, Events, Head, PendingEvent, append, poll_heads, purge
from tests.event_logs import NOON, add_tenant, delete_flow, new_id, opened, step, tell, tell_steps, writing


@pytest.fixture
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(module_database, pool_size=20) as engine:
        yield engine


@pytest.fixture
async def tenant(engine: AsyncEngine) -> Tenant:
    return await add_tenant(engine)


@pytest.fixture
def reader(engine: AsyncEngine) -> EventReader:
    return EventReader(engine)


def numbers(events: object) -> list[tuple[int | None, int]]:
    return [(event.seq, event.position) for event in events if isinstance(event, LoggedEvent)]  # type: ignore[attr-defined]


async def test_an_event_is_read_as_it_was_written(engine: AsyncEngine, tenant: Tenant, reader: EventReader) -> None:
    flow = new_id()
    data = {"progress": 3, "by": "ann", "names": ["Ä", "\U0001f680"], "none": None}
    told = PendingEvent(flow, "discovery", Event(EventKind.FLOW_STATUS, NOON, None, data))

    heads = await tell(engine, tenant, told)

    engagement = tenant.engagement_id
    assert heads == (Head(engagement, flow, 1), Head(engagement, None, 1))
    assert await reader.page(tenant, flow, 0, 10) == (
        LoggedEvent(engagement, 1, flow, "discovery", 1, EventKind.FLOW_STATUS, NOON, None, data),
    )


async def test_text_that_jsonb_does_not_take_is_kept_without_it(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    flow = new_id()

    await tell(engine, tenant, PendingEvent(flow, "discovery", Event(EventKind.WARNING, NOON, None, {"a": "x\0y"})))

    [event] = await reader.page(tenant, flow, 0, 10)
    assert event.data == {"a": "x\ufffdy"}


async def test_several_flows_and_the_engagement_are_numbered_in_one_transaction(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    one, two = new_id(), new_id()
    await tell(engine, tenant, step(one))

    heads = await tell(engine, tenant, step(two), step(None), step(one), step(two), step(one))

    engagement = tenant.engagement_id
    assert set(heads) == {Head(engagement, one, 3), Head(engagement, two, 2), Head(engagement, None, 6)}
    everything = await reader.page(tenant, None, 0, 10)
    assert [(event.position, event.flow_id, event.seq) for event in everything] == [
        (1, one, 1),
        (2, two, 1),
        (3, None, None),
        (4, one, 2),
        (5, two, 2),
        (6, one, 3),
    ]


async def test_nothing_to_tell_takes_no_number(engine: AsyncEngine, tenant: Tenant, reader: EventReader) -> None:
    assert await tell(engine, tenant) == ()
    assert await reader.heads([(tenant.engagement_id, None)]) == {}


async def test_a_transaction_rolled_back_leaves_no_gap(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [1])

    with contextlib.suppress(ZeroDivisionError):
        async with writing(engine, tenant) as connection:
            await append(connection, tenant.engagement_id, [step(flow, 2)])
            raise ZeroDivisionError
    await tell_steps(engine, tenant, flow, [3])

    events = await reader.page(tenant, flow, 0, 10)
    assert [(event.seq, event.position, event.data["number"]) for event in events] == [(1, 1, 1), (2, 2, 3)]


async def test_concurrent_writers_of_the_same_flows_leave_no_gap_and_no_deadlock(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    flows = [new_id() for _ in range(4)]
    chance = random.Random(7)

    async def write(times: int) -> None:
        for _ in range(times):
            await tell(engine, tenant, *(step(flow) for flow in chance.choices(flows, k=3)))

    await asyncio.gather(*(write(25) for _ in range(8)))

    everything = [event for start in (0, 400) for event in await reader.page(tenant, None, start, 400)]
    assert [event.position for event in everything] == list(range(1, 601))
    for flow in flows:
        mine = [event.seq for event in everything if event.flow_id == flow]
        assert mine == list(range(1, len(mine) + 1))


async def test_the_engagements_row_is_taken_last(engine: AsyncEngine, tenant: Tenant) -> None:
    """Who waits for a flow's number must not keep the rest of the engagement waiting."""
    busy, free = new_id(), new_id()
    await tell(engine, tenant, step(busy))

    async with engine.connect() as blocker:
        lock = "SELECT last_seq FROM heads WHERE engagement_id = :engagement AND flow_id = :flow FOR UPDATE"
        await blocker.execute(text(lock), {"engagement": tenant.engagement_id, "flow": busy})
        waiting = asyncio.create_task(tell(engine, tenant, step(busy)))
        await asyncio.sleep(0.2)
        heads = await asyncio.wait_for(tell(engine, tenant, step(free)), 2)

    assert heads == (Head(tenant.engagement_id, free, 1), Head(tenant.engagement_id, None, 2))
    assert await waiting == (Head(tenant.engagement_id, busy, 2), Head(tenant.engagement_id, None, 3))


async def test_pages_continue_after_a_cursor(engine: AsyncEngine, tenant: Tenant, reader: EventReader) -> None:
    flow = new_id()
    await tell(engine, tenant, step(None))
    await tell_steps(engine, tenant, flow, range(5))

    assert numbers(await reader.page(tenant, flow, 1, 2)) == [(2, 3), (3, 4)]
    assert numbers(await reader.page(tenant, flow, 5, 2)) == []
    assert numbers(await reader.page(tenant, None, 4, 10)) == [(4, 5), (5, 6)]


@pytest.mark.parametrize("after", [-1, 3, 10**15])
async def test_a_cursor_that_never_was_is_expired(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader, after: int
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(2))

    with pytest.raises(CursorExpired):
        await reader.page(tenant, flow, after, 10)
    with pytest.raises(CursorExpired):
        await reader.page(tenant, None, after, 10)


async def test_purged_events_expire_the_cursors_before_them_and_no_other(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    old, other = new_id(), new_id()
    await tell(engine, tenant, step(old), step(other), step(old), step(other))
    later = Event(EventKind.AGENT_STEP, NOON + timedelta(days=2))
    await tell(engine, tenant, PendingEvent(old, "discovery", later))

    async with writing(engine, tenant) as connection:
        assert await purge(connection, tenant.engagement_id, [old], NOON + timedelta(days=1)) == 2
        assert await purge(connection, tenant.engagement_id, [old], NOON + timedelta(days=1)) == 0

    for after in (0, 1):
        with pytest.raises(CursorExpired):
            await reader.page(tenant, old, after, 10)
    for after in (0, 2):
        with pytest.raises(CursorExpired):
            await reader.page(tenant, None, after, 10)
    assert numbers(await reader.page(tenant, old, 2, 10)) == [(3, 5)]
    assert numbers(await reader.page(tenant, other, 0, 10)) == [(1, 2), (2, 4)]
    assert numbers(await reader.page(tenant, None, 3, 10)) == [(2, 4), (3, 5)]


async def test_a_deleted_flow_leaves_one_event_in_the_engagements_log(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    gone, kept = new_id(), new_id()
    await tell(engine, tenant, step(gone), step(kept), step(gone))

    heads = await tell(engine, tenant, step(gone), step(gone, kind=EventKind.FLOW_DELETED), step(kept))

    engagement = tenant.engagement_id
    assert set(heads) == {Head(engagement, gone, 0), Head(engagement, kept, 2), Head(engagement, None, 5)}
    everything = await reader.page(tenant, None, 0, 10)
    assert [(event.position, event.flow_id, event.seq, event.kind) for event in everything] == [
        (2, kept, 1, EventKind.AGENT_STEP),
        (4, gone, None, EventKind.FLOW_DELETED),
        (5, kept, 2, EventKind.AGENT_STEP),
    ]
    assert await reader.heads([(engagement, gone), (engagement, kept)]) == {(engagement, kept): 2}
    with pytest.raises(NotFound, match=r"^There is no such flow\.$"):
        await reader.page(tenant, gone, 0, 10)


async def test_another_tenants_flow_is_not_there(engine: AsyncEngine, tenant: Tenant, reader: EventReader) -> None:
    other = await add_tenant(engine)
    flow = new_id()
    await tell_steps(engine, other, flow, [1])

    with pytest.raises(NotFound, match=r"^There is no such flow\.$"):
        await reader.page(tenant, flow, 0, 10)
    assert await reader.page(tenant, None, 0, 10) == ()
    assert await reader.newer(tenant, {flow: 0, None: 0}, 10) == {}
    assert await reader.heads([(tenant.engagement_id, flow)]) == {}


async def test_the_two_rows_that_are_no_flows_are_not_found_as_flows(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [1])
    async with writing(engine, tenant) as connection:
        await purge(connection, tenant.engagement_id, [flow], NOON + timedelta(days=1))

    engagement = tenant.engagement_id
    assert await reader.heads([(engagement, engagement), (engagement, FLOOR)]) == {}
    for no_flow in (engagement, FLOOR):
        with pytest.raises(NotFound):
            await reader.page(tenant, no_flow, 0, 10)


async def test_what_is_newer_is_read_for_many_flows_at_once(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    one, two, three = new_id(), new_id(), new_id()
    await tell(engine, tenant, *(step(flow) for flow in (one, two, one, two, three, one)))

    told = await reader.newer(tenant, {one: 0, two: 1, three: 1, None: 4}, 2)

    assert {log: numbers(events) for log, events in told.items()} == {
        one: [(1, 1), (2, 3)],
        two: [(2, 4)],
        None: [(1, 5), (3, 6)],
    }


async def test_reading_leaves_no_tenant_on_the_connection(module_database: str) -> None:
    async with opened(module_database, pool_size=1) as engine:
        tenant, flow = await add_tenant(engine), new_id()
        await tell_steps(engine, tenant, flow, [1])

        assert len((await EventReader(engine).newer(tenant, {flow: 0}, 10))[flow]) == 1

        async with engine.connect() as connection:
            left = await connection.scalar(text("SELECT current_setting('flotilla.engagement', true)"))
            assert left in ("", None)
            assert await connection.scalar(text("SELECT count(*) FROM events")) == 0


async def test_a_cursor_that_is_expired_has_nothing_newer(
    engine: AsyncEngine, tenant: Tenant, reader: EventReader
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [1])

    assert await reader.newer(tenant, {flow: 7, None: 7}, 2) == {}


async def test_heads_are_polled_for_many_engagements_at_once(engine: AsyncEngine, tenant: Tenant) -> None:
    other, flow = await add_tenant(engine), new_id()
    await tell_steps(engine, tenant, flow, range(3))
    await tell(engine, other, step(None))
    logs = [(tenant.engagement_id, flow), (tenant.engagement_id, None), (other.engagement_id, None), (new_id(), None)]

    async with engine.connect() as connection:
        heads = await poll_heads(connection, logs)

    assert heads == {logs[0]: 3, logs[1]: 3, logs[2]: 1}


async def test_the_log_is_read_within_a_transaction_of_somebody_elses(engine: AsyncEngine, tenant: Tenant) -> None:
    flow = new_id()

    async with writing(engine, tenant) as connection:
        await append(connection, tenant.engagement_id, [step(flow)])
        log = Events(connection, tenant.engagement_id)
        assert numbers(await log.flow_events(flow, 0, 10)) == [(1, 1)]
        assert numbers(await log.engagement_events(0, 10)) == [(1, 1)]


async def test_a_database_that_does_not_answer_is_a_connection_error() -> None:
    async with opened("postgresql://nobody@127.0.0.1:1/nothing") as engine:
        with pytest.raises(ConnectionError, match="event log cannot be read"):
            await EventReader(engine).heads([(new_id(), None)])


async def test_deleting_the_flow_again_tells_it_again_and_breaks_nothing(engine: AsyncEngine, tenant: Tenant) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [1])
    await delete_flow(engine, tenant, flow)

    assert await delete_flow(engine, tenant, flow) == (
        Head(tenant.engagement_id, None, 3),
        Head(tenant.engagement_id, flow, 0),
    )


async def test_a_database_that_says_nothing_is_a_connection_error() -> None:
    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async with server, opened(f"postgresql://nobody@127.0.0.1:{port}/nothing") as engine:
        with pytest.raises(ConnectionError, match="event log cannot be read"):
            await EventReader(engine, answer_within=0.2).heads([(new_id(), None)])
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("analysed", [False, True])
async def test_reading_touches_no_more_than_what_is_read(fresh_database: str, analysed: bool) -> None:
    """In a log of 20,000 events of which the planner knows nothing yet, and of which it does."""
    async with opened(fresh_database) as engine:
        tenant, flows = await add_tenant(engine), [new_id() for _ in range(200)]
        for start in range(0, 200, 50):
            await tell(engine, tenant, *(step(flow) for flow in flows[start : start + 50] for _ in range(100)))
        if analysed:
            _as_superuser(fresh_database, "ANALYZE events")
        engagement = tenant.engagement_id
        plans: list[tuple[TextClause, dict[str, Any]]] = [
            (event_log._FLOW_PAGE, {"flow": flows[0], "after": 50, "limit": 20}),
            (event_log._ENGAGEMENT_PAGE, {"after": 10_000, "limit": 20}),
            (event_log._NEWER, {"flows": [*flows[:20], None], "afters": [99] * 20 + [19_999], "limit": 20}),
        ]
        for statement, values in plans:
            async with writing(engine, tenant) as connection:
                explain = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}")
                [plan] = await connection.scalar(explain, {"engagement": engagement, **values})
            assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 200


def _as_superuser(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
