"""What people do about contracts: upload one, correct what was read from it, take one away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import BinaryIO

from domain.access import Role
from domain.artifacts.telling import require_open
from domain.contract import LARGEST_FILE, Contract, ContractReader, CorrectContract, UploadContract
from domain.contracts.correcting import Corrected
from domain.contracts.keeping import LESSON, corrected, expect, keys_of, recall, require_customer, uploaded
from domain.contracts.text import passages
from domain.errors import ErrorCode, NotFound, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.override import Override
from domain.ports import UnitOfWork
from domain.teaching import learn
from resolvers.context import Caller
from resolvers.portfolio import Delete, told

_CHUNK = 1 << 18


async def upload_contract(caller: Caller, reader: ContractReader, command: UploadContract) -> Contract:
    """Its text and what the rules find in it at once; a worker looks a second time."""
    caller.need(Role.CONTRIBUTOR)
    with tempfile.TemporaryFile() as spool:
        # A look beforehand: nobody waits for the reading of what has no customer. It is looked at again.
        async with caller.open_work(caller.tenant) as uow:
            await _flow(uow, command)
        await _spool(command.chunks, spool)
        read = await reader.read(command.file_name, spool)
        async with caller.work() as uow:
            flow = await _flow(uow, command)
            spool.seek(0)
            stored = await uow.files.save(command.file_name, read.media_type, _chunks(spool), LARGEST_FILE)
            known = await uow.learnings.known(LESSON, keys_of(read.extraction))
            learned = recall(read.extraction, known)
            contract = uploaded(command, stored, read, caller.stamp())
            warnings = (*contract.warnings, *learned.warnings)
            contract = replace(contract, extraction=learned.extraction, warnings=warnings)
            await uow.contracts.keep(contract, passages(read.pages))
            uow.contracts.check(contract)
            uow.touch(contract.id)
            await _tell(uow, caller, flow, contract)
    return contract


async def _flow(uow: UnitOfWork, command: UploadContract) -> Flow | None:
    """The flow it is for, locked; Refused where there is no such customer, or the flow is not about him."""
    if not await uow.customers.find((command.customer_id,)):
        raise NotFound("customer", ("customerId",))
    if command.flow_id is None:
        return None
    flow = await uow.flows.get(command.flow_id)
    require_open(flow)
    require_customer(await uow.contracts.customer_of(flow.id), command)
    return flow


async def _spool(chunks: AsyncIterator[bytes], target: BinaryIO) -> None:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_FILE:
            message = (
                f"The file is larger than {LARGEST_FILE >> 20} MiB. Leave out pictures and appendices, or split it."
            )
            raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "file")
        target.write(chunk)
    target.flush()


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


async def correct_contract(caller: Caller, command: CorrectContract, expected_version: int | None = None) -> Contract:
    """What a person says instead stands from now on, whatever is read later."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, contract = await _there(uow, command.id)
        expect(contract, expected_version)
        after = corrected(contract, command, caller.stamp())
        await uow.contracts.save(after.contract)
        uow.touch(contract.id)
        uow.witness(
            {each.field: each.before for each in after.corrections},
            {each.field: each.after for each in after.corrections},
        )
        events = await _overridden(uow, caller, flow, after)
        await _tell(uow, caller, flow, after.contract, events)
    return after.contract


async def _overridden(uow: UnitOfWork, caller: Caller, flow: Flow | None, after: Corrected) -> tuple[Event, ...]:
    """Listed with the flow's other overrides, where it was uploaded for one; and learned."""
    if flow is None:
        # No flow tells of it: none taught it.
        await learn(uow, after.lessons, caller.stamp())
        return ()
    phase = (flow.current or flow.phases[-1]).key
    overrides = [
        Override(
            id=each.id,
            flow_id=flow.id,
            phase=phase,
            subject=f"Contract:{after.contract.id}",
            before={each.field: each.before},
            after={each.field: each.after},
            rationale=each.rationale,
            created_by=each.created_by,
            created_at=each.created_at,
        )
        for each in after.corrections
    ]
    await uow.portfolio.save(overrides)
    learned = await learn(uow, after.lessons, caller.stamp(), flow.id, phase)
    told_of = (Event(EventKind.OVERRIDE, caller.now(), phase, {"overrideId": each.id}) for each in overrides)
    return (*told_of, *learned)


async def delete_contract(caller: Caller, command: Delete) -> Contract:
    """Gone with its text and its file; what was corrected in a flow stays on the flow's record."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, contract = await _there(uow, command.id)
        expect(contract, command.expected_version)
        await uow.contracts.remove(contract)
        uow.touch(contract.id)
        await _tell(uow, caller, flow, contract)
    return contract


async def _there(uow: UnitOfWork, contract_id: str) -> tuple[Flow | None, Contract]:
    """The contract, locked in the order of all commands: the flow first, then what hangs on it."""
    flow_id = await uow.contracts.flow_of(contract_id)
    flow = await uow.flows.get(flow_id) if flow_id is not None else None
    return flow, await uow.contracts.get(contract_id)


async def _tell(
    uow: UnitOfWork, caller: Caller, flow: Flow | None, contract: Contract, events: tuple[Event, ...] = ()
) -> None:
    change = told(caller, contract)
    if flow is None:
        uow.tell(change)
    else:
        await uow.flows.save(replace(flow, events=(*flow.events, *events, change)))
