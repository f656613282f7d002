"""Mutations on customers and the people there, and what they give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.customer import Customer, Stakeholder
from domain.customer_edit import SaveCustomer
from domain.customer_import.report import ImportReport
from domain.errors import Problem
from domain.inventory import RejectedRow
from domain.stakeholder_edit import RelationGiven, SaveStakeholder, SaveStakeholderMap
from resolvers import customers as commands
from resolvers.context import Caller, Context
from schema.commanding import Said, carry_out
from schema.correcting import deleted, deletion
from schema.customer_inputs import (
    ImportCustomersInput,
    SaveCustomerInput,
    SaveStakeholderInput,
    SaveStakeholderMapInput,
)
from schema.making import source_of
from schema.mirror import mirror
from schema.payloads import REFUSED, DeletePayload
from schema.portfolio_inputs import DeleteInput
from schema.relations import referred

_STAKEHOLDER = "Stakeholder"
# What a person's entry need not say.
_FREE = ("notes", "reports_to_id", "x", "y")


@dataclass(frozen=True, slots=True)
class CustomersPayload:
    """What an import came to."""

    imported: int | None
    rejected: tuple[RejectedRow, ...] | None
    rejected_count: int | None
    errors: tuple[Problem, ...]


@mirror(
    CustomersPayload,
    "imported rejected rejected_count errors",
    imported="How many rows made or changed a customer. Null when there are errors.",
    rejected="The first 100. Null when there are errors.",
    rejected_count=REFUSED,
)
class CustomersPayloadType:
    pass


@dataclass(frozen=True, slots=True)
class CustomerPayload:
    """A customer that was made or changed."""

    customer_id: str | None
    errors: tuple[Problem, ...]


@mirror(CustomerPayload, "errors")
class CustomerPayloadType:
    customer = referred(Customer, lambda payload: payload.customer_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class StakeholderPayload:
    """A stakeholder that was made or changed."""

    stakeholder_id: str | None
    errors: tuple[Problem, ...]


@mirror(StakeholderPayload, "errors")
class StakeholderPayloadType:
    stakeholder = referred(Stakeholder, lambda payload: payload.stakeholder_id, nullable=True, why=REFUSED)


async def import_customers(context: Context, input: ImportCustomersInput) -> CustomersPayload:
    """Customers, or the people there, from a file; a repeat is told what the first came to."""

    async def act(caller: Caller, said: Said) -> ImportReport:
        source = source_of(said["source"], context.limits, otherwise="customers")
        wanted = commands.ImportCustomers(source, said.get("format"))
        return await commands.import_customers(caller, context.customer_reader, wanted)

    outcome = await carry_out(context, "importCustomers", input, act)
    if outcome.problems:
        return CustomersPayload(None, None, None, outcome.problems)
    report = outcome.value or ImportReport.again(outcome.data or {})
    return CustomersPayload(report.imported, report.rejected, report.rejected_count, ())


async def save_customer(context: Context, input: SaveCustomerInput) -> CustomerPayload:
    """A customer as a person has it."""

    async def act(caller: Caller, said: Said) -> Customer:
        given = {name: value for name, value in said.items() if name not in ("id", "name")}
        return await commands.edit_customer(caller, SaveCustomer(said["name"], said.get("id"), given))

    outcome = await carry_out(context, "saveCustomer", input, act)
    return CustomerPayload(outcome.id, outcome.problems)


async def save_stakeholder(context: Context, input: SaveStakeholderInput) -> StakeholderPayload:
    """One person at a customer's."""

    async def act(caller: Caller, said: Said) -> Stakeholder:
        return await commands.edit_stakeholder(caller, _stakeholder(said))

    outcome = await carry_out(context, "saveStakeholder", input, act)
    return StakeholderPayload(outcome.id, outcome.problems)


def _stakeholder(said: Said) -> SaveStakeholder:
    names: Any = ("customer_id", "name", "role", "influence", "sentiment")
    given = {name: said[name] for name in _FREE if name in said}
    return SaveStakeholder(**{name: said[name] for name in names}, id=said.get("id"), given=given)


async def delete_stakeholder(context: Context, input: DeleteInput) -> DeletePayload:
    """Somebody who is no stakeholder any more."""

    async def act(caller: Caller, said: Said) -> str:
        return await commands.delete_stakeholder(caller, deletion(said, _STAKEHOLDER))

    return deleted(await carry_out(context, "deleteStakeholder", input, act), _STAKEHOLDER)


async def save_stakeholder_map(context: Context, input: SaveStakeholderMapInput) -> CustomerPayload:
    """A customer's whole map."""

    async def act(caller: Caller, said: Said) -> Customer:
        people = tuple(_stakeholder(each) for each in said["stakeholders"])
        lines = tuple(RelationGiven(each["from_id"], each["to_id"], each["kind"]) for each in said["relations"])
        return await commands.edit_stakeholder_map(caller, SaveStakeholderMap(said["customer_id"], people, lines))

    outcome = await carry_out(context, "saveStakeholderMap", input, act)
    return CustomerPayload(outcome.id, outcome.problems)
