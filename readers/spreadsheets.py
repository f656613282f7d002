"""Where the table of a workbook begins."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice

from domain.columns import roles
from domain.errors import ErrorCode, refuse
from readers.table import Record
from readers.workbook import Sheet, Workbook

# A title, a date and a few words of explanation may stand above a header.
_LOOKED_AT = 20


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
    """The first row with two cells or more; where there is none, the name of a known column alone."""
    records = sheet.records(unread)
    beginning = list(islice(records, _LOOKED_AT))
    filled = [[cell for cell in record.cells if cell.strip()] for record in beginning]
    wide = [number for number, cells in enumerate(filled) if len(cells) > 1]
    known = [number for number, cells in enumerate(filled) if roles(cells)]
    at = next(iter(wide or known), None)
    return None if at is None else (beginning[at], chain(beginning[at + 1 :], records))
