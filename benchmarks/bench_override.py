"""Overriding a decision of an assessment of 50 applications, beside 1,000 flows and 100,000 events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path

from sqlalchemy import text

from benchmarks.bench_commands import EVENTS, FILL, FLOWS
from benchmarks.reporting import interleaved, tell
from domain.commands import Source, StartFlow, SubmitPhaseInput
from domain.decision import Strategy
from domain.flow import Flow
from domain.need import Need
from domain.sixr.overriding import DecisionChange
from persistence.database import open_database, select_tenant
from resolvers import assessment, flows
from server.composition import settle
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller

SAMPLE = Path(__file__).parents[1] / "server" / "sample" / "portfolio.csv"
PHASE = "component_sixr_strategies"
TIMES = 100


async def measure(url: str, _broadcast_url: str) -> None:
    """Against a transaction that reads and rewrites the same decisions' rows and nothing else."""
    engine = open_database(url)
    async with postgres_bench(url) as bench:
        alice = caller(bench.work, bench.tenant)
        for _ in range(FLOWS):
            await flows.start_flow(alice, StartFlow("toy", {"size": 1}))
        bench.take_jobs()
        async with engine.begin() as connection:
            await select_tenant(connection, bench.tenant)
            await connection.execute(text(FILL), {"each": EVENTS // FLOWS})
            await connection.execute(text("UPDATE heads SET last_seq = last_seq + 1000000"))
        flow = await _decided(bench)
        choices = cycle((id, s) for s in (Strategy.REHOST, Strategy.REPLATFORM) for id in flow.application_ids)

        async def override() -> None:
            application_id, strategy = next(choices)
            change = DecisionChange("The consultant knows better.", strategy)
            await assessment.override(alice, assessment.OverrideDecision(flow.id, application_id, change))

        async def bare() -> None:
            async with engine.begin() as connection:
                await select_tenant(connection, bench.tenant)
                await connection.execute(text("SELECT * FROM decisions WHERE flow_id = :flow"), {"flow": flow.id})
                await connection.execute(
                    text("UPDATE decisions SET rationale = rationale WHERE flow_id = :flow"), {"flow": flow.id}
                )

        # As the API does before it serves.
        settle()
        ours, reference = await interleaved(override, bare, TIMES)
        tell("override a decision", ours, reference, "reading and rewriting the rows", 50)
    await engine.dispose()


async def _decided(bench: Bench) -> Flow:
    """An assessment of the sample that waits at its decisions."""
    await _run(bench, StartFlow("discovery", {}, source=_source()), None)
    async with bench.work(bench.tenant) as uow:
        found = (await uow.portfolio.load(frozenset({Need.APPLICATIONS}), "", ())).applications
    ready = [application.id for application in found if application.readiness == "READY_FOR_ASSESSMENT"]
    return await _run(bench, StartFlow("assessment", {"applicationIds": ready[:50]}), PHASE)


async def _run(bench: Bench, start: StartFlow, until: str | None) -> Flow:
    alice = caller(bench.work, bench.tenant)
    flow = await flows.start_flow(alice, start)
    while True:
        await bench.drive()
        async with bench.work(bench.tenant) as uow:
            flow = await uow.flows.get(flow.id)
        waiting = flow.active
        if waiting is None or waiting.key == until:
            return flow
        if flow.failure:
            raise RuntimeError(flow.failure.message)
        await flows.submit_phase_input(alice, SubmitPhaseInput(flow.id, waiting.key, waiting.proposed_input))


def _source() -> Source:
    async def chunks() -> AsyncIterator[bytes]:
        yield SAMPLE.read_bytes()

    return Source(SAMPLE.name, "text/csv", chunks(), 1 << 20)
