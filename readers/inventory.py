"""Inventories: which format a file has, and its rows one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from domain.columns import TableKind, roles, table_kind
from domain.errors import ErrorCode, Refused, refuse
from domain.inventory import ImportRow, RejectedRow
from domain.ports import InventorySheet
from readers.content import check_content, check_text
from readers.encoding import find_encoding
from readers.header import read_header
from readers.limits import Limits
from readers.rows import Rows
from readers.table import DELIMITERS, Lines, Record, find_delimiter, read_records

KONVEYOR = "konveyor"
CSV = "csv"
_BEGINNING = 1 << 18


class Inventories:
    """Reads what its header shows to be a table: Konveyor's application CSV, or any other CSV."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def read(
        self, source: BinaryIO, file_name: str, format: str | None = None
    ) -> tuple[InventorySheet, Iterator[ImportRow | RejectedRow]]:
        """The header at once, the rows while they are asked for; the source stays open for its owner to close."""
        if format not in {None, KONVEYOR, CSV}:
            raise refuse(
                ErrorCode.UNSUPPORTED_FORMAT,
                f'There is no format "{format}" in this release; there are {KONVEYOR} and {CSV}. '
                "Leave it out to have it recognized.",
                "format",
            )
        encoding = find_encoding(source, check_content(source, file_name, self._limits))
        delimiter = _delimiter(Lines(source, encoding, self._limits))
        lines = Lines(source, encoding, self._limits)
        records = read_records(lines, delimiter)
        try:
            columns = self._header(records)
            kind = _kind(columns, format)
        except Refused:
            lines.detach()
            raise
        sheet = InventorySheet(KONVEYOR if kind is TableKind.KONVEYOR else CSV, columns)
        return sheet, _closing(lines, Rows(columns, kind, self._limits).read(records))

    def _header(self, records: Iterator[Record]) -> tuple[str, ...]:
        first = next(records, None)
        if first is not None and _names_delimiter(first.cells):
            first = next(records, None)
        if first is None:
            raise refuse(ErrorCode.INVALID_INPUT, "The file is empty. A table needs a header and at least one row.")
        columns = read_header(first.cells, self._limits)
        if len(columns) == 1 and not roles(columns):
            raise refuse(
                ErrorCode.UNSUPPORTED_FORMAT,
                f'No table was recognized: the first line is one cell, "{columns[0][:80]}". '
                "A table begins with the names of its columns, parted by comma, semicolon, tab or |.",
            )
        return columns


def _delimiter(lines: Lines) -> str:
    beginning = lines.peek(_BEGINNING)
    check_text(beginning)
    # Excel writes the delimiter it uses in a first line of its own.
    first = beginning.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS and len(first) == len("sep=;"):
        return first[4]
    return find_delimiter(beginning)


def _names_delimiter(cells: list[str]) -> bool:
    return cells[0].strip().lower().startswith("sep=")


def _kind(columns: tuple[str, ...], format: str | None) -> TableKind:
    kind = table_kind(columns)
    if format == KONVEYOR and kind is not TableKind.KONVEYOR:
        raise refuse(
            ErrorCode.INVALID_INPUT,
            'This is no Konveyor application CSV: its header needs "Record Type 1" and "Application Name". '
            "Leave the format out to have it recognized.",
            "format",
        )
    return kind


def _closing(lines: Lines, rows: Iterator[ImportRow | RejectedRow]) -> Iterator[ImportRow | RejectedRow]:
    try:
        yield from rows
    finally:
        lines.detach()
