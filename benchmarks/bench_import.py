"""10,000 applications imported by one discovery, by rules, with the memory the worker's process grows by."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import insert, text

from domain.commands import Source, StartFlow, SubmitPhaseInput
from engine.memory import peak_mib, reset_peak
from persistence.database import open_database, select_tenant
from persistence.tables import applications
from resolvers import flows
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, new_id

APPLICATIONS = 10_000
LIMIT_SECONDS, LIMIT_MIB = 60, 300
HEADER = ("Application", "Owner", "Department", "Criticality", "Environment", "Technology", "Users", "Depends on")
TECHNOLOGIES = ("Java 8", "Windows Server 2012 R2", "RHEL 7", "Oracle 11g", "COBOL", "PostgreSQL 13", "Node.js 14")


def inventory() -> bytes:
    """As a spreadsheet program would write it: each application needs the one before it, and a directory."""
    target = io.StringIO()
    rows = csv.writer(target)
    rows.writerow(HEADER)
    for n in range(APPLICATIONS):
        needs = f"App {n - 1:05};Directory" if n % 3 else "Directory"
        level = ("high", "medium", "low")[n % 3]
        place = ("production", "test")[n % 5 == 0]
        technology = TECHNOLOGIES[n % len(TECHNOLOGIES)]
        rows.writerow((f"App {n:05}", f"owner{n % 400}", f"D{n % 40}", level, place, technology, n % 900, needs))
    rows.writerow(("Directory", "it", "IT", "mission critical", "production", "Windows Server 2019", 9000, ""))
    return target.getvalue().encode()


async def measure(url: str, _broadcast_url: str) -> None:
    """All six phases with their proposals accepted, against reading the file and inserting the bare rows."""
    data = inventory()
    async with postgres_bench(url) as bench:
        # A first, small import loads what a worker loads once.
        await _discover(bench, b"\n".join(data.splitlines()[:20]) + b"\n")
        before = _settled()
        begun = time.perf_counter()
        found = await _discover(bench, data)
        seconds, grown = time.perf_counter() - begun, (peak_mib() or 0.0) - before
        bare = await _bare(url, bench, data)
    kept = "kept" if seconds < LIMIT_SECONDS and grown < LIMIT_MIB else "NOT KEPT"
    print(
        f"  {found} applications        {seconds:6.1f} s  {grown:6.0f} MiB grown"
        f"  (promise < {LIMIT_SECONDS} s, < {LIMIT_MIB} MiB: {kept})"
        f"  {seconds / bare:5.1f} x reading and inserting the bare rows ({bare:.2f} s)"
    )


def _settled() -> float:
    reset_peak()
    return peak_mib() or 0.0


async def _discover(bench: Bench, data: bytes) -> int:
    alice = caller(bench.work, bench.tenant)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 1 << 16):
            yield data[start : start + (1 << 16)]

    source = Source("inventory.csv", "text/csv", chunks(), 100 << 20)
    flow = await flows.start_flow(alice, StartFlow("discovery", {}, source=source))
    while True:
        begun = time.perf_counter()
        await bench.drive()
        async with bench.work(bench.tenant) as uow:
            flow = await uow.flows.get(flow.id)
        waiting = flow.active
        if waiting is None or flow.failure:
            break
        print(f"    to {waiting.key:<20} {time.perf_counter() - begun:6.2f} s", flush=True)
        answer = SubmitPhaseInput(flow.id, waiting.key, waiting.proposed_input)
        await flows.submit_phase_input(alice, answer)
    if flow.failure:
        raise RuntimeError(flow.failure.message)
    async with bench.work(bench.tenant) as uow:
        return (await uow.results.current(flow.id))["inventory"]["created"]  # type: ignore[no-any-return]


async def _bare(url: str, bench: Bench, data: bytes) -> float:
    engine = open_database(url)
    begun = time.perf_counter()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "engagement_id": bench.tenant.engagement_id,
            "key": f"bare {row['Application']}",
            "name": row["Application"],
            "technologies": [],
            "attributes": row,
            "readiness": "DISCOVERED",
            "readiness_gaps": [],
            "edited": [],
            "completeness": 0.0,
            "version": 1,
        }
        for row in csv.DictReader(io.StringIO(data.decode()))
    ]
    async with engine.begin() as connection:
        await select_tenant(connection, bench.tenant)
        await connection.execute(insert(applications), rows)
        await connection.execute(text("SELECT 1"))
    taken = time.perf_counter() - begun
    await engine.dispose()
    return taken
