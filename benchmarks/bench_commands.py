"""Starting a flow and submitting input on an engagement with 1,000 flows and 100,000 events."""

from __future__ import annotations

from itertools import count

from sqlalchemy import text

from benchmarks.reporting import interleaved, tell
from domain.commands import StartFlow, SubmitPhaseInput
from domain.event import RunPhase
from engine.run import Run
from persistence.database import open_database, select_tenant
from resolvers import flows
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller

FLOWS, EVENTS = 1_000, 100_000
TIMES = 200

# As little as a change can be: one row changed, one event, its number, all in one transaction.
BARE = (
    "UPDATE master_flows SET version = version + 1, last_seq = last_seq + 1 WHERE id = :flow",
    """
    INSERT INTO events (engagement_id, position, flow_id, flow_kind, seq, kind, data, occurred_at)
    SELECT engagement_id, 2000000 + :n, id, kind, 2000000 + :n, 'WARNING', '{}', now() FROM master_flows
    WHERE id = :flow
    """,
)
FILL = """
    INSERT INTO events (engagement_id, position, flow_id, flow_kind, seq, kind, data, occurred_at)
    SELECT f.engagement_id, 100000 + row_number() OVER (), f.id, f.kind, 1000 + n, 'WARNING', '{"code": "X"}', now()
    FROM master_flows f, generate_series(1, :each) n
"""


async def measure(url: str, _broadcast_url: str) -> None:
    """Each command against a bare transaction that changes one row and logs one event."""
    engine = open_database(url)
    async with postgres_bench(url) as bench:
        alice = caller(bench.work, bench.tenant)
        started = [await flows.start_flow(alice, StartFlow("toy", {"size": 1})) for _ in range(FLOWS)]
        waiting = iter(await _run(bench, [flow.id for flow in started]))
        async with engine.begin() as connection:
            await select_tenant(connection, bench.tenant)
            await connection.execute(text(FILL), {"each": EVENTS // FLOWS})
            await connection.execute(text("UPDATE heads SET last_seq = last_seq + 1000000"))
        numbers = count(1)

        async def bare() -> None:
            async with engine.begin() as connection:
                await select_tenant(connection, bench.tenant)
                for statement in BARE:
                    await connection.execute(text(statement), {"flow": started[0].id, "n": next(numbers)})

        async def start() -> None:
            await flows.start_flow(alice, StartFlow("toy", {"size": 1}))

        async def submit() -> None:
            answer = SubmitPhaseInput(next(waiting), "approve", {"names": []})
            await flows.submit_phase_input(alice, answer)

        for name, command in (("start a flow", start), ("submit input", submit)):
            ours, reference = await interleaved(command, bare, TIMES)
            tell(name, ours, reference, "a bare transaction", 50)
    await engine.dispose()


async def _run(bench: Bench, flow_ids: list[str]) -> list[str]:
    """Bring that many flows to their pause; the first of each engagement's are enough to answer."""
    wanted = set(flow_ids[: TIMES + TIMES // 10])
    for job in bench.take_jobs():
        if isinstance(job, RunPhase) and job.flow_id in wanted:
            await bench.run(Run(bench.tenant, job.flow_id, job.run_id))
    for job in bench.take_jobs():
        if isinstance(job, RunPhase):
            await bench.run(Run(bench.tenant, job.flow_id, job.run_id))
    return [flow_id for flow_id in flow_ids if flow_id in wanted]
