"""Delimited text as records: one pass, one record in memory, every line counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from domain.errors import ErrorCode, Refused, refuse
from readers.encoding import Encoding
from readers.header import LOOKED_AT, find_names, names_anything
from readers.limits import Limits

DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the 1-based line it begins on. `cut`: the file ends in it, without an end of line."""

    line: int
    cells: list[str]
    cut: bool = False


class Lines:
    """The lines of a text, counted, each with its ending. Refuses one that no memory should hold."""

    def __init__(self, source: BinaryIO, encoding: Encoding, limits: Limits) -> None:
        source.seek(encoding.mark)
        # With an empty newline every kind of line ending ends a line and stays in it, as csv wants it.
        self._text = io.TextIOWrapper(source, encoding=encoding.codec, newline="")
        self._limit = limits.record
        self._record = 0
        self._read = 0
        self.begun = 1
        self.unended = False
        self.ended_inside = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit + 1)
        if not line:
            # csv asks for another line within a record only while a quote is open.
            self.ended_inside = self._record > 0
            raise StopIteration
        self._record += len(line)
        if self._record > self._limit:
            raise self._too_long()
        self._read += 1
        self.unended = not line.endswith(("\n", "\r"))
        return line

    def finish_record(self) -> None:
        """The record that was being read is complete; the next one begins on the next line."""
        self._record = 0
        self.begun = self._read + 1

    def peek(self, characters: int) -> str:
        """The beginning of the text; only good for looking, the lines go on behind it."""
        beginning = self._text.read(characters)
        self._text.detach()
        return beginning

    def detach(self) -> None:
        """Leave the source open: who opened it closes it."""
        self._text.detach()

    def _too_long(self) -> Refused:
        return refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The row on line {self.begun} is longer than {self._limit:,} characters. "
            "A quote that is opened there and never closed is the usual cause.",
        )


def read_records(lines: Lines, delimiter: str) -> Iterator[Record]:
    """The records that hold anything, in order. Refuses a quoted cell that never ends."""
    # A space after the delimiter belongs to neither cell: `"a", "b, c"` are two cells.
    records = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(lines.begun, error) from error
        if lines.ended_inside:
            raise refuse(
                ErrorCode.INVALID_INPUT,
                f"The quoted cell in the row on line {lines.begun} never ends: the file was cut off, or a quote "
                'is missing. A quote within a cell is written twice ("").',
            )
        record = Record(lines.begun, cells, cut=lines.unended)
        lines.finish_record()
        if any(cell.strip() for cell in cells):
            yield record


def _unreadable(line: int, error: csv.Error) -> Refused:
    if "limit" in str(error):
        return refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"A cell in the row on line {line} is longer than {csv.field_size_limit():,} characters. "
            "A quote that is opened there and never closed is the usual cause.",
        )
    return refuse(ErrorCode.INVALID_INPUT, f"The row on line {line} cannot be read: {error}.")


def find_delimiter(beginning: str) -> str:
    """The delimiter that parts the header into the most columns; the comma when several do."""
    return max(DELIMITERS, key=lambda delimiter: _columns(beginning, delimiter))


def _columns(beginning: str, delimiter: str) -> tuple[bool, int]:
    # Parted by another sign than its own, a header is one name that nobody knows.
    lines = io.StringIO(beginning, newline="")
    rows = (cells for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if any(cells))
    try:
        first = list(islice(rows, LOOKED_AT))
    except csv.Error:
        first = []
    header = first[find_names(first) or 0] if first else []
    return names_anything(header), len(header)
