"""What people do about customers: import them, edit them, and draw who is who there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import IO, BinaryIO, cast

from domain.access import Role
from domain.commands import Source
from domain.customer import Customer, Stakeholder
from domain.customer_edit import SaveCustomer, save_customer
from domain.customer_import.merging import Customers, Known, Merged, merge
from domain.customer_import.report import MOST_TOLD, ImportReport
from domain.customer_import.rows import GivenRow, read_rows
from domain.customer_import.table import CustomerReader, CustomerTable
from domain.errors import ErrorCode, NotFound, Refused, refuse
from domain.ports import UnitOfWork
from domain.stakeholder_edit import SaveStakeholder, SaveStakeholderMap, save_map, save_stakeholder
from resolvers.context import Caller
from resolvers.portfolio import Delete, told

# Held in memory up to this size, beyond it on disk.
_IN_MEMORY = 8 << 20


@dataclass(frozen=True, slots=True)
class ImportCustomers:
    """A file of customers, or of the people there; its format is recognized where none is given."""

    source: Source
    format: str | None = None


async def import_customers(caller: Caller, reader: CustomerReader, command: ImportCustomers) -> ImportReport:
    """Every good row at once, and why the others were left out.

    The file is read before anything is held: only what it says is worked out within the transaction.
    """
    caller.need(Role.CONTRIBUTOR)
    table = await _read(reader, command)
    async with caller.work() as uow:
        await uow.customers.hold()
        currency = (await uow.engagement()).currency
        given, unread = await asyncio.to_thread(read_rows, table.rows, currency)
        merged = await _merged(caller, uow, given)
        await uow.customers.save(merged.customers)
        await uow.customers.save_stakeholders(merged.stakeholders)
        rejected = sorted([*table.rejected, *unread, *merged.rejected], key=lambda row: row.line)
        report = ImportReport.of(merged.imported, rejected, await _tell(caller, uow, merged))
        uow.tell_again(report.data())
    return report


async def _merged(caller: Caller, uow: UnitOfWork, given: Sequence[GivenRow]) -> Merged:
    customers = await uow.customers.find()
    people: tuple[Stakeholder, ...] = ()
    if any(row.person for row in given):
        known = Customers(customers)
        meant = {each.id for row in given if row.person for each in known.meant(row.who)}
        people = await uow.customers.stakeholders(meant)
    return await asyncio.to_thread(merge, given, Known(customers, people, caller.user, caller.ids))


async def _tell(caller: Caller, uow: UnitOfWork, merged: Merged) -> tuple[str, ...]:
    """Which customers were changed, or somebody there; the first few are named for the audit log."""
    ids = dict.fromkeys([*(each.id for each in merged.customers), *(each.customer_id for each in merged.stakeholders)])
    for id in list(ids)[:MOST_TOLD]:
        uow.touch(id)
    if ids:
        uow.tell(told(caller, *await uow.customers.find(ids)))
    return tuple(ids)


async def _read(reader: CustomerReader, command: ImportCustomers) -> CustomerTable:
    """Read in a thread: a workbook takes seconds, in which others are served."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as target:
        await _receive(command.source, target)
        return await asyncio.to_thread(reader.read, cast("BinaryIO", target), command.source.name, command.format)


async def _receive(source: Source, target: IO[bytes]) -> None:
    size = 0
    async for chunk in source.chunks:
        size += len(chunk)
        if size > source.limit:
            message = f"The file is larger than {source.limit / (1 << 20):g} MiB. Split it and import the parts."
            raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
        target.write(chunk)
    target.seek(0)


async def edit_customer(caller: Caller, command: SaveCustomer) -> Customer:
    """A customer as a person has it."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        await uow.customers.hold()
        before = await uow.customers.get(command.id) if command.id is not None else None
        currency = (await uow.engagement()).currency
        after = save_customer(command, before, currency, caller.user, caller.ids)
        uow.touch(after.id)
        if after != before:
            await uow.customers.save((after,))
            uow.tell(told(caller, after))
    return after


async def edit_stakeholder(caller: Caller, command: SaveStakeholder) -> Stakeholder:
    """One person at a customer's, and to whom he answers there."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        customer = await _customer(uow, command.customer_id)
        everybody = await uow.customers.stakeholders((customer.id,))
        after = save_stakeholder(command, everybody, caller.ids)
        uow.touch(after.id)
        if after not in everybody:
            await uow.customers.save_stakeholders((after,))
            uow.tell(told(caller, after, customer))
    return after


async def delete_stakeholder(caller: Caller, command: Delete) -> str:
    """Who answered to him answers to nobody until somebody says to whom."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        gone = await uow.customers.stakeholder(command.id)
        customer = await uow.customers.get(gone.customer_id)
        everybody = await uow.customers.stakeholders((customer.id,))
        await uow.customers.remove_stakeholders((gone.id,))
        uow.touch(gone.id)
        uow.tell(told(caller, gone, customer, *_led_to(everybody, gone.id)))
    return gone.id


def _led_to(everybody: Iterable[Stakeholder], id: str) -> list[Stakeholder]:
    """Those of whom a line led there."""
    return [each for each in everybody if each.reports_to_id == id or any(line.to_id == id for line in each.relations)]


async def edit_stakeholder_map(caller: Caller, command: SaveStakeholderMap) -> Customer:
    """Everybody at a customer's and every line among them, as one: whoever is not in it is gone."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        customer = await _customer(uow, command.customer_id)
        before = {each.id: each for each in await uow.customers.stakeholders((customer.id,))}
        after = save_map(command, tuple(before.values()), caller.ids)
        gone = [each for id, each in before.items() if id not in {one.id for one in after}]
        changed = [each for each in after if each != before.get(each.id)]
        uow.touch(customer.id)
        if gone or changed:
            await uow.customers.remove_stakeholders(each.id for each in gone)
            await uow.customers.save_stakeholders(changed)
            uow.tell(told(caller, customer, *gone, *changed))
    return customer


async def _customer(uow: UnitOfWork, customer_id: str) -> Customer:
    """The customer that a stakeholder is of, held."""
    try:
        return await uow.customers.get(customer_id)
    except NotFound as missing:
        raise Refused(replace(each, path=("customerId",)) for each in missing.problems) from None
