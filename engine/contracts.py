"""A second look at a contract: pages that were not read at once, and a model's opinion where there is a model."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from domain.access import Tenant
from domain.contract import Contract, ContractReader, ReadContract
from domain.contracts.asking import LookFailed, SecondReader, question
from domain.contracts.keeping import LESSON, kept_by_people, keys_of, recall
from domain.contracts.text import passages
from domain.contracts.weighing import weigh
from domain.errors import NotFound, Refused
from domain.event import Event, EventKind
from domain.ports import Clock, Shapes, UnitOfWork, Work
from engine.patience import passing

log = logging.getLogger(__name__)

# A second look that has ended its worker this often is not begun again.
STARTS = 3
# How many lessons of people a model is told of.
_LESSONS = 10


@dataclass(frozen=True, slots=True)
class ContractJob:
    """One contract, by ids alone: what the engine stores of it."""

    tenant: Tenant
    contract_id: str


@dataclass(frozen=True, slots=True)
class ContractRunner:
    """Looks at contracts with the means of this process. Safe to repeat: one that was checked is left as it is."""

    work: Work
    shapes: Shapes
    reader: ContractReader
    second: SecondReader
    clock: Clock

    async def start(self, job: ContractJob) -> bool:
        """Count one more start; False, and the contract taken as it is, when earlier ones ended their workers."""
        async with self.work(job.tenant) as uow:
            starts = await uow.contracts.begin_check(job.contract_id)
        if starts > STARTS:
            await self.give_up(job, f"Looking at it a second time ended its worker {STARTS} times.")
        return 0 < starts <= STARTS

    async def check(self, job: ContractJob) -> None:
        """Read it once more and ask; nothing where it is gone or was checked already."""
        with suppress(NotFound):
            contract = await self._pending(job)
            if contract is None:
                return
            try:
                read = await self._read(job, contract)
            except Refused as refused:
                # It was read once; with all the time there is, it cannot be read better.
                await self.give_up(job, str(refused))
                return
            read = await self._recalled(job, read)
            await self._keep(job, await self._asked(job, read))

    async def _pending(self, job: ContractJob) -> Contract | None:
        async with self.work(job.tenant) as uow:
            contract = await uow.contracts.get(job.contract_id)
        return contract if contract.checked_at is None else None

    async def _read(self, job: ContractJob, contract: Contract) -> ReadContract:
        """Its file once more, with the time to recognize pictures."""
        with tempfile.TemporaryFile() as spool:
            async with self.work(job.tenant) as uow:
                async for chunk in uow.files.read(contract.file_id):
                    spool.write(chunk)
            spool.flush()
            return await self.reader.read(contract.file_name, cast("BinaryIO", spool), patient=True)

    async def _recalled(self, job: ContractJob, read: ReadContract) -> ReadContract:
        async with self.work(job.tenant) as uow:
            known = await uow.learnings.known(LESSON, keys_of(read.extraction))
        learned = recall(read.extraction, known)
        return replace(read, extraction=learned.extraction, warnings=(*read.warnings, *learned.warnings))

    async def _asked(self, job: ContractJob, read: ReadContract) -> ReadContract:
        """With a model's opinion; whatever goes wrong with it must not cost what the rules found."""
        if not self.second.looks:
            return read
        try:
            async with self.work(job.tenant) as uow:
                lessons = [pattern.summary for pattern in await uow.learnings.recall(LESSON)][:_LESSONS]
            asked = question(job.tenant, read.pages, read.extraction, self.shapes, self.second.longest, lessons)
            opinion = await self.second.look(asked)
            weighed = await asyncio.to_thread(weigh, read.extraction, read.pages, opinion.proposal)
        except LookFailed as failed:
            return replace(read, warnings=(*read.warnings, f"No model has looked at it: {failed}"))
        except Exception as fault:
            if passing(fault):
                raise
            log.exception("contract_look_went_wrong")
            return replace(read, warnings=(*read.warnings, "No model has looked at it; the log has the details."))
        return replace(read, extraction=weighed.extraction, warnings=(*read.warnings, *weighed.warnings))

    async def _keep(self, job: ContractJob, read: ReadContract) -> None:
        async with self.work(job.tenant) as uow:
            contract = await self._held(uow, job)
            if contract.checked_at is not None:
                return
            extraction = kept_by_people(contract.extraction, read.extraction)
            after = contract.reread(extraction, read.warnings, self.clock())
            await uow.contracts.keep(after, passages(read.pages))
            await self._tell(uow, after)

    async def give_up(self, job: ContractJob, why: str) -> None:
        """It stays as it was read at first."""
        with suppress(NotFound):
            async with self.work(job.tenant) as uow:
                contract = await self._held(uow, job)
                if contract.checked_at is None:
                    after = contract.reread(contract.extraction, (*contract.warnings, why), self.clock())
                    await uow.contracts.save(after)
                    await self._tell(uow, after)

    async def _held(self, uow: UnitOfWork, job: ContractJob) -> Contract:
        """Locked in the order of all commands: the flow first, then what hangs on it."""
        flow_id = await uow.contracts.flow_of(job.contract_id)
        if flow_id is not None:
            await uow.flows.get(flow_id)
        return await uow.contracts.get(job.contract_id)

    async def _tell(self, uow: UnitOfWork, contract: Contract) -> None:
        change = Event(EventKind.CHILD_CHANGED, self.clock(), None, {"changed": [["Contract", contract.id]]})
        if contract.flow_id is None:
            uow.tell(change)
        else:
            flow = await uow.flows.get(contract.flow_id)
            await uow.flows.save(replace(flow, events=(*flow.events, change)))
