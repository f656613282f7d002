"""Files of customers and of the people there: delimited text, workbooks and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from domain.customer_import.columns import columns_of, recognized
from domain.customer_import.table import CustomerTable, TableRow
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.inventory import RejectedRow
from readers.content import check_content, check_packed, check_text, is_packed
from readers.customer_documents import is_json, read_json
from readers.customer_reports import without_frame
from readers.encoding import find_encoding
from readers.header import LOOKED_AT, read_header
from readers.limits import Limits
from readers.rows import is_total
from readers.table import DELIMITERS, Lines, Record, read_records
from readers.workbook import Workbook

CSV, XLSX, JSON = "csv", "xlsx", "json"
ACCOUNTS, CONTACTS = "salesforce-accounts", "salesforce-contacts"
FORMATS = (CSV, XLSX, JSON, ACCOUNTS, CONTACTS)
# A file is held in memory, to be told how it writes its days and numbers, and is saved in one transaction.
MOST_ROWS = 50_000
MOST_BYTES, MOST_UNPACKED = 20 << 20, 200 << 20
_BEGINNING = 1 << 18
_EXCERPT = 200
_SEPARATOR = len("sep=;")


class CustomerFiles:
    """Reads what its content shows to be a table of customers, or of people there."""

    def __init__(self, limits: Limits) -> None:
        size, unpacked = min(limits.size, MOST_BYTES), min(limits.unpacked, MOST_UNPACKED)
        self._limits = replace(limits, size=size, unpacked=unpacked)

    def read(self, source: BinaryIO, file_name: str, format: str | None = None) -> CustomerTable:
        """All of it; the source stays open for its owner to close."""
        if format is not None and format not in FORMATS:
            message = (
                f'There is no format "{format}" for customers; there are {", ".join(FORMATS[:-1])} and {FORMATS[-1]}.'
            )
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, f"{message} Leave it out to have it recognized.", "format")
        table = self._read(source, file_name)
        _check(table, format)
        return table

    def _read(self, source: BinaryIO, file_name: str) -> CustomerTable:
        if is_json(source):
            return CustomerTable(JSON, read_json(source, self._limits, MOST_ROWS))
        try:
            head = check_content(source, self._limits)
            if is_packed(head):
                check_packed(source, file_name)
                return self._workbook(source)
            return self._text(source, head)
        except Refused as refused:
            raise _of_customers(refused) from refused

    def _text(self, source: BinaryIO, head: bytes) -> CustomerTable:
        encoding = find_encoding(source, head)
        beginning = Lines(source, encoding, self._limits).peek(_BEGINNING)
        check_text(beginning)
        lines = Lines(source, encoding, self._limits)
        try:
            return self._table(CSV, list(islice(read_records(lines, _delimiter(beginning)), MOST_ROWS + LOOKED_AT)))
        finally:
            lines.detach()

    def _workbook(self, source: BinaryIO) -> CustomerTable:
        book = Workbook(source, self._limits)
        try:
            for sheet in book.sheets:
                records = list(islice(sheet.records(), MOST_ROWS + LOOKED_AT))
                if _header_at(records) is not None:
                    return self._table(XLSX, records)
        finally:
            book.close()
        raise _no_table()

    def _table(self, format: str, records: Sequence[Record]) -> CustomerTable:
        at = _header_at(records)
        if at is None:
            raise _no_table()
        columns = read_header(records[at].cells, self._limits)
        below = without_frame(records[at + 1 :])
        if len(below) > MOST_ROWS:
            message = f"The file has more than {MOST_ROWS:,} rows. Split it and import the parts."
            raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
        found = [self._row(record, columns) for record in below]
        return CustomerTable(
            format,
            tuple(row for row in found if isinstance(row, TableRow)),
            tuple(row for row in found if isinstance(row, RejectedRow)),
        )

    def _row(self, record: Record, columns: tuple[str, ...]) -> TableRow | RejectedRow:
        values = {name: cell for name, cell in zip(columns, record.cells, strict=False) if cell.strip()}
        fault = self._fault(record, columns)
        if fault is None:
            return TableRow(record.line, columns, values)
        return RejectedRow(record.line, fault, {name: cell[:_EXCERPT] for name, cell in values.items()})

    def _fault(self, record: Record, columns: tuple[str, ...]) -> str | None:
        width, cells = len(columns), record.cells
        if any(cell.strip() for cell in cells[width:]):
            return (
                f"The row has {len(cells)} cells, the header {width}. "
                "A cell that holds the delimiter has to stand in quotes."
            )
        if is_total([cell for cell in cells if cell.strip()]):
            return "This is a total of the other rows, no customer."
        for name, cell in zip(columns, cells, strict=False):
            if len(cell) > self._limits.cell:
                return f'The cell "{name}" has {len(cell):,} characters; at most {self._limits.cell:,} are read.'
        return None


def _header_at(records: Sequence[Record]) -> int | None:
    """Which of the first records names the most columns that are known; None when none names any."""
    counts = [recognized(record.cells) for record in records[:LOOKED_AT]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def _delimiter(beginning: str) -> str:
    """What parts the cells: as Excel writes it into a first line of its own, else by which most names are known."""
    first = beginning.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == _SEPARATOR and first[-1] in DELIMITERS:
        return first[-1]
    return max(DELIMITERS, key=lambda delimiter: _names(beginning, delimiter))


def _names(beginning: str, delimiter: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        first = list(islice(rows, LOOKED_AT))
    except csv.Error:
        return 0, 0
    return max(((recognized(cells), len(cells)) for cells in first), default=(0, 0))


def _check(table: CustomerTable, format: str | None) -> None:
    """Refuses what is something else than a person said."""
    if format in (None, table.format):
        return
    if format in (CSV, XLSX, JSON):
        message = f"This is no {format.upper()} file, but {table.format.upper()}."
    elif all(columns_of(row.columns).people is (format == CONTACTS) for row in table.rows):
        return
    else:
        wanted = '"Contact Name" or "Last Name"' if format == CONTACTS else "no column for a contact's name"
        message = f"This is no report of {format.removeprefix('salesforce-')}: such a report has {wanted}."
    raise refuse(ErrorCode.INVALID_INPUT, f"{message} Leave the format out to have it recognized.", "format")


def _no_table() -> Refused:
    return refuse(
        ErrorCode.UNSUPPORTED_FORMAT,
        "No table of customers was recognized: none of the first rows names columns such as Name, Account Name, "
        "Account ID or Contact Name.",
        "source",
    )


def _of_customers(refused: Refused) -> Refused:
    """The refusal of a reader of inventories in the words of this one."""
    return Refused(
        Problem(
            each.code, each.message.replace("Export the inventory", "Export the customers"), each.path or ("source",)
        )
        for each in refused.problems
    )
