"""What is forgotten in time: the logs of flows that have ended, and answers that nobody may ask for again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.commands import FlowAction, StartFlow
from domain.errors import CursorExpired
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.request import Request
from persistence.database import select_tenant
from persistence.event_log import EventReader
from persistence.sweeps import DatabaseSweeps
from persistence.tables import events, master_flows, requests
from resolvers import flows
from resolvers.context import Caller
from tests.event_logs import opened
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, now

LONG_AGO = timedelta(days=40)


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(fresh_database) as engine:
        yield engine


def alice(bench: Bench) -> Caller:
    return caller(bench.work, bench.tenant)


async def start(bench: Bench) -> Flow:
    return await flows.start_flow(alice(bench), StartFlow("toy", {}, auto_advance=False))


async def age(engine: AsyncEngine, bench: Bench, *flow_ids: str) -> None:
    """As if nothing had happened in these for long."""
    then = now() - LONG_AGO
    async with engine.begin() as connection:
        await select_tenant(connection, bench.tenant)
        await connection.execute(update(events).where(events.c.flow_id.in_(flow_ids)).values(occurred_at=then))
        await connection.execute(update(master_flows).where(master_flows.c.id.in_(flow_ids)).values(updated_at=then))


def a_month_ago() -> datetime:
    return now() - timedelta(days=30)


async def test_the_logs_of_flows_that_ended_long_ago_go_and_no_other(bench: Bench, engine: AsyncEngine) -> None:
    ended, unfinished, lately = [await start(bench) for _ in range(3)]
    for flow in (ended, lately):
        await flows.cancel_flow(alice(bench), FlowAction(flow.id))
    await age(engine, bench, ended.id, unfinished.id)

    await DatabaseSweeps(engine).forget(now(), a_month_ago())

    with pytest.raises(CursorExpired):
        await bench.events(ended.id)
    assert [len(await bench.events(flow.id)) for flow in (unfinished, lately)] == [2, 3]


async def test_a_flow_goes_on_with_its_numbers_after_its_log_has_gone(bench: Bench, engine: AsyncEngine) -> None:
    flow = await start(bench)
    await flows.cancel_flow(alice(bench), FlowAction(flow.id))
    await age(engine, bench, flow.id)
    await DatabaseSweeps(engine).forget(now(), a_month_ago())

    async with bench.work(bench.tenant) as uow:
        held = await uow.flows.get(flow.id)
        await uow.flows.save(replace(held, events=(Event(EventKind.LEARNING, now(), None, {}),)))
    await DatabaseSweeps(engine).forget(now(), a_month_ago())

    [event] = await EventReader(engine).page(bench.tenant, flow.id, 3, 10)
    assert (event.seq, event.kind) == (4, EventKind.LEARNING)


async def test_without_a_time_every_log_stays(bench: Bench, engine: AsyncEngine) -> None:
    flow = await start(bench)
    await flows.cancel_flow(alice(bench), FlowAction(flow.id))
    await age(engine, bench, flow.id)
    told = await bench.events(flow.id)

    await DatabaseSweeps(engine).forget(now(), None)

    assert await bench.events(flow.id) == told


async def test_answers_are_kept_for_a_day(bench: Bench, engine: AsyncEngine) -> None:
    asking = replace(alice(bench), request=Request.of("startFlow", {}, key="once"))
    await flows.start_flow(asking, StartFlow("toy", {}))

    async def kept() -> list[str]:
        async with engine.begin() as connection:
            await select_tenant(connection, bench.tenant)
            return list((await connection.scalars(select(requests.c.key))).all())

    await DatabaseSweeps(engine).forget(now() + timedelta(hours=23), None)
    assert await kept() == ["once"]
    await DatabaseSweeps(engine).forget(now() + timedelta(hours=25), None)
    assert await kept() == []
