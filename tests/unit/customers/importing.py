"""A file into customers, as the command does it: what it comes to, over what was there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest

from domain.customer import Customer, Stakeholder
from domain.customer_import.merging import Known, Merged, merge
from domain.customer_import.rows import read_rows
from domain.customer_import.table import CustomerTable
from domain.errors import ErrorCode, Refused
from readers import Limits
from readers.customers import CustomerFiles


def table(content: bytes | str, name: str = "customers.csv", format: str | None = None) -> CustomerTable:
    data = content.encode() if isinstance(content, str) else content
    return CustomerFiles(Limits()).read(io.BytesIO(data), name, format)


def refusal(content: bytes | str, name: str = "customers.csv", format: str | None = None) -> tuple[ErrorCode, str]:
    with pytest.raises(Refused) as refused:
        table(content, name, format)
    return refused.value.problems[0].code, refused.value.problems[0].message


@dataclass
class Book:
    """Customers and people as one import after another leaves them."""

    currency: str = "USD"
    customers: dict[str, Customer] = field(default_factory=dict)
    people: dict[str, Stakeholder] = field(default_factory=dict)
    last: Merged = field(default_factory=lambda: Merged((), (), 0, ()))
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def take(self, content: bytes | str, format: str | None = None) -> int:
        """How many rows of the file changed anything; the others' reasons are in `why`."""
        read = table(content, format=format)
        given, unread = read_rows(read.rows, self.currency)
        known = Known(tuple(self.customers.values()), tuple(self.people.values()), "alice", self._id)
        merged = merge(given, known)
        self.customers |= {each.id: each for each in merged.customers}
        self.people |= {each.id: each for each in merged.stakeholders}
        rejected = (*read.rejected, *unread, *merged.rejected)
        self.last = Merged(merged.customers, merged.stakeholders, merged.imported, rejected)
        return merged.imported

    def _id(self) -> str:
        return f"id{next(self._numbers)}"

    @property
    def why(self) -> list[tuple[int, str]]:
        return [(row.line, row.reason) for row in self.last.rejected]

    def named(self, name: str) -> Customer:
        return next(each for each in self.customers.values() if each.name == name)

    def person(self, name: str) -> Stakeholder:
        return next(each for each in self.people.values() if each.name == name)

    def names(self) -> Sequence[str]:
        return sorted(each.name for each in self.customers.values())
