"""Inventories imported by one discovery each, by rules: a list of applications, and a workbook of machines.

With the seconds from the upload to the end, and the memory that the worker's process grows by.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from sqlalchemy import insert, text

from benchmarks.rvtools_workbook import write_workbook
from domain.commands import Source, StartFlow, SubmitPhaseInput
from domain.event import RunPhase
from domain.phase import PhaseState
from engine.memory import peak_mib, reset_peak
from engine.run import Run
from persistence.database import open_database, select_tenant
from persistence.tables import applications
from resolvers import flows
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, new_id

APPLICATIONS, MACHINES = 10_000, 50_000
HEADER = ("Application", "Owner", "Department", "Criticality", "Environment", "Technology", "Users", "Depends on")
TECHNOLOGIES = ("Java 8", "Windows Server 2012 R2", "RHEL 7", "Oracle 11g", "COBOL", "PostgreSQL 13", "Node.js 14")
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Case:
    """A file to import, what is promised of it, and up to which phase."""

    what: str
    path: Path
    seconds: int
    mib: int
    last: str


def write_portfolio(path: Path, count: int) -> None:
    """As a spreadsheet program would write it: each application needs the one before it, and a directory."""
    target = io.StringIO()
    rows = csv.writer(target)
    rows.writerow(HEADER)
    for n in range(count):
        needs = f"App {n - 1:05};Directory" if n % 3 else "Directory"
        level = ("high", "medium", "low")[n % 3]
        place = ("production", "test")[n % 5 == 0]
        technology = TECHNOLOGIES[n % len(TECHNOLOGIES)]
        rows.writerow((f"App {n:05}", f"owner{n % 400}", f"D{n % 40}", level, place, technology, n % 900, needs))
    rows.writerow(("Directory", "it", "IT", "mission critical", "production", "Windows Server 2019", 9000, ""))
    path.write_text(target.getvalue())


async def measure(url: str, _broadcast_url: str) -> None:
    """Their phases with the proposals accepted, against reading each file and inserting the bare rows."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        small, large = folder / "small.csv", folder / "portfolio.csv"
        machines, few = folder / "machines.xlsx", folder / "few.xlsx"
        write_portfolio(small, 20)
        write_portfolio(large, APPLICATIONS)
        write_workbook(few, 20)
        write_workbook(machines, MACHINES)
        async with postgres_bench(url) as bench:
            # A first, small import of each kind loads what a worker loads once.
            await _discover(bench, small, "tech_debt")
            await _discover(bench, few, "inventory")
            await _tell(url, bench, Case(f"{MACHINES:,} machines (RVTools)", machines, 120, 500, "inventory"))
        async with postgres_bench(url) as bench:
            await _tell(url, bench, Case(f"{APPLICATIONS:,} applications (CSV)", large, 60, 300, "tech_debt"))


async def _tell(url: str, bench: Bench, case: Case) -> None:
    reset_peak()
    before = peak_mib() or 0.0
    found, seconds, peak = await _discover(bench, case.path, case.last, told=True)
    bare = await _bare(url, bench, case.path)
    grown = peak - before
    kept = "kept" if seconds < case.seconds and grown < case.mib else "NOT KEPT"
    print(
        f"  {case.what:<28} {found:6} made  {seconds:6.1f} s  {grown:6.0f} MiB grown"
        f"  (promise < {case.seconds} s, < {case.mib} MiB: {kept})"
        f"  {seconds / bare:5.1f} x parsing and inserting the bare rows ({bare:.2f} s)",
        flush=True,
    )


async def _discover(bench: Bench, path: Path, last: str, *, told: bool = False) -> tuple[int, float, float]:
    """From the upload to the end of that phase: applications made, seconds, and the memory held at most."""
    alice = caller(bench.work, bench.tenant)
    begun = time.perf_counter()
    source = Source(path.name, "application/octet-stream", _chunks(path), 100 << 20)
    flow = await flows.start_flow(alice, StartFlow("discovery", {}, source=source))
    peak = peak_mib() or 0.0
    while flow.failure is None:
        for job in bench.take_jobs():
            if isinstance(job, RunPhase):
                peak = max(peak, await _run(bench, job, flow.running, told=told))
        async with bench.work(bench.tenant) as uow:
            flow = await uow.flows.get(flow.id)
            results = await uow.results.current(flow.id)
        if last in results:
            return results["inventory"]["created"], time.perf_counter() - begun, peak
        if (waiting := flow.active) is not None and flow.running is None:
            answer = SubmitPhaseInput(flow.id, waiting.key, waiting.proposed_input)
            flow = await flows.submit_phase_input(alice, answer)
    raise RuntimeError(flow.failure.message)


async def _run(bench: Bench, job: RunPhase, state: PhaseState | None, *, told: bool) -> float:
    reset_peak()
    began, worked = time.perf_counter(), time.process_time()
    await bench.run(Run(bench.tenant, job.flow_id, job.run_id))
    peak = peak_mib() or 0.0
    if told and state:
        print(
            f"    {state.key:<20} {time.perf_counter() - began:6.2f} s,"
            f" {time.process_time() - worked:6.2f} s of them worked, to {peak:6.0f} MiB",
            flush=True,
        )
    return peak


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            yield chunk


async def _bare(url: str, bench: Bench, path: Path) -> float:
    """What cannot be saved: the file's bytes through their parser, and its rows into a table."""
    engine = open_database(url)
    begun = time.perf_counter()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "engagement_id": bench.tenant.engagement_id,
            "key": f"bare {name}",
            "name": name,
            "technologies": [],
            "attributes": attributes,
            "readiness": "DISCOVERED",
            "readiness_gaps": [],
            "edited": [],
            "completeness": 0.0,
            "version": 1,
        }
        for name, attributes in (_parsed_workbook(path) if path.suffix == ".xlsx" else _parsed_list(path))
    ]
    async with engine.begin() as connection:
        await select_tenant(connection, bench.tenant)
        await connection.execute(insert(applications), rows)
        await connection.execute(text("SELECT 1"))
    taken = time.perf_counter() - begun
    await engine.dispose()
    return taken


def _parsed_list(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(newline="") as source:
        for row in csv.DictReader(source):
            yield row["Application"], row


def _parsed_workbook(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every element of every sheet told once, to a function that does nothing."""
    with zipfile.ZipFile(path) as archive:
        for part in (name for name in archive.namelist() if "worksheets/" in name):
            parser = expat.ParserCreate()
            parser.StartElementHandler = lambda _name, _attributes: None
            parser.EndElementHandler = lambda _name: None
            with archive.open(part) as source:
                parser.ParseFile(source)
    for number in range(MACHINES):
        yield f"machine {number}", {"number": number}
