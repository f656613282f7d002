from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.errors import CursorExpired, NotFound
from domain.event import EventKind
from persistence.event_log import EventReader, append, purge
from streams.backend import RedisBackend
from streams.hub import Hub
from streams.watch import Limits
from tests.event_logs import NOON, add_tenant, delete_flow, new_id, opened, step, tell, tell_steps, writing
from tests.nodes import Node, Subscriber, eventually, node, subscribed

# So long that what arrives in a test did not arrive by polling.
NEVER = 1_000.0


@pytest.fixture
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(module_database) as engine:
        yield engine


@pytest.fixture
async def tenant(engine: AsyncEngine) -> Tenant:
    return await add_tenant(engine)


@pytest.fixture(params=["redis", "memory"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("broadcast_url")) if request.param == "redis" else "memory://"


async def test_what_was_told_is_replayed_and_what_is_told_follows(
    engine: AsyncEngine, tenant: Tenant, transport: str
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(250))

    async with node(engine, transport, poll_seconds=NEVER) as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(250)
        for number in range(250, 260):
            await one.tell(tenant, step(flow, number))
        await subscriber.until_got(260)

    assert subscriber.seqs == list(range(1, 261))
    assert subscriber.numbers == list(range(260))


async def test_a_subscriber_resumes_after_its_cursor(engine: AsyncEngine, tenant: Tenant, transport: str) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(5))

    async with node(engine, transport) as one, subscribed(one.hub, tenant, flow, 3) as subscriber:
        await one.tell(tenant, step(flow, 5))
        await subscriber.until_got(3)

    assert subscriber.seqs == [4, 5, 6]


async def test_a_subscriber_without_a_cursor_starts_now(engine: AsyncEngine, tenant: Tenant, transport: str) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(3))

    async with node(engine, transport) as one, subscribed(one.hub, tenant, flow, None) as subscriber:
        await eventually(lambda: one.hub.figures()["followers"] == 1)
        await one.tell(tenant, step(flow, 3))
        await subscriber.until_got(1)

    assert subscriber.seqs == [4]


async def test_an_engagement_is_followed_across_its_flows(engine: AsyncEngine, tenant: Tenant, transport: str) -> None:
    one_flow, other_flow = new_id(), new_id()
    await tell(engine, tenant, step(one_flow), step(None))

    async with node(engine, transport, poll_seconds=NEVER) as one, subscribed(one.hub, tenant, None) as subscriber:
        await subscriber.until_got(2)
        await one.tell(tenant, step(other_flow), step(one_flow))
        await subscriber.until_got(4)

    assert [(event.position, event.flow_id, event.seq) for event in subscriber.got] == [
        (1, one_flow, 1),
        (2, None, None),
        (3, other_flow, 1),
        (4, one_flow, 2),
    ]


async def test_a_lone_subscriber_hears_another_process_over_redis(
    engine: AsyncEngine, tenant: Tenant, broadcast_url: str
) -> None:
    """The race of broadcaster's own Redis backend: its first subscriber hears nothing."""
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with (
        node(engine, broadcast_url, poll_seconds=NEVER) as reader,
        node(engine, broadcast_url, poll_seconds=NEVER) as writer,
    ):
        await eventually(lambda: reader.hub.figures()["polls_total"] >= 2)
        async with subscribed(reader.hub, tenant, flow, 1) as subscriber:
            await eventually(lambda: reader.hub.figures()["reads_total"] >= 1)
            for number in range(1, 21):
                await writer.tell(tenant, step(flow, number))
            await subscriber.until_got(20)

    assert subscriber.numbers == list(range(1, 21))


async def test_events_that_nobody_announced_are_found_by_polling(
    engine: AsyncEngine, tenant: Tenant, transport: str
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with node(engine, transport, poll_seconds=0.1) as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        await tell_steps(engine, tenant, flow, [1, 2])
        await subscriber.until_got(3)
        async with subscribed(one.hub, tenant, None) as whole:
            await whole.until_got(3)
            await tell_steps(engine, tenant, flow, [3])
            await whole.until_got(4)

    assert subscriber.seqs[:3] == [1, 2, 3]
    assert whole.numbers == [0, 1, 2, 3]


async def test_a_hint_of_a_transaction_rolled_back_does_not_hide_the_real_event(
    engine: AsyncEngine, tenant: Tenant
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with node(engine, "memory://", poll_seconds=NEVER) as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        with contextlib.suppress(ZeroDivisionError):
            async with writing(engine, tenant) as connection:
                one.publisher.announce(await append(connection, tenant.engagement_id, [step(flow, 1)]))
                raise ZeroDivisionError
        await eventually(lambda: one.hub.figures()["hints_total"] >= 2)
        await asyncio.sleep(0.1)
        await one.tell(tenant, step(flow, 2))
        await subscriber.until_got(2)

    assert [(event.seq, event.data["number"]) for event in subscriber.got] == [(1, 0), (2, 2)]


@pytest.mark.parametrize("after", [-1, 3, 10**15])
async def test_a_cursor_that_never_was_ends_the_subscription(engine: AsyncEngine, tenant: Tenant, after: int) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(2))

    async with node(engine, "memory://") as one:
        for followed in (flow, None):
            async with subscribed(one.hub, tenant, followed, after) as subscriber:
                assert isinstance(await subscriber.until_ended(), CursorExpired)
                assert subscriber.got == []
        assert one.hub.figures()["followed_logs"] == 0


async def test_a_cursor_older_than_what_is_kept_ends_the_subscription(engine: AsyncEngine, tenant: Tenant) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(4))
    async with writing(engine, tenant) as connection:
        await purge(connection, tenant.engagement_id, [flow], NOON + timedelta(days=1))
    await tell_steps(engine, tenant, flow, range(4, 6))

    async with node(engine, "memory://") as one:
        for followed in (flow, None):
            async with subscribed(one.hub, tenant, followed, 3) as expired:
                assert isinstance(await expired.until_ended(), CursorExpired)
            async with subscribed(one.hub, tenant, followed, 4) as kept:
                await kept.until_got(2)
                assert kept.numbers == [4, 5]


