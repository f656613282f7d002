"""One sheet's XML as rows of texts, a row at a time: the hot path of every workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from domain.errors import ErrorCode, refuse
from readers.archive import DAMAGE, broken, new_parser
from readers.limits import Limits
from readers.package import Package, chunks, unescaped

Row = tuple[int, list[str]]
# As many columns as a spreadsheet program has.
_WIDEST = 16_384
_EXACT = 10**15
_DIGITS = 15
_FIRST_DAYS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - a workbook knows no zone
# Before it a workbook counts a 29 February 1900, which never was.
_NEVER = 60
_CARRIED = "0123456789"


def read_rows(archive: zipfile.ZipFile, part: str, package: Package, limits: Limits) -> Iterator[Row]:
    """The rows that the sheet writes down, by their number; Refused where it is damaged."""
    reading = _Reading(package, limits)
    try:
        with archive.open(part) as source:
            for piece in chunks(source):
                reading.parser.Parse(piece, False)
                yield from reading.take()
        reading.parser.Parse(b"", True)
        yield from reading.take()
    except DAMAGE as error:
        raise broken() from error


class _Reading:
    """What the parser has told of the sheet so far. `_cells` is the row it is in, `_pieces` the text it is in."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self._strings, self._days = package.strings, package.days
        self._from = _FIRST_DAYS[package.from_1904]
        self._longest = limits.record
        self._done: list[Row] = []
        self._columns: dict[str, int] = {}
        self._number = self._column = self._length = 0
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._value = self._formula = self._type = self._style = ""
        self._said = False
        self._prefix = ""
        self.parser = new_parser()
        self.parser.StartElementHandler = self._begin

    def take(self) -> list[Row]:
        done, self._done = self._done, []
        return done

    def _begin(self, name: str, _: dict[str, str]) -> None:
        # The root: whatever prefix it has, all that follows has too.
        self._prefix = name.removesuffix("worksheet")
        p = self._prefix
        self._starts = {
            f"{p}c": self._start_cell, f"{p}v": self._start_text, f"{p}row": self._start_row,
            f"{p}t": self._start_text, f"{p}f": self._start_text, f"{p}rPh": self._start_said,
        }  # fmt: skip
        self._ends = {
            f"{p}c": self._end_cell, f"{p}v": self._end_value, f"{p}row": self._end_row,
            f"{p}t": self._end_text, f"{p}f": self._end_formula, f"{p}rPh": self._end_said,
        }  # fmt: skip
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        handle = self._starts.get(name)
        if handle is not None:
            handle(attributes)

    def _end(self, name: str) -> None:
        handle = self._ends.get(name)
        if handle is not None:
            handle()

    def _start_row(self, attributes: dict[str, str]) -> None:
        told = int(attributes.get("r", 0))
        self._number = max(told, self._number + 1)
        self._cells = []
        self._column = self._length = 0

    def _end_row(self) -> None:
        self._done.append((self._number, self._cells))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is not None:
            self._column = self._column_of(place.rstrip(_CARRIED))
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._value = self._formula = ""

    def _column_of(self, letters: str) -> int:
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - ord("A") + 1
            if not 0 < found <= _WIDEST:
                raise broken()
            self._columns[letters] = found = found - 1
        return found

    def _start_text(self, _: dict[str, str]) -> None:
        self._pieces = []
        self.parser.CharacterDataHandler = self._take_text

    def _take_text(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > self._longest:
            raise refuse(
                ErrorCode.LIMIT_EXCEEDED,
                f"Row {self._number:,} of the sheet is longer than {self._longest:,} characters. Shorten its cells.",
            )

    def _text(self) -> str:
        self.parser.CharacterDataHandler = None
        return "".join(self._pieces)

    def _end_value(self) -> None:
        self._value = self._text()

    def _end_text(self) -> None:
        # A text in the sheet itself comes in runs; how it is pronounced is no part of it.
        if not self._said:
            self._value += self._text()

    def _end_formula(self) -> None:
        self._formula = self._text()

    def _start_said(self, _: dict[str, str]) -> None:
        self._said = True

    def _end_said(self) -> None:
        self._said = False

    def _end_cell(self) -> None:
        text = self._shown() if self._value else f"={self._formula}" if self._formula else ""
        cells, column = self._cells, self._column
        if text:
            missing = column - len(cells)
            if missing > 0:
                cells.extend([""] * missing)
            if missing >= 0:
                cells.append(text)
            else:
                cells[column] = text
        self._column = column + 1

    def _shown(self) -> str:
        value, kind = self._value, self._type
        if kind == "s":
            return self._strings[int(value)]
        if kind == "n":
            return self._number_shown(value)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return unescaped(value) if kind in {"inlineStr", "str"} else value

    def _number_shown(self, value: str) -> str:
        style = self._style
        if style and style != "0" and self._days and self._days[int(style)]:
            return day(float(value), self._from)
        if value.isdecimal() and len(value) <= _DIGITS:
            return value
        return number(float(value))


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
    if days == 0 and first.year < _FIRST_DAYS[1].year:
        return (first + timedelta(seconds=round(part * 86_400))).time().isoformat()
    if days < _NEVER and first == _FIRST_DAYS[0]:
        days += 1
    try:
        moment = first + timedelta(days=days, seconds=round(part * 86_400))
    except OverflowError:
        return number(value)
    return shown(moment)


def shown(moment: date | time) -> str:
    """A day without a time where it has none."""
    if isinstance(moment, datetime) and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(" ") if isinstance(moment, datetime) else moment.isoformat()
