"""The sample's customers: the product's own import of a file whose days are counted from the day of seeding."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from domain.commands import Source
from domain.customer import Customer, RelationKind, Stakeholder
from domain.stakeholder_edit import RelationGiven, SaveStakeholder, SaveStakeholderMap
from readers import Limits
from readers.customers import CustomerFiles
from resolvers import customers as commands
from resolvers.context import Caller

CUSTOMERS = Path(__file__).parent / "sample" / "customers.toml"
# What is counted in days, and what it stands for; back in time where it says so.
_DAYS = {
    "renewal_in_days": ("renewalDate", 1),
    "review_in_days": ("nextReviewOn", 1),
    "contact_days_ago": ("lastContactOn", -1),
}


async def add_customers(caller: Caller) -> None:
    """All of them and the people there; those who are there already stay as they are imported."""
    sample = tomllib.loads(CUSTOMERS.read_text(encoding="utf-8"))
    async with caller.work() as uow:
        today = (await uow.engagement()).today(caller.now())
    content = json.dumps([_dated(each, today) for each in sample["customers"]]).encode()
    source = Source("customers.json", "application/json", _chunks(content), len(content))
    await commands.import_customers(caller, CustomerFiles(Limits()), commands.ImportCustomers(source))
    await _draw(caller, sample["relations"])


def _dated(customer: Mapping[str, Any], today: date) -> dict[str, Any]:
    plain = {key: value for key, value in customer.items() if key not in _DAYS}
    for key, (name, sign) in _DAYS.items():
        if key in customer:
            plain[name] = (today + timedelta(days=sign * customer[key])).isoformat()
    return plain


async def _draw(caller: Caller, relations: Iterable[Mapping[str, str]]) -> None:
    """The lines of each map, saved as a person would: whole."""
    async with caller.work() as uow:
        customers = await uow.customers.find()
        people = await uow.customers.stakeholders(each.id for each in customers)
    ids = {each.external_id: each for each in people}
    lines: defaultdict[str, list[RelationGiven]] = defaultdict(list)
    for each in relations:
        start, end = ids[each["from"]], ids[each["to"]]
        lines[start.customer_id].append(RelationGiven(start.id, end.id, RelationKind(each["kind"])))
    for customer in customers:
        if customer.id in lines:
            drawn = _map(customer, [each for each in people if each.customer_id == customer.id], lines[customer.id])
            await commands.edit_stakeholder_map(caller, drawn)


def _map(customer: Customer, people: Iterable[Stakeholder], lines: Iterable[RelationGiven]) -> SaveStakeholderMap:
    names = ("name", "role", "influence", "sentiment")
    saved = (
        SaveStakeholder(customer.id, id=each.id, **{name: getattr(each, name) for name in names}) for each in people
    )
    return SaveStakeholderMap(customer.id, tuple(saved), tuple(lines))


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
