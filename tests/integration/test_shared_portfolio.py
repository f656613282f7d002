"""Two flows over one portfolio at once: neither undoes what the other has done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.application import Application
from domain.commands import Source, StartFlow, SubmitPhaseInput
from domain.event import RunPhase
from domain.flow import Flow
from domain.need import Need
from engine.phases import PortfolioMoved
from engine.run import Run
from resolvers import flows
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller

INVENTORY = (Path(__file__).parents[1] / "fixtures" / "konveyor.csv").read_bytes()
EVERYTHING = frozenset({Need.APPLICATIONS})


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


async def inventory() -> AsyncIterator[bytes]:
    yield INVENTORY


async def at_inventory(bench: Bench) -> Run:
    """A discovery whose inventory is to run next."""
    alice = caller(bench.work, bench.tenant)
    source = Source("konveyor.csv", "text/csv", inventory(), len(INVENTORY))
    flow = await flows.start_flow(alice, StartFlow("discovery", {}, source=source))
    for _ in range(2):
        await bench.drive()
        flow = await answered(bench, flow)
    (job,) = (job for job in bench.take_jobs() if isinstance(job, RunPhase))
    return Run(bench.tenant, job.flow_id, job.run_id)


async def answered(bench: Bench, flow: Flow) -> Flow:
    async with bench.work(bench.tenant) as uow:
        state = (await uow.flows.get(flow.id)).active
    assert state is not None
    answer = SubmitPhaseInput(flow.id, state.key, state.proposed_input)
    return await flows.submit_phase_input(caller(bench.work, bench.tenant), answer)


async def applications(bench: Bench) -> tuple[Application, ...]:
    async with bench.work(bench.tenant) as uow:
        return (await uow.portfolio.load(EVERYTHING, "", ())).applications


async def test_the_second_of_two_imports_is_worked_out_again(bench: Bench) -> None:
    runner = bench.runner()
    first, second = await at_inventory(bench), await at_inventory(bench)
    staged = {run: await runner.rules(run) for run in (first, second)}
    await runner.save(first, staged[first])
    made = await applications(bench)

    with pytest.raises(PortfolioMoved):
        await runner.save(second, staged[second])
    assert await applications(bench) == made
    await runner.save(second, await runner.rules(second))

    assert [each.id for each in await applications(bench)] == [each.id for each in made]
    assert len(made) == 2
