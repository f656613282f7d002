"""Rows over the customers who are there: which each means, what it changes, and which contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from domain.customer import Customer, Stakeholder, external_key
from domain.customer_import.people import People, draw_lines
from domain.customer_import.rows import GivenRow, PersonGiven, rejected_row
from domain.inventory import RejectedRow
from domain.natural_key import natural_key

# Fields of a row that lie in a part of the customer.
_PARTS: Mapping[str, tuple[str, str]] = {
    "current_arr": ("financials", "current_arr"),
    "previous_arr": ("financials", "previous_arr"),
    "arr_trend": ("financials", "trend"),
    "active_users": ("usage", "active_users"),
    "utilization_rate": ("usage", "utilization_rate"),
    "usage_trend": ("usage", "trend"),
    "last_contact_on": ("engagement", "last_contact_on"),
    "next_review_on": ("engagement", "next_review_on"),
    "open_tickets": ("engagement", "open_tickets"),
}
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Merged:
    """What the good rows come to: values to save, and how many rows made or changed a customer or a person there."""

    customers: tuple[Customer, ...]
    stakeholders: tuple[Stakeholder, ...]
    imported: int
    rejected: tuple[RejectedRow, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is there before the import, and what a new customer is given. `owner` is his who has none."""

    customers: Sequence[Customer]
    stakeholders: Sequence[Stakeholder]
    owner: str
    new_id: Callable[[], str]


def merge(rows: Sequence[GivenRow], known: Known) -> Merged:
    """All good rows together. A row that cannot stand leaves nothing behind, neither of a customer nor of a person."""
    rejected: list[RejectedRow] = []
    while True:
        merging = _Merging(known)
        wrong = merging.take(rows)
        if not wrong:
            return merging.merged(rejected)
        # What a row that falls out had made is not there for the others: they are looked at again without it.
        fallen = {row.line: row for row in reversed(rows) if row.line in wrong}
        rejected += [rejected_row(row.row, wrong[line]) for line, row in fallen.items()]
        rows = [row for row in rows if row.line not in wrong]


