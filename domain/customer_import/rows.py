"""Rows of a table as what they say of a customer and of a person there, or why they say nothing that can be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from domain.customer import AccountPlan, Influence, RenewalStatus, Sentiment, Trend
from domain.customer_import.cells import DAYS, LONGEST_NAME, NUMBERS, Cell, Reading, title
from domain.customer_import.columns import WHO, Columns, columns_of
from domain.customer_import.table import TableRow
from domain.customer_import.writing import writing_of
from domain.fact import Unreadable
from domain.inventory import RejectedRow

# How much of a cell a rejected row keeps: enough to find it again.
_EXCERPT = 200
# From here on a share of 1 that is written without a sign is one of a hundred, and all of its column are.
_SURELY_PERCENT = 2
_DEEPEST = 50
_UNKEPT = (
    "The row holds a character that cannot be kept (NUL, or half of a pair of surrogates), "
    f"or is nested deeper than {_DEEPEST} levels. Remove that."
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_AMOUNTS = frozenset({"arr", "current_arr", "previous_arr"})
# Of a person: what his line on the map holds, and what is put into his notes.
_PERSON = ("title", "influence", "sentiment", "notes", "x", "y")
_DETAILS = ("email", "phone", "mobile", "department")
_NAMES = ("contact_id", "contact_name", "first_name", "last_name", "reports_to")
_WORDS: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "account_plan": AccountPlan,
        "renewal_status": RenewalStatus,
        "arr_trend": Trend,
        "usage_trend": Trend,
        "influence": Influence,
        "sentiment": Sentiment,
    }
)


@dataclass(frozen=True, slots=True)
class PersonGiven:
    """What a row says of a person. `reports_to` is an id or a name; `details` go into his notes where he has none."""

    name: str
    external_id: str | None
    fields: Mapping[str, Any]
    reports_to: str | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True)
class GivenRow:
    """What a row says, with what it does not say left out. `who` says which customer it is about."""

    row: TableRow
    who: Mapping[str, str]
    fields: Mapping[str, Any]
    extra: Mapping[str, Any]
    person: PersonGiven | None
    makes_customers: bool

    @property
    def line(self) -> int:
        """Where it stands in the file."""
        return self.row.line


def read_rows(rows: Sequence[TableRow], currency: str) -> tuple[list[GivenRow], list[RejectedRow]]:
    """What each row says; those that cannot be read are rejected with all that is wrong with them."""
    cells = _reading(rows, currency)
    given: list[GivenRow] = []
    rejected: dict[int, RejectedRow] = {}
    for row in rows:
        found = _read_row(row, cells)
        if isinstance(found, GivenRow):
            given.append(found)
        else:
            rejected.setdefault(row.line, rejected_row(row, found))
    # An object of JSON may be several rows, of which none stands without the others.
    return [row for row in given if row.line not in rejected], list(rejected.values())


def rejected_row(row: TableRow, reason: str) -> RejectedRow:
    """The row as it is told back."""
    return RejectedRow(row.line, reason, {name: str(value)[:_EXCERPT] for name, value in row.values.items()})


def _columns(row: TableRow) -> Columns:
    return columns_of(row.columns)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one file, read once where many of a column say the same."""

    reading: Reading
    units: Mapping[str, str]
    read: dict[tuple[str, str], Any] = field(default_factory=dict)

    def value(self, target: str, name: str, said: Any) -> Any:
        """What the cell says; None when it says that it is unknown; Unreadable where it says no such thing."""
        if target in _OWN or not isinstance(said, str):
            return self._value(target, name, said)
        if (name, said) not in self.read:
            self.read[name, said] = self._value(target, name, said)
        return self.read[name, said]

    def _value(self, target: str, name: str, said: Any) -> Any:
        return self.reading.value(target, Cell(name, said, self.units.get(name, "")))


# Each customer or person has his own.
_OWN = frozenset({"external_id", "name", "domain", "contact_id", "contact_name", "notes", "email"})


