"""Records to rows: what each tells of, or why it is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from domain.columns import Structure, TableKind, roles
from domain.errors import ErrorCode, refuse
from domain.facts import header_key
from domain.inventory import ImportRow, RejectedRow, RowKind
from readers.derived import derived
from readers.limits import Limits
from readers.table import Record

# How much of a cell a rejected row keeps: enough to find it again.
_EXCERPT = 200
_BEYOND = "(beyond the header)"
_DIRECTIONS = frozenset({"northbound", "southbound"})

_TOTALS = frozenset(
    {"total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "somme",
     "total g\u00e9n\u00e9ral", "suma", "total general", "totale", "totaal"}
)  # fmt: skip
_NUMBER = re.compile(r"[^\w]*(?:[A-Z]{3}\s*)?-?\d[\d.,'\u2019\s\u00a0\u202f]*(?:\s*(?:[A-Z]{3}|%|[^\w]))?")

Judge = Callable[[Mapping[str, str]], "RowKind | str"]


class Rows:
    """Turns the records below one header into rows."""

    def __init__(self, columns: Sequence[str], kind: TableKind, limits: Limits) -> None:
        self._columns = columns
        self._limits = limits
        self._derived = derived(columns, kind)
        self.columns = (*columns, *(one.column for one in self._derived))
        self._judge = _JUDGES.get(kind, _applications)(self.columns)
        self._totals = kind is TableKind.APPLICATIONS
        self._ragged = False

    def read(self, records: Iterable[Record | RejectedRow]) -> Iterator[ImportRow | RejectedRow]:
        """Each record in order; Refused beyond the limit of rows."""
        for number, record in enumerate(records, 1):
            if number > self._limits.rows:
                raise refuse(
                    ErrorCode.LIMIT_EXCEEDED,
                    f"The file has more than {self._limits.rows:,} rows: line {record.line} would be the next. "
                    "Split it and import the parts.",
                )
            yield record if isinstance(record, RejectedRow) else self._row(record, first=number == 1)

    def _row(self, record: Record, *, first: bool) -> ImportRow | RejectedRow:
        fault = self._fault(record, first=first)
        cells = record.cells
        values = {name: cell for name, cell in zip(self._columns, cells, strict=False) if cell.strip()}
        for one in self._derived:
            if told := one.of(values):
                values[one.column] = told
        if fault is None and self._totals and is_total([cell for cell in cells if cell.strip()]):
            fault = "This is a total of the other rows, no application."
        if fault is None:
            verdict = self._judge(values)
            if isinstance(verdict, RowKind):
                return ImportRow(record.line, verdict, values)
            fault = verdict
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            values[_BEYOND] = " | ".join(cells[len(self._columns) :])
        return RejectedRow(record.line, fault, {name: cell[:_EXCERPT] for name, cell in values.items()})

    def _fault(self, record: Record, *, first: bool) -> str | None:
        width, cells = len(self._columns), record.cells
        if any(cell.strip() for cell in cells[width:]):
            return (
                f"The row has {len(cells)} cells, the header {width}. "
                "A cell that holds the delimiter has to stand in quotes."
            )
        # A short last row without an end of line, below rows that are all complete, was cut off.
        if record.cut and len(cells) < width and not self._ragged and not first:
            return f"The file ends in the middle of this row, after {len(cells)} of {width} cells. Export it again."
        self._ragged = self._ragged or len(cells) < width
        for name, cell in zip(self._columns, cells, strict=False):
            if len(cell) > self._limits.cell:
                return f'The cell "{name}" has {len(cell):,} characters; at most {self._limits.cell:,} are read.'
        return None


def is_total(filled: Sequence[str]) -> bool:
    """A word for a sum, and nothing beside it but numbers."""
    return (
        len(filled) > 1
        and filled[0].strip().rstrip(":").casefold() in _TOTALS
        and all(_NUMBER.fullmatch(cell.strip()) for cell in filled[1:])
    )


def _konveyor(columns: Sequence[str]) -> Judge:
    by_role = {role: column for column, role in roles(columns).items()}
    type_, name = by_role[Structure.RECORD_TYPE], by_role["name"]
    server = by_role.get("component_name", "")
    dependency = by_role.get(Structure.DEPENDENCY, "")
    direction = by_role.get(Structure.DEPENDENCY_DIRECTION, "")

    def judge(values: Mapping[str, str]) -> RowKind | str:
        record = values.get(type_, "").strip()
        if record not in {"1", "2"}:
            return f'The record type is "{record[:_EXCERPT]}"; 1 is an application, 2 a dependency.'
        if name not in values:
            return f'The row has no "{name}".'
        if record == "1":
            return RowKind.SERVER if server in values else RowKind.APPLICATION
        if dependency not in values:
            return "The row is a dependency (record type 2) and names none."
        if values.get(direction, "").strip().casefold() not in _DIRECTIONS:
            said = values.get(direction, "").strip()[:_EXCERPT]
            return f'The direction of the dependency is "{said}"; it is northbound or southbound.'
        return RowKind.DEPENDENCY

    return judge


def _dependencies(columns: Sequence[str]) -> Judge:
    by_role = {role: column for column, role in roles(columns).items()}
    ends = [by_role[Structure.CONSUMER], by_role[Structure.PROVIDER]]

    def judge(values: Mapping[str, str]) -> RowKind | str:
        missing = [column for column in ends if column not in values]
        if missing:
            return f'The row has no "{missing[0]}": a dependency needs both applications.'
        return RowKind.DEPENDENCY

    return judge


def _applications(columns: Sequence[str]) -> Judge:
    by_role = {role: column for column, role in roles(columns).items()}
    name = by_role.get("name") or by_role.get(Structure.APPLICATIONS)
    server = by_role.get("component_name")

    def judge(values: Mapping[str, str]) -> RowKind | str:
        if server in values:
            return RowKind.SERVER
        # Where no column is known to hold names, a person maps one first.
        if name is None or name in values:
            return RowKind.APPLICATION
        return f'The row has no "{name}".' if server is None else f'The row has neither "{name}" nor "{server}".'

    return judge


def _servers(columns: Sequence[str]) -> Judge:
    server = next(column for column, role in roles(columns).items() if role == "component_name")

    def judge(values: Mapping[str, str]) -> RowKind | str:
        return RowKind.SERVER if server in values else f'The row has no "{server}".'

    return judge


def _machines(columns: Sequence[str]) -> Judge:
    by_key = {header_key(column): column for column in columns}
    others = {
        by_key.get("template", ""): "a template, not a machine",
        by_key.get("srm placeholder", ""): "a placeholder of a recovery site, not a machine",
    }
    judge_server = _servers(columns)

    def judge(values: Mapping[str, str]) -> RowKind | str:
        for column, what in others.items():
            if values.get(column, "").strip().casefold() == "true":
                return f"This is {what}."
        return judge_server(values)

    return judge


_JUDGES: Mapping[TableKind, Callable[[Sequence[str]], Judge]] = MappingProxyType(
    {
        TableKind.KONVEYOR: _konveyor,
        TableKind.DEPENDENCIES: _dependencies,
        TableKind.RVTOOLS: _machines,
        TableKind.AZURE_MIGRATE: _servers,
    }
)