async def test_a_purge_of_what_the_hub_had_not_read_expires_its_followers(engine: AsyncEngine, tenant: Tenant) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with node(engine, "memory://", poll_seconds=NEVER) as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        await eventually(lambda: one.hub.figures()["reads_total"] == 1 and not one.hub._watch._reading)
        await tell_steps(engine, tenant, flow, [1, 2])
        async with writing(engine, tenant) as connection:
            await purge(connection, tenant.engagement_id, [flow], NOON + timedelta(days=1))
        one.hub.hint([(flow, 3)])
        assert isinstance(await subscriber.until_ended(), CursorExpired)

    assert subscriber.seqs == [1]


async def test_a_deleted_flow_ends_its_followers_and_tells_the_engagements(
    engine: AsyncEngine, tenant: Tenant, transport: str
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(3))

    async with (
        node(engine, transport, poll_seconds=NEVER) as one,
        subscribed(one.hub, tenant, flow) as follower,
        subscribed(one.hub, tenant, None) as whole,
    ):
        await follower.until_got(3)
        await whole.until_got(3)
        follower.may_read.clear()
        await one.tell(tenant, step(flow, 3))
        await follower.until_got(4)
        await one.tell(tenant, step(flow, 4))
        await whole.until_got(5)
        one.publisher.announce(await delete_flow(engine, tenant, flow))
        await whole.until_got(6)
        follower.may_read.set()
        error = await follower.until_ended()
        async with subscribed(one.hub, tenant, flow) as late:
            late_error = await late.until_ended()
        async with subscribed(one.hub, tenant, None) as replay:
            await replay.until_got(1)

    assert follower.numbers == [0, 1, 2, 3, 4]
    assert isinstance(error, NotFound)
    assert isinstance(late_error, NotFound)
    assert str(error) == str(late_error) == "There is no such flow."
    assert [event.position for event in whole.got] == [1, 2, 3, 4, 5, 6]
    assert [(event.position, event.kind) for event in replay.got] == [(6, EventKind.FLOW_DELETED)]


async def test_followers_below_a_deleted_flows_events_go_on_where_others_are(
    engine: AsyncEngine, tenant: Tenant
) -> None:
    """A page of nothing but a gap must not stop a reader, nor make it skip what comes after."""
    gone, kept = new_id(), new_id()
    await tell_steps(engine, tenant, gone, range(5))
    await delete_flow(engine, tenant, gone)

    async with (
        node(engine, "memory://", limits=Limits(ring=2)) as one,
        subscribed(one.hub, tenant, None, 2) as subscriber,
    ):
        await subscriber.until_got(1)
        subscriber.may_read.clear()
        for number in range(9):
            await one.tell(tenant, step(kept, number))
        await eventually(lambda: _head(one.hub) == 15)
        subscriber.may_read.set()
        await subscriber.until_got(10)

    assert [event.position for event in subscriber.got] == list(range(6, 16))


@pytest.mark.parametrize("name", ["not-an-id", "", "00000000-0000-0000-0000-000000000000"])
async def test_what_is_no_flow_is_not_found(engine: AsyncEngine, tenant: Tenant, name: str) -> None:
    await tell(engine, tenant, step(None))

    async with node(engine, "memory://") as one:
        for no_flow in (name, tenant.engagement_id, new_id()):
            async with subscribed(one.hub, tenant, no_flow) as subscriber:
                error = await subscriber.until_ended()
                assert isinstance(error, NotFound)
                assert str(error) == "There is no such flow."