def _reading(rows: Iterable[TableRow], currency: str) -> _Cells:
    days: list[str] = []
    numbers: list[str] = []
    percent: set[str] = set()
    units: dict[str, str] = {}
    for row in rows:
        columns = _columns(row)
        units.update(columns.units)
        for name, target in columns.targets.items():
            value = row.values.get(name)
            if not isinstance(value, str):
                value = str(value) if target == "utilization_rate" and value is not None else ""
            if target in DAYS:
                days.append(value)
            elif target in NUMBERS:
                numbers.append(value)
            if target == "utilization_rate" and (columns.units.get(name) == "%" or _surely_percent(value)):
                percent.add(name)
    return _Cells(Reading(currency, writing_of(days, numbers), frozenset(percent)), units)


def _surely_percent(value: str) -> bool:
    number = re.fullmatch(r"\s*(\d{1,3})([.,]\d{1,6})?\s*", value)
    return number is not None and int(number[1]) > _SURELY_PERCENT


def _read_row(row: TableRow, cells: _Cells) -> GivenRow | str:
    columns = _columns(row)
    if not all(_kept(name) and _kept(value) for name, value in row.values.items()):
        return _UNKEPT
    values, faults = _values(row, columns, cells)
    person = _person(values) if columns.people else None
    faults += _missing(values, columns, person)
    if faults:
        return " ".join(faults)
    # What only names the customer changes nothing of him where a row is about the people there.
    apart = _OF_NOBODY if columns.makes_customers else _OF_NOBODY | WHO
    fields = {key: value for key, value in values.items() if key not in apart}
    return GivenRow(
        row=row,
        who={key: value for key, value in values.items() if key in WHO},
        fields=fields,
        extra={name: _plain(row.values[name]) for name in columns.others(row.values)},
        person=person,
        makes_customers=columns.makes_customers,
    )


def _kept(value: Any, levels: int = _DEEPEST) -> bool:
    """Whether all text in a value can be kept, and whoever reads it gets to its end."""
    if levels == 0:
        return False
    if isinstance(value, dict):
        return all(_kept(key) and _kept(item, levels - 1) for key, item in value.items())
    if isinstance(value, list):
        return all(_kept(item, levels - 1) for item in value)
    if not isinstance(value, str):
        return True
    return "\x00" not in value and (value.isascii() or not _SURROGATE.search(value))


def _plain(value: Any) -> Any:
    """A value of JSON as JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


_OF_NOBODY = frozenset({*_PERSON, *_DETAILS, *_NAMES, "currency", "external_id"})


def _values(row: TableRow, columns: Columns, cells: _Cells) -> tuple[dict[str, Any], list[str]]:
    """What the cells say, by what they fill, and what is wrong with the others."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for name, target in columns.targets.items():
        if name not in row.values:
            continue
        value = cells.value(target, name, row.values[name])
        if isinstance(value, Unreadable):
            faults.append(f'Column "{name}": {value.reason}')
        elif value is not None:
            found[target] = _WORDS[target](value) if target in _WORDS else value
    foreign = cells.reading.foreign(found.get("currency", "").upper())
    if foreign is not None and not _AMOUNTS.isdisjoint(found):
        faults.append(f"The amounts are in {foreign}, the engagement is in {cells.reading.currency}. Convert them.")
    return found, faults


def _missing(values: Mapping[str, Any], columns: Columns, person: PersonGiven | None) -> Iterator[str]:
    if WHO.isdisjoint(values):
        wanted = " or ".join(f'"{name}"' for name, target in columns.targets.items() if target in WHO)
        yield f"The row does not say which customer it is about: fill {wanted or 'a column for his name or id'}."
    if columns.people and person is None:
        yield "The row names nobody: fill the column for the contact's name."


def _person(values: Mapping[str, Any]) -> PersonGiven | None:
    name = values.get("contact_name") or " ".join(
        values[part] for part in ("first_name", "last_name") if part in values
    )
    if not name:
        return None
    details = "; ".join(f"{title(key)}: {values[key]}" for key in _DETAILS if key in values)
    return PersonGiven(
        name=name[:LONGEST_NAME],
        external_id=values.get("contact_id"),
        fields={_FIELDS.get(key, key): values[key] for key in _PERSON if key in values},
        reports_to=values.get("reports_to"),
        details=details or None,
    )


_FIELDS: Mapping[str, str] = MappingProxyType({"title": "role"})
