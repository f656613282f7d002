"""One sheet's XML as rows of texts, a row at a time: the hot path of every workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta

from domain.errors import ErrorCode, refuse
from readers.archive import DAMAGE, broken, new_parser
from readers.limits import Limits
from readers.package import Package, chunks, unescaped
from readers.plain_rows import PlainRows

Row = tuple[int, list[str]]
# As many columns as a spreadsheet program has.
_WIDEST = 16_384
# What a row of a sheet says of its cells, beside their texts.
_MARKUP = 4
_EXACT = 10**15
_DIGITS = 15
_FIRST_DAYS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - a workbook knows no zone
# Before it a workbook counts a 29 February 1900, which never was.
_NEVER = 60
_NUMBER = "0123456789"


def read_rows(
    archive: zipfile.ZipFile, part: str, package: Package, limits: Limits, unread: Collection[int] = ()
) -> Iterator[Row]:
    """The rows that the sheet writes down, by their number; Refused where it is damaged.

    `unread` are columns, from 0, that may be left empty; it may still grow while the rows are read. What stands below
    the rows (links, merged cells, conditions) is not read.
    """
    reading = Reading(package, unread)
    plain = PlainRows(reading)
    longest = limits.record * _MARKUP
    waiting = 0
    try:
        with archive.open(part) as source:
            for piece in chunks(source):
                plain.feed(piece)
                done = reading.take()
                waiting = 0 if done else waiting + len(piece)
                if waiting > longest:
                    raise refuse(
                        ErrorCode.LIMIT_EXCEEDED,
                        f"A row of a sheet is longer than {longest:,} bytes. Shorten its cells, or split it.",
                    )
                yield from done
                if reading.ended:
                    return
        plain.close()
        yield from reading.take()
    except DAMAGE as error:
        raise broken() from error


class Reading:
    """What the parser has told of the sheet so far.

    It is called millions of times for a large workbook: that is why it asks for the likeliest first, and why texts go
    to a list without any function of ours in between.
    """

    def __init__(self, package: Package, unread: Collection[int]) -> None:
        self._strings, self._unread = package.strings, unread
        self._days = frozenset(str(number) for number, is_day in enumerate(package.days) if is_day)
        self._from = _FIRST_DAYS[package.from_1904]
        self._done: list[Row] = []
        self.rows = 0
        self._columns: dict[str, int] = {}
        self._number = self._column = 0
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._value = self._formula = self._type = self._style = ""
        self._said = False
        self.ended = False
        self._names("")
        self.parser = new_parser()
        self.parser.StartElementHandler = self._begin
        self.parser.CharacterDataHandler = self._pieces.append

    def take(self) -> list[Row]:
        """The rows that are complete."""
        done, self._done = self._done, []
        return done

    def _names(self, prefix: str) -> None:
        self._cell, self._text, self._row = f"{prefix}c", f"{prefix}v", f"{prefix}row"
        self._run, self._told, self._ruby = f"{prefix}t", f"{prefix}f", f"{prefix}rPh"
        self._table = f"{prefix}sheetData"

    def _begin(self, name: str, _: dict[str, str]) -> None:
        # The root: whatever prefix it has, all that follows has too.
        self._names(name.removesuffix("worksheet"))
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._cell:
            place = attributes.get("r")
            if place is not None:
                letters = place.rstrip(_NUMBER)
                column = self._columns.get(letters)
                self._column = self._place(letters) if column is None else column
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._value = ""
        elif name == self._row:
            self.begin_row(int(attributes.get("r", 0)))
        else:
            self._said = self._said or name == self._ruby
            self._pieces.clear()

    def _end(self, name: str) -> None:
        if name == self._text:
            self._value = "".join(self._pieces)
        elif name == self._cell:
            self._end_cell()
        elif name == self._row:
            self._end_row()
        elif name == self._run:
            # A text in the sheet itself comes in runs; how it is pronounced is no part of it.
            self._value += "" if self._said else "".join(self._pieces)
        elif name == self._told:
            self._formula = "".join(self._pieces)
        elif name == self._ruby:
            self._said = False
        elif name == self._table:
            self.ended = True

    def begin_row(self, number: int) -> None:
        """A row of that number; 0 where it says none."""
        self._number = max(number, self._number + 1)
        self._cells = []
        self._column = 0

    def _end_row(self) -> None:
        self._done.append((self._number, self._cells))
        self.rows += 1

    def take_row(self, number: int, cells: Iterable[tuple[str, str, str, str]]) -> None:
        """A whole row: of each cell its column's letters, its style, its type and its value."""
        self.begin_row(number)
        columns, unread = self._columns, self._unread
        for letters, style, kind, value in cells:
            column = columns.get(letters)
            if column is None:
                column = self._place(letters)
            if column not in unread:
                self._put(column, self._shown(value, kind or "n", style) if value else "")
        self._end_row()

    def _place(self, letters: str) -> int:
        found = 0
        for letter in letters:
            found = found * 26 + ord(letter) - ord("A") + 1
        if not 0 < found <= _WIDEST:
            raise broken()
        self._columns[letters] = found - 1
        return found - 1

    def _end_cell(self) -> None:
        column = self._column
        self._column = column + 1
        formula, self._formula = self._formula, ""
        if column in self._unread:
            return
        if self._value:
            self._put(column, self._shown(self._value, self._type, self._style))
        else:
            self._put(column, f"={formula}" if formula else "")

    def _put(self, column: int, text: str) -> None:
        cells = self._cells
        missing = column - len(cells)
        if missing < 0:
            cells[column] = text
            return
        if missing:
            cells.extend([""] * missing)
        cells.append(text)

    def _shown(self, value: str, kind: str, style: str) -> str:
        if kind == "s":
            return self._strings[int(value)]
        if kind == "n":
            if style in self._days:
                return day(float(value), self._from)
            return value if value.isdecimal() and len(value) <= _DIGITS else number(float(value))
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return unescaped(value) if kind in {"inlineStr", "str"} else value


def number(value: float) -> str:
    """A number as a person reads it; spreadsheets keep 15 digits, more is what binary fractions leave behind."""
    if value == value // 1 and abs(value) < _EXACT:
        return str(int(value))
    return format(value, f".{_DIGITS}g")


def day(value: float, first: datetime) -> str:
    """A number that its format shows as a day, a time, or both; one that no calendar has stays a number."""
    days, part = divmod(value, 1)
    if value < 0:
        return number(value)
    if days == 0 and first == _FIRST_DAYS[0]:
        return (first + timedelta(seconds=round(part * 86_400))).time().isoformat()
    if days < _NEVER and first == _FIRST_DAYS[0]:
        days += 1
    try:
        moment = first + timedelta(days=days, seconds=round(part * 86_400))
    except OverflowError:
        return number(value)
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
