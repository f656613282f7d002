"""Exports by the engine's own runner: asked for, written once, told of, and gone at their time or with their flow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO

import pytest
from sqlalchemy import func, select

from domain.access import Role
from domain.commands import FlowAction, PhaseAction, Source, StartFlow
from domain.document import Document
from domain.errors import ErrorCode, Forbidden, NotFound, Refused
from domain.event import EventKind, WriteExport
from domain.export import Export, ExportFormat, ExportStatus
from domain.flow import Flow
from engine.exports import STARTS, ExportJob, ExportRunner
from persistence.database import open_database, reading
from persistence.sweeps import DatabaseSweeps
from persistence.tables import files
from resolvers import exports, flows
from resolvers.exports import ExportFlow
from shapes.codec import Codec
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, now
from writers import Writers


@pytest.fixture
async def stored(fresh_database: str) -> AsyncIterator[Bench]:
    """On PostgreSQL alone."""
    async with postgres_bench(fresh_database) as made:
        yield made


def runner(bench: Bench) -> ExportRunner:
    return ExportRunner(bench.work, Codec(), Writers(), now)


async def toys(bench: Bench, name: str = "Toys") -> Flow:
    flow = await flows.start_flow(caller(bench.work, bench.tenant), StartFlow("toy", {"size": 2}, name=name))
    await bench.drive()
    return flow


async def asked(bench: Bench, flow: Flow, format: ExportFormat = ExportFormat.JSON) -> ExportJob:
    export = await exports.export_flow(caller(bench.work, bench.tenant), ExportFlow(flow.id, format))
    (job,) = bench.take_jobs()
    assert job == WriteExport(flow.id, export.id)
    return ExportJob(bench.tenant, flow.id, export.id)


async def found(bench: Bench, job: ExportJob) -> Export:
    async with bench.work(bench.tenant) as uow:
        return await uow.exports.get(job.export_id)


async def content(bench: Bench, export: Export) -> bytes:
    async with bench.work(bench.tenant) as uow:
        return b"".join([chunk async for chunk in uow.files.read(export.file_id or "")])


async def told(bench: Bench, job: ExportJob) -> int:
    """How often the flow's log says that the export has changed."""
    changes = [e.data["changed"] for e in await bench.events(job.flow_id) if e.kind is EventKind.CHILD_CHANGED]
    return changes.count([["Export", job.export_id]])


async def test_an_export_is_written_and_told_of(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))
    assert (await found(bench, job)).status is ExportStatus.PENDING

    assert await runner(bench).start(job)
    await runner(bench).write(job)

    export = await found(bench, job)
    data = await content(bench, export)
    assert (export.status, export.size_bytes) == (ExportStatus.READY, float(len(data)))
    assert json.loads(data) == {"names": ["Toy 0", "Toy 1"]}
    assert export.expires_at is not None
    assert timedelta(days=6, hours=23) < export.expires_at - now() <= timedelta(days=7)
    assert await told(bench, job) == 2


async def test_one_that_is_written_again_stays_as_it_is(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))
    await runner(bench).write(job)
    before = await found(bench, job)

    await runner(bench).write(job)
    await runner(bench).fail(job, "Too late.")

    assert await found(bench, job) == before
    assert await told(bench, job) == 2


@dataclass(frozen=True)
class Deleting:
    """Writes, and then somebody deletes the flow before the file is kept."""

    delete: Callable[[], Coroutine[Any, Any, Any]]
    loop: asyncio.AbstractEventLoop

    def write(self, document: Document, format: ExportFormat, target: BinaryIO) -> None:
        Writers().write(document, format, target)
        asyncio.run_coroutine_threadsafe(self.delete(), self.loop).result()


async def test_one_whose_flow_is_deleted_meanwhile_leaves_nothing(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))
    alice = caller(bench.work, bench.tenant)
    writer = Deleting(lambda: flows.delete_flow(alice, FlowAction(job.flow_id)), asyncio.get_running_loop())

    await replace(runner(bench), writer=writer).write(job)
    await runner(bench).fail(job, "There is nobody to tell.")

    with pytest.raises(NotFound):
        await found(bench, job)


async def test_deleting_a_flow_removes_its_files(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))
    await runner(bench).write(job)
    file_id = (await found(bench, job)).file_id or ""

    await flows.delete_flow(caller(bench.work, bench.tenant), FlowAction(job.flow_id))

    async with bench.work(bench.tenant) as uow:
        with pytest.raises(NotFound):
            await uow.files.get(file_id)
        assert await uow.files.chunk(file_id, 0) is None


async def test_one_that_keeps_ending_its_worker_is_given_up(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))

    starts = [await runner(bench).start(job) for _ in range(STARTS + 1)]

    assert starts == [True] * STARTS + [False]
    export = await found(bench, job)
    assert (export.status, export.failure) == (ExportStatus.FAILED, "Writing this file ended its worker 3 times.")
    assert await told(bench, job) == 2