async def test_one_tenants_events_never_reach_another(engine: AsyncEngine, tenant: Tenant, transport: str) -> None:
    other = await add_tenant(engine)
    flow, foreign = new_id(), new_id()
    await tell_steps(engine, tenant, flow, [0])
    await tell_steps(engine, other, foreign, [0])

    async with (
        node(engine, transport, poll_seconds=0.1) as one,
        subscribed(one.hub, tenant, None) as mine,
        subscribed(one.hub, other, None) as theirs,
        subscribed(one.hub, other, foreign) as their_flow,
        subscribed(one.hub, tenant, foreign) as stolen,
    ):
        assert isinstance(await stolen.until_ended(), NotFound)
        for number in range(1, 6):
            await one.tell(tenant, step(flow, number))
            await one.tell(other, step(foreign, number))
        for subscriber in (mine, theirs, their_flow):
            await subscriber.until_got(6)

    assert stolen.got == []
    assert {event.engagement_id for event in mine.got} == {tenant.engagement_id}
    assert {event.flow_id for event in mine.got} == {flow}
    assert {event.engagement_id for event in (*theirs.got, *their_flow.got)} == {other.engagement_id}


async def test_a_stalled_reader_costs_a_ring_and_gets_everything(engine: AsyncEngine, tenant: Tenant) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with (
        node(engine, "memory://", limits=Limits(page=10, ring=16)) as one,
        subscribed(one.hub, tenant, flow) as stalled,
        subscribed(one.hub, tenant, flow) as quick,
    ):
        stalled.may_read.clear()
        await stalled.until_got(1)
        for start in range(1, 501, 20):
            await one.tell(tenant, *(step(flow, number) for number in range(start, start + 20)))
        await quick.until_got(501)
        kept = len(_feeds(one.hub)[0]._ring)
        got = len(stalled.got)
        stalled.may_read.set()
        await stalled.until_got(501)

    assert kept == 16
    assert got <= 11
    assert stalled.numbers == quick.numbers == list(range(501))


async def test_nothing_is_left_of_subscribers_that_are_gone(
    engine: AsyncEngine, tenant: Tenant, broadcast_url: str
) -> None:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])

    async with node(engine, broadcast_url) as one:
        for _ in range(3):
            async with subscribed(one.hub, tenant, flow) as subscriber, subscribed(one.hub, tenant, None) as whole:
                await subscriber.until_got(1)
                await whole.until_got(1)
        await eventually(lambda: len(one.broadcast._subscribers) == 1 and not one.hub._watch._behind)
        figures = one.hub.figures()

    assert (figures["followers"], figures["followed_logs"], figures["deliveries_total"]) == (0, 0, 6)
    assert one.hub._texts._listeners == {}


async def test_a_hub_that_stops_ends_its_followers(engine: AsyncEngine, tenant: Tenant) -> None:
    async with node(engine, "memory://") as one:
        subscriber = Subscriber(one.hub, tenant, None)
        await eventually(lambda: one.hub.figures()["followers"] == 1)

    assert await subscriber.until_ended() is None


async def test_the_database_brought_back_from_a_copy_expires_cursors(engine: AsyncEngine, tenant: Tenant) -> None:
    """A log that is shorter than what was read from it is another log."""
    flow = new_id()
    await tell_steps(engine, tenant, flow, range(3))

    async with node(engine, "memory://", poll_seconds=NEVER) as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(3)
        feed = _feeds(one.hub)[0]
        feed.head = 7
        one.hub._watch.look()
        assert isinstance(await subscriber.until_ended(), CursorExpired)


def _feeds(hub: Hub) -> list:  # type: ignore[type-arg]
    return list(hub._watch)


def _head(hub: Hub) -> int:
    return int(_feeds(hub)[0].head)


def _listening(one: Node) -> bool:
    """Whether Redis has said that the hub's channel is subscribed to."""
    backend = one.broadcast._backend
    return isinstance(backend, RedisBackend) and backend.connected and not backend._notes and one.hub.connected


async def test_the_log_is_polled_in_one_query(engine: AsyncEngine, tenant: Tenant) -> None:
    flows = [new_id() for _ in range(20)]
    await tell(engine, tenant, *(step(flow) for flow in flows))

    async with node(engine, "memory://", poll_seconds=NEVER) as one, contextlib.AsyncExitStack() as stack:
        subscribers = [await stack.enter_async_context(subscribed(one.hub, tenant, flow)) for flow in flows]
        for subscriber in subscribers:
            await subscriber.until_got(1)
        await tell(engine, tenant, *(step(flow) for flow in flows))
        before = one.hub.figures()
        one.hub._watch.look()
        for subscriber in subscribers:
            await subscriber.until_got(2)
        after = one.hub.figures()

    assert after["polls_total"] - before["polls_total"] == 1
    assert after["reads_total"] - before["reads_total"] == 1


async def test_reading_never_names_the_tenant_in_a_filter_alone(engine: AsyncEngine, tenant: Tenant) -> None:
    """Row-level security is the second look: without a tenant nothing is read, whatever the statement asks for."""
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])
    nobody = Tenant(tenant.client_account_id, new_id())

    assert await EventReader(engine).newer(nobody, {flow: 0}, 10) == {}