class Customers:
    """Customers by what rows may call them."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        self.all: dict[str, Customer] = {}
        self._ids: dict[str, str] = {}
        self._domains: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._names: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for customer in customers:
            self.keep(customer)

    def keep(self, customer: Customer) -> None:
        """He is as he is given here now."""
        before = self.all.get(customer.id)
        if before is not None:
            self._names[natural_key(before.name)].pop(before.id, None)
            self._domains[before.domain].pop(before.id, None)
        self.all[customer.id] = customer
        self._names[natural_key(customer.name)][customer.id] = None
        self._domains[customer.domain][customer.id] = None
        if customer.external_id:
            self._ids[external_key(customer.external_id)] = customer.id

    def meant(self, who: Mapping[str, str]) -> list[Customer]:
        """Whom a row means: by his id, else by his name and domain, as far as it says them and he has them."""
        if "external_id" in who and (id := self._ids.get(external_key(who["external_id"]))):
            return [self.all[id]]
        domain = who.get("domain")
        if "name" in who:
            named = self._of(self._names, natural_key(who["name"]))
            found = [each for each in named if each.domain == domain]
            found = found or [each for each in named if not (each.domain and domain)]
        else:
            found = self._of(self._domains, domain)
        if "external_id" in who:
            # An id that nobody has yet may be that of somebody who has none.
            found = [each for each in found if each.external_id is None]
        return found

    def _of(self, index: Mapping[str, Mapping[str, None]], key: str | None) -> list[Customer]:
        return [self.all[id] for id in index.get(key, ())] if key else []


@dataclass(slots=True)
class _Merging:
    """One attempt at all rows."""

    known: Known
    customers: Customers = field(init=False)
    people: People = field(init=False)
    imported: int = 0
    _said: defaultdict[str, dict[str, tuple[Any, int]]] = field(default_factory=lambda: defaultdict(dict))
    _person_rows: dict[str, GivenRow] = field(default_factory=dict)
    _changed: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.customers = Customers(self.known.customers)
        self.people = People.of(self.known.stakeholders, self.known.new_id)

    def take(self, rows: Iterable[GivenRow]) -> dict[int, str]:
        """Every row in order; why a row cannot stand, by its line."""
        wrong = {row.line: fault for row in rows if (fault := self._take(row)) is not None}
        if not wrong:
            wrong = draw_lines(self.people, self._person_rows)
        return wrong

    def _take(self, row: GivenRow) -> str | None:
        customer = self._customer(row)
        if isinstance(customer, str):
            return customer
        after = changed(customer, row)
        person = self._person(row.person, customer) if row.person else None
        fault = person if isinstance(person, str) else self._contradiction(customer.id, row)
        if fault is not None:
            return fault
        if after != self.customers.all.get(customer.id):
            self._changed[row.line] = True
            self.customers.keep(after)
        # The same row a second time says nothing new.
        again = isinstance(person, Stakeholder) and person.id in self._person_rows
        if row.person is not None and not isinstance(person, str) and not again:
            taken = self.people.take(customer.id, row.person, person)
            self._person_rows[taken.id] = row
        return None

    def _customer(self, row: GivenRow) -> Customer | str:
        found = self.customers.meant(row.who)
        called = row.who.get("name") or row.who.get("domain") or row.who.get("external_id", "")
        if len(found) > 1:
            return f"Several customers are called {called!r}. Give the id or the domain of the one that is meant."
        if found:
            return found[0]
        if not row.makes_customers:
            return f"There is no customer {called!r}. Import the customers first, then the people there."
        if "name" not in row.who:
            return f"There is no customer {called!r}, and the row has no name for a new one."
        return Customer(id=self.known.new_id(), name=row.who["name"], arr=Decimal(0), owner=self.known.owner)

    def _person(self, given: PersonGiven, customer: Customer) -> Stakeholder | str | None:
        found = self.people.meant(customer.id, given)
        if len(found) > 1:
            return (
                f"Several contacts of {customer.name} are called {given.name!r}. Give the id of the one that is meant."
            )
        return found[0] if found else None

    def _contradiction(self, customer_id: str, row: GivenRow) -> str | None:
        """A customer may stand in several rows as long as they say the same of him; a person stands in one."""
        said = self._said[customer_id]
        mine = {**row.fields, **{f'"{name}"': value for name, value in row.extra.items()}}
        for key, value in mine.items():
            before, line = said.get(key, (value, row.line))
            if before != value:
                what = key.replace("_", " ")
                return (
                    f"Row {line} already says of this customer that {what} is {str(before)[:_SHOWN]!r}, "
                    f"this one {str(value)[:_SHOWN]!r}. Keep one of the rows."
                )
        if row.person is not None and (twice := self._twice(customer_id, row.person)) is not None:
            return f"Row {twice} already tells of {row.person.name}. Keep one of the rows."
        said.update({key: (value, row.line) for key, value in mine.items() if key not in said})
        return None

    def _twice(self, customer_id: str, given: PersonGiven) -> int | None:
        meant = self.people.meant(customer_id, given)
        row = self._person_rows.get(meant[0].id) if meant else None
        return row.line if row is not None and row.person != given else None

    def merged(self, rejected: Iterable[RejectedRow]) -> Merged:
        """What is other than before."""
        before = {each.id: each for each in self.known.customers}
        people_before = {each.id: each for each in self.known.stakeholders}
        people = [each for each in self.people.all.values() if each != people_before.get(each.id)]
        rows = {row.line for id, row in self._person_rows.items() if self.people.all[id] != people_before.get(id)}
        return Merged(
            customers=tuple(
                _versioned(each, before) for each in self.customers.all.values() if each != before.get(each.id)
            ),
            stakeholders=tuple(people),
            imported=len(rows | self._changed.keys()),
            rejected=tuple(sorted(rejected, key=lambda row: row.line)),
        )


def _versioned(customer: Customer, before: Mapping[str, Customer]) -> Customer:
    return replace(customer, version=customer.version + 1) if customer.id in before else customer


def changed(customer: Customer, row: GivenRow) -> Customer:
    """The customer as the row says; what it does not say stays."""
    plain = {key: value for key, value in row.fields.items() if key not in _PARTS}
    if (id := row.who.get("external_id")) and not customer.external_id:
        plain["external_id"] = id
    parts: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for key, value in row.fields.items():
        if key in _PARTS:
            part, name = _PARTS[key]
            parts[part][name] = value
    for part, values in parts.items():
        plain[part] = replace(getattr(customer, part), **values)
    if "arr" not in plain and "current_arr" in row.fields and not customer.arr:
        plain["arr"] = row.fields["current_arr"]
    if row.extra:
        plain["extra"] = {**customer.extra, **row.extra}
    return replace(customer, **plain)
