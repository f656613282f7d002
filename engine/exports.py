"""Writing one export: its document read in one transaction, the file made aside, and shown in another."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast

from domain.access import Tenant
from domain.errors import NotFound
from domain.export import Export, ExportCall, ExportStatus, told
from domain.export_ports import DocumentWriter
from domain.flow import Flow
from domain.ports import Clock, Shapes, UnitOfWork, Work

# An export that has ended its worker this often is not begun again.
STARTS = 3
CHUNK_BYTES = 1 << 20
# A file is held in memory up to this size, beyond it on disk.
SPOOL_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One export, by ids alone: what the engine stores of it."""

    tenant: Tenant
    flow_id: str
    export_id: str


@dataclass(frozen=True, slots=True)
class ExportRunner:
    """Carries out exports with the means of this process. `kept` is how long a file stays, `limit` how large it may be.

    Each step is safe to repeat: what is no longer PENDING is left as it is.
    """

    work: Work
    shapes: Shapes
    writer: DocumentWriter
    clock: Clock
    kept: timedelta = timedelta(days=7)
    limit: int = 1 << 30

    async def start(self, job: ExportJob) -> bool:
        """Count one more start; False, and the export FAILED, when earlier ones have ended their workers too often."""
        async with self.work(job.tenant) as uow:
            starts = await uow.exports.start(job.export_id)
        if starts > STARTS:
            await self.fail(job, f"Writing this file ended its worker {STARTS} times.")
        return starts <= STARTS

    async def write(self, job: ExportJob) -> None:
        """Make the file and show it; nothing where the export is no longer wanted."""
        with suppress(NotFound):
            if (found := await self._read(job)) is None:
                return
            export, call = found
            with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
                target = cast("BinaryIO", spool)
                await asyncio.to_thread(self._write, export, call, target)
                await self._keep(job, target)

    async def _read(self, job: ExportJob) -> tuple[Export, ExportCall] | None:
        async with self.work(job.tenant) as uow:
            # Held until all is read: no phase and no command changes the flow in between.
            flow = await uow.flows.get(job.flow_id)
            export = await uow.exports.get(job.export_id)
            if export.status is not ExportStatus.PENDING:
                return None
            return export, await self._call(uow, flow)

    async def _call(self, uow: UnitOfWork, flow: Flow) -> ExportCall:
        results: dict[str, Any] = {}
        current = await uow.results.current(flow.id)
        for phase in flow.definition.phases:
            if phase.key in current:
                results[phase.key] = self.shapes.decode(phase.result, current[phase.key])
        return ExportCall(
            flow=flow,
            results=results,
            portfolio=await uow.portfolio.load(flow.definition.exporting.needs, flow.id, flow.application_ids),
            engagement=await uow.engagement(),
            now=self.clock(),
        )

    def _write(self, export: Export, call: ExportCall, target: BinaryIO) -> None:
        document = call.flow.definition.exporting.compose(call)
        self.writer.write(document, export.format, target)
        target.seek(0)

    async def _keep(self, job: ExportJob, file: BinaryIO) -> None:
        async with self.work(job.tenant) as uow:
            flow = await uow.flows.get(job.flow_id)
            export = await uow.exports.get(job.export_id)
            if export.status is not ExportStatus.PENDING:
                return
            stored = await uow.files.save(export.file_name, export.media_type, _chunks(file), self.limit)
            now = self.clock()
            export = export.written(stored.id, stored.size, now + self.kept)
            await uow.files.expire(stored.id, flow.id, now + self.kept)
            await uow.exports.save(export)
            await uow.flows.save(told(flow, export, now))

    async def fail(self, job: ExportJob, why: str) -> None:
        """It came to nothing: say why, unless its flow is gone as well."""
        with suppress(NotFound):
            async with self.work(job.tenant) as uow:
                flow = await uow.flows.get(job.flow_id)
                export = await uow.exports.get(job.export_id)
                if export.status is ExportStatus.PENDING:
                    await uow.exports.save(export.failed(why))
                    await uow.flows.save(told(flow, export, self.clock()))

    async def expire(self, tenant: Tenant, flow_id: str, file_id: str) -> None:
        """Let a file go whose time has come; where it is an export's, say so."""
        async with self.work(tenant) as uow:
            # A flow that is gone has nobody to be told.
            with suppress(NotFound):
                flow = await uow.flows.get(flow_id)
                export = await uow.exports.of_file(file_id)
                if export is not None:
                    await uow.exports.save(export.expired())
                    await uow.flows.save(told(flow, export, self.clock()))
            await uow.files.remove(file_id)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
