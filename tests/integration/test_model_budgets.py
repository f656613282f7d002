"""Tokens a day, counted in one table by several workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from persistence.database import open_database
from persistence.model_budgets import DailyBudget
from persistence.sweeps import DatabaseSweeps
from persistence.tables import model_budgets
from tests.event_logs import NOON, add_tenant, opened, step, tell, writing

TODAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 22)


class Clock:
    at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(fresh_database) as engine:
        yield engine


async def counted(engine: AsyncEngine, tenant: Tenant) -> Mapping[date, int]:
    """What is taken, by day."""
    async with writing(engine, tenant) as connection:
        rows = await connection.execute(select(model_budgets.c.day, model_budgets.c.tokens))
        return {row.day: row.tokens for row in rows}


async def test_what_is_taken_is_not_there_for_others_until_it_is_settled(engine: AsyncEngine) -> None:
    tenant = await add_tenant(engine)
    mine, other = DailyBudget(engine, 100, Clock()), DailyBudget(engine, 100, Clock())

    taken = await mine.take(tenant.engagement_id, 80)

    assert taken is not None
    assert await other.take(tenant.engagement_id, 21) is None
    assert await counted(engine, tenant) == {TODAY: 80}
    await mine.settle(taken, 30)
    assert await counted(engine, tenant) == {TODAY: 30}
    assert await other.take(tenant.engagement_id, 70) is not None


async def test_more_than_a_day_holds_is_refused_before_anything_is_counted(engine: AsyncEngine) -> None:
    tenant = await add_tenant(engine)

    assert await DailyBudget(engine, 100, Clock()).take(tenant.engagement_id, 101) is None

    assert await counted(engine, tenant) == {}


async def test_engagements_do_not_share(engine: AsyncEngine) -> None:
    one, two = await add_tenant(engine), await add_tenant(engine)
    budget = DailyBudget(engine, 100, Clock())

    await budget.take(one.engagement_id, 100)

    assert await budget.take(two.engagement_id, 100) is not None
    assert await counted(engine, one) == await counted(engine, two) == {TODAY: 100}


async def test_more_may_be_used_than_was_taken(engine: AsyncEngine) -> None:
    tenant = await add_tenant(engine)
    budget = DailyBudget(engine, 100, Clock())
    taken = await budget.take(tenant.engagement_id, 10)

    await budget.settle(str(taken), 150)

    assert await counted(engine, tenant) == {TODAY: 150}
    assert await budget.take(tenant.engagement_id, 1) is None


async def test_many_takers_of_two_workers_never_exceed_it(engine: AsyncEngine, fresh_database: str) -> None:
    tenant = await add_tenant(engine)
    async with opened(fresh_database) as elsewhere:
        workers = [DailyBudget(engine, 100, Clock()), DailyBudget(elsewhere, 100, Clock())]

        taken = await asyncio.gather(*(worker.take(tenant.engagement_id, 7) for worker in workers for _ in range(20)))

    assert sum(key is not None for key in taken) == 14
    assert await counted(engine, tenant) == {TODAY: 98}


async def test_a_call_belongs_to_the_day_on_which_it_began(engine: AsyncEngine) -> None:
    tenant, clock = await add_tenant(engine), Clock()
    budget = DailyBudget(engine, 100, clock)
    # In UTC, wherever the clock stands: one in the west says it is the day before.
    clock.at = datetime(2026, 11, 21, 23, 59, 59, 999_000, UTC).astimezone(timezone(timedelta(hours=-5)))
    late = await budget.take(tenant.engagement_id, 60)
    clock.at = datetime(2026, 11, 22, tzinfo=UTC)

    early = await budget.take(tenant.engagement_id, 90)
    await budget.settle(str(late), 20)

    assert early is not None
    assert await counted(engine, tenant) == {TODAY: 20, TOMORROW: 90}
    assert await budget.take(tenant.engagement_id, 11) is None


async def test_it_is_settled_once(engine: AsyncEngine) -> None:
    tenant = await add_tenant(engine)
    budget = DailyBudget(engine, 100, Clock())
    taken = str(await budget.take(tenant.engagement_id, 60))
    await budget.settle(taken, 60)

    with pytest.raises(KeyError):
        await budget.settle(taken, 0)

    assert await counted(engine, tenant) == {TODAY: 60}


async def test_where_nobody_can_count_it_refuses_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    engine = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    budget = DailyBudget(engine, 100, Clock())

    refused = await budget.take("11111111-1111-4111-8111-111111111111", 1)

    assert refused is None
    assert [record.message for record in caplog.records if record.name == "persistence.model_budgets"] == [
        "model_budget_unreachable"
    ]
    await engine.dispose()


async def test_what_cannot_be_given_back_stays_taken(
    engine: AsyncEngine, fresh_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant, broken = await add_tenant(engine), open_database(fresh_database)
    budget = DailyBudget(broken, 100, Clock())
    taken = await budget.take(tenant.engagement_id, 60)
    await broken.dispose()
    broken.sync_engine.pool = open_database("postgresql://nobody@127.0.0.1:1/nothing").sync_engine.pool

    await budget.settle(str(taken), 10)

    assert await counted(engine, tenant) == {TODAY: 60}
    assert [record.message for record in caplog.records if record.name == "persistence.model_budgets"] == [
        "model_budget_not_settled"
    ]


async def test_days_older_than_a_week_are_forgotten(engine: AsyncEngine) -> None:
    tenant, clock = await add_tenant(engine), Clock()
    await tell(engine, tenant, step(None))
    budget = DailyBudget(engine, 100, clock)
    for days in (8, 7, 0):
        clock.at = NOON - timedelta(days=days)
        await budget.take(tenant.engagement_id, days + 1)

    await DatabaseSweeps(engine).forget(NOON, None)

    assert await counted(engine, tenant) == {date(2026, 11, 14): 8, TODAY: 1}
