"""Inventories: which format a file has, and its rows one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from domain.columns import TableKind, roles
from domain.errors import ErrorCode, Refused, refuse
from domain.inventory import ImportRow, RejectedRow
from domain.ports import InventorySheet
from readers.content import check_content, check_packed, check_text, is_packed
from readers.documents import is_document, read_document
from readers.encoding import Encoding, find_encoding
from readers.formats import CSV, XLSX, YAML, check_format, check_kind, format_of
from readers.header import LOOKED_AT, find_names, read_header
from readers.limits import Limits
from readers.rows import Rows
from readers.rvtools import is_rvtools, read_machines
from readers.spreadsheets import find_header
from readers.table import DELIMITERS, Lines, Record, find_delimiter, read_records
from readers.workbook import Workbook

Table = tuple[InventorySheet, Iterator[ImportRow | RejectedRow]]
_BEGINNING = 1 << 18


class Inventories:
    """Reads what its content shows to be an inventory of a known tool, or any other table."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def read(self, source: BinaryIO, file_name: str, format: str | None = None) -> Table:
        """The header at once, the rows while they are asked for; the source stays open for its owner to close."""
        check_format(format)
        head = check_content(source, self._limits)
        if is_packed(head):
            check_packed(source, file_name)
            return self._workbook(Workbook(source, self._limits), format)
        encoding = find_encoding(source, head)
        beginning = Lines(source, encoding, self._limits).peek(_BEGINNING)
        check_text(beginning)
        if is_document(beginning, file_name):
            return self._document(Lines(source, encoding, self._limits), format)
        return self._text(source, encoding, format)

    def _document(self, lines: Lines, format: str | None) -> Table:
        document = read_document(lines.peek(self._limits.document + 1), self._limits)
        columns = read_header(document.columns, self._limits)
        kind = check_kind(columns, format)
        rows = Rows(columns, kind, self._limits)
        return _sheet(kind, YAML, rows), rows.read(document.records)

    def _text(self, source: BinaryIO, encoding: Encoding, format: str | None) -> Table:
        delimiter = _delimiter(Lines(source, encoding, self._limits))
        lines = Lines(source, encoding, self._limits)
        records = read_records(lines, delimiter)
        try:
            columns, records = self._header(records)
            kind = check_kind(columns, format)
        except Refused:
            lines.detach()
            raise
        rows = Rows(columns, kind, self._limits)
        return _sheet(kind, CSV, rows), _closing(lines.detach, rows.read(records))

    def _workbook(self, book: Workbook, format: str | None) -> Table:
        try:
            columns, records = self._table(book)
            kind = check_kind(columns, format)
        except Refused:
            book.close()
            raise
        rows = Rows(columns, kind, self._limits)
        return _sheet(kind, XLSX, rows), _closing(book.close, rows.read(records))

    def _table(self, book: Workbook) -> tuple[tuple[str, ...], Iterator[Record]]:
        if is_rvtools(book):
            return read_machines(book, self._limits)
        header, records = find_header(book)
        return read_header(header.cells, self._limits), records

    def _header(self, records: Iterator[Record]) -> tuple[tuple[str, ...], Iterator[Record]]:
        beginning = list(islice(records, LOOKED_AT))
        if beginning and _names_delimiter(beginning[0].cells):
            del beginning[0]
        if not beginning:
            raise refuse(ErrorCode.INVALID_INPUT, "The file is empty. A table needs a header and at least one row.")
        at = find_names([record.cells for record in beginning]) or 0
        columns = read_header(beginning[at].cells, self._limits)
        if len(columns) == 1 and not roles(columns):
            raise refuse(
                ErrorCode.UNSUPPORTED_FORMAT,
                f'No table was recognized: the first line is one cell, "{columns[0][:80]}". '
                "A table begins with the names of its columns, parted by comma, semicolon, tab or |.",
            )
        return columns, chain(beginning[at + 1 :], records)


def _sheet(kind: TableKind, other: str, rows: Rows) -> InventorySheet:
    return InventorySheet(format_of(kind, other), rows.columns)


def _delimiter(lines: Lines) -> str:
    beginning = lines.peek(_BEGINNING)
    # Excel writes the delimiter it uses in a first line of its own.
    first = beginning.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS and len(first) == len("sep=;"):
        return first[4]
    return find_delimiter(beginning)


def _names_delimiter(cells: list[str]) -> bool:
    return cells[0].strip().lower().startswith("sep=")


def _closing(close: Callable[[], None], rows: Iterator[ImportRow | RejectedRow]) -> Iterator[ImportRow | RejectedRow]:
    try:
        yield from rows
    finally:
        close()
