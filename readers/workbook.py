"""XLSX workbooks: their sheets as records, a row at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from readers.archive import DAMAGE, broken, check_archive
from readers.limits import Limits
from readers.table import Record

_EXACT = 10**15


class Sheet:
    """One sheet: its title, and its rows that hold anything."""

    def __init__(self, sheet: Any, limits: Limits) -> None:
        # Its stubs give the worksheet that is only read the methods of the one that is written.
        self._sheet = sheet
        self._most_empty = limits.empty_rows
        self.title: str = sheet.title

    def records(self) -> Iterator[Record]:
        """From the first row on, to where the rows end or too many are empty."""
        rows = iter(self._sheet.iter_rows(values_only=True))
        number = empty = 0
        while (cells := _next(rows)) is not None:
            number += 1
            empty = 0 if any(cell is not None for cell in cells) else empty + 1
            if empty == self._most_empty:
                return
            if not empty and any(texts := [text(cell) for cell in cells]):
                yield Record(number, texts)


class Workbook:
    """The sheets of one file that a person sees; the source stays open for its owner to close."""

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        check_archive(source, limits)
        try:
            with warnings.catch_warnings():
                # Of styles and extensions that it drops; none of them is read.
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(source, read_only=True, keep_links=False)
        except DAMAGE as error:
            raise broken() from error
        self.sheets = tuple(Sheet(sheet, limits) for sheet in _visible(self._book.worksheets))

    def close(self) -> None:
        """Let go of the archive."""
        self._book.close()


def _visible(sheets: Sequence[Any]) -> Iterable[Any]:
    read = [sheet for sheet in sheets if isinstance(sheet, ReadOnlyWorksheet)]
    for sheet in read:
        # What a sheet declares of its size is often wrong; its rows tell.
        sheet.reset_dimensions()
    return [sheet for sheet in read if sheet.sheet_state == "visible"] or read


def _next(rows: Iterator[Sequence[Any]]) -> Sequence[Any] | None:
    try:
        return next(rows, None)
    except DAMAGE as error:
        raise broken() from error


def text(cell: Any) -> str:
    """A cell as a person reads it; a formula as it was written."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, date | time):
        return _moment(cell)
    # An array formula is an object that holds its text.
    written = getattr(cell, "text", None)
    return written if isinstance(written, str) else str(cell)


def _number(number: float) -> str:
    # Spreadsheets keep 15 digits; more than that is what binary fractions leave behind.
    if number == number // 1 and abs(number) < _EXACT:
        return str(int(number))
    return format(number, ".15g")


def _moment(moment: date | time) -> str:
    if isinstance(moment, datetime) and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(" ") if isinstance(moment, datetime) else moment.isoformat()
