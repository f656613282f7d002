"""The nested read (50 flows, child, phases, last 5 events) and one flow with its phases, over HTTP."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.reporting import interleaved, tell
from benchmarks.site import serve
from domain.commands import Source, StartFlow
from persistence.database import open_database, reading
from resolvers import flows
from tests.integration.conftest import postgres_bench
from tests.toy import caller

FLOWS, TIMES = 50, 100
CSV = b"Application,Criticality\nLedger,high\nBilling,low\n"
NESTED = """
query { flows(first: 50) { nodes { id name status progress child { id __typename phases { key status } }
  phases { key title status position startedAt completedAt } events(last: 5) { nodes { kind cursor occurredAt } } } } }
"""
ONE = "query ($id: ID!) { flow(id: $id) { id name status progress route phases { key title status position } } }"
# What PostgreSQL alone can do: the same answer built as JSON by one statement.
BARE = """
SELECT json_agg(f) FROM (
  SELECT m.id, m.name, m.status, m.progress,
    (SELECT json_agg(p ORDER BY p.position) FROM phases p WHERE p.flow_id = m.id) AS phases,
    (SELECT json_agg(e) FROM (SELECT kind, seq, occurred_at FROM events WHERE flow_id = m.id
                              ORDER BY seq DESC LIMIT 5) e) AS events
  FROM master_flows m ORDER BY updated_at DESC LIMIT :limit) f
"""


async def measure(url: str, broadcast_url: str) -> None:
    """Against one SQL statement that builds the same JSON, sent by the same driver."""
    engine = open_database(url)
    async with postgres_bench(url) as bench:
        started = [await flows.start_flow(caller(bench.work, bench.tenant), discovery()) for _ in range(FLOWS)]
        await bench.drive()
        with tempfile.TemporaryDirectory() as folder:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:

                async def bare(limit: int) -> object:
                    async with reading(engine, bench.tenant) as connection:
                        return await connection.scalar(text(BARE), {"limit": limit})

                nested = await interleaved(lambda: site.ask(NESTED), lambda: bare(FLOWS), TIMES)
                tell("50 flows nested", *nested, "one SQL statement", 150)
                flow_id = f"MasterFlow:{started[0].id}"
                one = await interleaved(lambda: site.ask(ONE, id=flow_id), lambda: bare(1), TIMES)
                tell("one flow", *one, "one SQL statement", 30)
                print(f"  API resident {site.resident_mib():.0f} MiB (promise < 200 MiB after start)")
    await engine.dispose()


def discovery() -> StartFlow:
    """Of two applications."""

    async def chunks() -> AsyncIterator[bytes]:
        yield CSV

    return StartFlow("discovery", {}, source=Source("small.csv", "text/csv", chunks(), 1 << 20))
