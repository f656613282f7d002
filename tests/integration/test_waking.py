"""What is due at a time: woken once, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.commands import StartFlow
from domain.event import WakeFlow
from domain.transition import FlowStatus
from engine.exports import ExportRunner
from engine.reviews import Reviewer
from engine.worker import Runners, Worker
from persistence.database import select_tenant
from persistence.sweeps import DatabaseSweeps
from persistence.tables import master_flows
from resolvers import flows
from shapes.codec import Codec
from tests.event_logs import opened
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, new_id, now
from writers import Writers

NOT_YET = StartFlow("toy", {}, auto_advance=False)


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


async def test_what_was_put_off_is_not_woken_before_its_time(bench: Bench) -> None:
    flow = await flows.start_flow(caller(bench.work, bench.tenant), NOT_YET)
    at = now()
    for later in (0, 2):
        async with bench.work(bench.tenant) as uow:
            held = await uow.flows.get(flow.id)
            await uow.flows.save(replace(held, jobs=(WakeFlow(flow.id, at + timedelta(seconds=later)),)))

    async with bench.work(bench.tenant) as uow:
        woken = [await uow.woken(flow.id, at + timedelta(seconds=late)) for late in (1, 2, 2)]

    assert woken == [False, True, False]


async def test_a_flow_that_cannot_be_woken_holds_up_no_other(bench: Bench, fresh_database: str) -> None:
    broken, sound = [await flows.start_flow(caller(bench.work, bench.tenant), NOT_YET) for _ in range(2)]
    async with opened(fresh_database) as engine:
        for flow, seconds in ((broken, 2), (sound, 1)):
            async with bench.work(bench.tenant) as uow:
                held = await uow.flows.get(flow.id)
                await uow.flows.save(replace(held, jobs=(WakeFlow(flow.id, now() - timedelta(seconds=seconds)),)))
        async with engine.begin() as connection:
            await select_tenant(connection, bench.tenant)
            await connection.execute(
                update(master_flows).where(master_flows.c.id == broken.id).values(kind="of_another_release")
            )
        exports = ExportRunner(bench.work, Codec(), Writers(), now, timedelta(days=7))
        reviews = Reviewer(bench.work, Codec(), now, new_id)
        worker = Worker(fresh_database, "w", Runners(bench.runner(), exports, reviews), DatabaseSweeps(engine))

        await worker._wake()

    async with bench.work(bench.tenant) as uow:
        assert (await uow.flows.get(sound.id)).status is FlowStatus.RUNNING
