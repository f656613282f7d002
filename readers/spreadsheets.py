"""Where the table of a workbook begins."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice

from domain.errors import ErrorCode, refuse
from readers.header import LOOKED_AT, find_names
from readers.table import Record
from readers.workbook import Sheet, Workbook


def find_header(book: Workbook) -> tuple[Record, Iterator[Record]]:
    """The header of the first sheet that has one, and the records below it."""
    for sheet in book.sheets:
        if found := header_of(sheet):
            return found
    raise refuse(
        ErrorCode.UNSUPPORTED_FORMAT,
        "No table was recognized: no sheet of the workbook begins with the names of columns.",
    )


def header_of(sheet: Sheet, unread: Collection[int] = ()) -> tuple[Record, Iterator[Record]] | None:
    """The row with the names of the columns, and the records below it."""
    records = sheet.records(unread)
    beginning = list(islice(records, LOOKED_AT))
    at = find_names([record.cells for record in beginning])
    return None if at is None else (beginning[at], chain(beginning[at + 1 :], records))