async def test_a_file_goes_at_its_time_and_its_export_says_so(bench: Bench) -> None:
    job = await asked(bench, await toys(bench))
    await runner(bench).write(job)
    file_id = (await found(bench, job)).file_id or ""

    await runner(bench).expire(bench.tenant, job.flow_id, file_id)
    await runner(bench).expire(bench.tenant, job.flow_id, file_id)

    export = await found(bench, job)
    assert (export.status, export.file_id) == (ExportStatus.EXPIRED, None)
    assert await told(bench, job) == 3
    async with bench.work(bench.tenant) as uow:
        assert await uow.files.chunk(file_id, 0) is None


async def test_a_format_that_is_not_offered_is_refused_and_nothing_changes(bench: Bench) -> None:
    flow = await toys(bench)
    before = await bench.events(flow.id)

    with pytest.raises(Refused) as refused:
        await exports.export_flow(caller(bench.work, bench.tenant), ExportFlow(flow.id, ExportFormat.PDF))

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.UNSUPPORTED_FORMAT]
    assert bench.take_jobs() == []
    assert await bench.events(flow.id) == before
    async with bench.work(bench.tenant) as uow:
        assert await uow.exports.open(flow.id) == 0


async def test_a_flow_keeps_so_many_exports(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_EXPORTS", 2)
    flow = await toys(bench)
    first = await asked(bench, flow)
    await asked(bench, flow)

    with pytest.raises(Refused, match="A flow keeps at most 2 exports") as refused:
        await asked(bench, flow)
    await runner(bench).fail(first, "To make room.")

    assert refused.value.problems[0].code is ErrorCode.LIMIT_EXCEEDED
    await asked(bench, flow)


async def test_nobody_without_a_role_asks_for_one(bench: Bench) -> None:
    flow = await toys(bench)
    stranger = replace(caller(bench.work, bench.tenant), roles=frozenset())

    with pytest.raises(Forbidden):
        await exports.export_flow(stranger, ExportFlow(flow.id, ExportFormat.JSON))

    viewer = caller(bench.work, bench.tenant, Role.VIEWER)
    assert (await exports.export_flow(viewer, ExportFlow(flow.id, ExportFormat.JSON))).requested_by == "alice"


async def test_a_flow_that_is_not_there_has_no_exports(bench: Bench) -> None:
    with pytest.raises(NotFound, match="There is no such flow"):
        await asked(bench, await gone(bench))


async def gone(bench: Bench) -> Flow:
    flow = await toys(bench)
    await flows.delete_flow(caller(bench.work, bench.tenant), FlowAction(flow.id))
    return flow


# ── what only tables know


async def test_a_file_of_a_flow_that_was_deleted_meanwhile_is_not_stored(stored: Bench, fresh_database: str) -> None:
    await test_one_whose_flow_is_deleted_meanwhile_leaves_nothing(stored)

    assert await due(stored, fresh_database, timedelta(days=8)) == []
    engine = open_database(fresh_database)
    async with reading(engine, stored.tenant) as connection:
        assert await connection.scalar(select(func.count()).select_from(files)) == 0
    await engine.dispose()


async def due(bench: Bench, url: str, later: timedelta) -> list[Any]:
    engine = open_database(url)
    try:
        return list(await DatabaseSweeps(engine).expired(now() + later))
    finally:
        await engine.dispose()


async def test_the_sweep_finds_files_at_their_time(stored: Bench, fresh_database: str) -> None:
    job = await asked(stored, await toys(stored))
    await runner(stored).write(job)
    file_id = (await found(stored, job)).file_id

    assert await due(stored, fresh_database, timedelta(days=6, hours=23)) == []
    assert await due(stored, fresh_database, timedelta(days=7, hours=1)) == [(stored.tenant, job.flow_id, file_id)]
    await runner(stored).expire(stored.tenant, job.flow_id, file_id or "")

    assert await due(stored, fresh_database, timedelta(days=7, hours=1)) == []


async def inventory() -> AsyncIterator[bytes]:
    yield b"Application Name\nPayroll\n"


async def test_an_imported_file_goes_after_thirty_days_and_says_so_when_it_is_asked_for(
    stored: Bench, fresh_database: str
) -> None:
    alice = caller(stored.work, stored.tenant)
    source = Source("apps.csv", "text/csv", inventory(), 1_000)
    flow = await flows.start_flow(alice, StartFlow("discovery", {}, source=source, auto_advance=False))
    file_id = flow.configuration["fileId"]

    assert await due(stored, fresh_database, timedelta(days=29)) == []
    assert await due(stored, fresh_database, timedelta(days=31)) == [(stored.tenant, flow.id, file_id)]
    await runner(stored).expire(stored.tenant, flow.id, file_id)

    await flows.run_phase(alice, PhaseAction(flow.id))
    with pytest.raises(Refused, match="The file is no longer kept"):
        await stored.drive()


async def test_a_deleted_flow_takes_its_imported_file_along(stored: Bench, fresh_database: str) -> None:
    alice = caller(stored.work, stored.tenant)
    source = Source("apps.csv", "text/csv", inventory(), 1_000)
    flow = await flows.start_flow(alice, StartFlow("discovery", {}, source=source, auto_advance=False))

    await flows.delete_flow(alice, FlowAction(flow.id))

    assert await due(stored, fresh_database, timedelta(days=31)) == []
    async with stored.work(stored.tenant) as uow:
        with pytest.raises(NotFound):
            await uow.files.get(flow.configuration["fileId"])
