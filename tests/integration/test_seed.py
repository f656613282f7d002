"""The sample is made once, whatever interrupts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.customer import AccountPlan, Customer, Stakeholder
from domain.customer_success.determination import determine, renewal_stage
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.flows import DEFINITIONS
from persistence.database import open_database, reading, select_tenant
from persistence.engagements import Memberships
from persistence.work import Outlets, Works
from server import seed as seeding
from server.composition import new_id, now
from server.seed import SAMPLE, seed
from server.settings import Settings

APPLICATIONS = 53


@pytest.fixture
def settings(fresh_database: str, tmp_path: Path) -> Settings:
    return replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url="memory://")


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    async def read() -> list[tuple[Any, ...]]:
        engine = open_database(settings.database_url)
        async with reading(engine, SAMPLE.tenant) as connection:
            found = [tuple(row) for row in await connection.execute(text(query))]
        await engine.dispose()
        return found

    return asyncio.run(read())


def flows(settings: Settings) -> list[tuple[Any, ...]]:
    return rows(settings, "SELECT kind, status FROM master_flows")


def applications(settings: Settings) -> int:
    return int(rows(settings, "SELECT count(*) FROM applications")[0][0])


def test_a_sample_is_a_portfolio_to_try_everything_on(settings: Settings) -> None:
    seed(settings)

    assert flows(settings) == [("discovery", "COMPLETED")]
    assert applications(settings) == APPLICATIONS
    ready = rows(settings, "SELECT count(*) FROM applications WHERE readiness = 'READY_FOR_ASSESSMENT'")
    assert ready[0][0] >= 40
    kinds = dict(rows(settings, "SELECT kind, count(*) FROM dependencies GROUP BY kind"))
    assert kinds.keys() == {"HARD", "SOFT", "SHARED_SERVICE"}
    assert rows(settings, "SELECT count(*) FROM rejected_rows") == [(0,)]


def test_its_customers_cover_all_stages_kinds_and_plans(settings: Settings) -> None:
    seed(settings)

    async def found() -> tuple[tuple[Customer, ...], tuple[Stakeholder, ...]]:
        engine = open_database(settings.database_url)
        works = Works(engine, DEFINITIONS, Outlets(_none, _none, lambda _heads: None), now, new_id)
        async with works(SAMPLE.tenant) as uow:
            customers = await uow.customers.find()
            people = await uow.customers.stakeholders(each.id for each in customers)
        await engine.dispose()
        return customers, people

    customers, people = asyncio.run(found())
    today = now().date()
    assert len(customers) == 12
    assert {renewal_stage(each, today) for each in customers} == set(RenewalStage)
    assert {reason.kind for each in customers for reason in determine(each, today)} == set(WorkflowKind)
    assert {each.account_plan for each in customers} == {*AccountPlan, None}
    assert {each.customer_id for each in people} == {each.id for each in customers}
    assert any(each.reports_to_id for each in people)
    assert {line.kind for each in people for line in each.relations} == {"ALLY", "BLOCKS", "INFLUENCES"}


async def _none(*_arguments: Any) -> None:
    """Nothing is queued, and nothing is cancelled."""


def test_alice_and_bob_are_its_members(settings: Settings) -> None:
    seed(settings)

    async def roles() -> list[frozenset[Role]]:
        engine = open_database(settings.database_url)
        found = [await Memberships(engine).find(SAMPLE.tenant, subject) for subject in ("alice", "bob")]
        await engine.dispose()
        return [member.roles for member in found if member]

    assert asyncio.run(roles()) == [{Role.ADMIN}, {Role.LEAD}]


def test_a_second_time_changes_nothing(settings: Settings) -> None:
    seed(settings)
    before = rows(settings, "SELECT position FROM events")

    assert seed(settings) == SAMPLE

    assert rows(settings, "SELECT position FROM events") == before


def test_two_at_once_make_one(settings: Settings) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: seed(settings), range(2)))

    assert flows(settings) == [("discovery", "COMPLETED")]
    assert applications(settings) == APPLICATIONS


@pytest.mark.parametrize("after", range(7))
def test_an_interrupted_one_is_gone_on_with(settings: Settings, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(seeding._Sample, "_step", _interrupted_after(seeding._Sample._step, after))
        with pytest.raises(KeyboardInterrupt):
            seed(settings)

    seed(settings)

    assert flows(settings) == [("discovery", "COMPLETED")]
    assert applications(settings) == APPLICATIONS


def _interrupted_after(step: Callable[..., Any], count: int) -> Callable[..., Any]:
    done = 0

    async def interrupted(*arguments: Any) -> Any:
        nonlocal done
        if done == count:
            raise KeyboardInterrupt
        done += 1
        return await step(*arguments)

    return interrupted


def test_what_somebody_deleted_stays_deleted(settings: Settings) -> None:
    seed(settings)

    async def delete() -> None:
        engine = open_database(settings.database_url)
        async with engine.begin() as connection:
            await select_tenant(connection, SAMPLE.tenant)
            await connection.execute(text("DELETE FROM master_flows"))
        await engine.dispose()

    asyncio.run(delete())
    seed(settings)

    assert flows(settings) == []
