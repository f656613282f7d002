"""What is due at a time: woken once, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.commands import StartFlow
from domain.event import WakeFlow
from resolvers import flows
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, now


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


async def test_what_was_put_off_is_not_woken_before_its_time(bench: Bench) -> None:
    flow = await flows.start_flow(caller(bench.work, bench.tenant), StartFlow("toy", {}, auto_advance=False))
    at = now()
    for later in (0, 2):
        async with bench.work(bench.tenant) as uow:
            held = await uow.flows.get(flow.id)
            await uow.flows.save(replace(held, jobs=(WakeFlow(flow.id, at + timedelta(seconds=later)),)))

    async with bench.work(bench.tenant) as uow:
        woken = [await uow.woken(flow.id, at + timedelta(seconds=late)) for late in (1, 2, 2)]

    assert woken == [False, True, False]
