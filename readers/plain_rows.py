"""Rows written as nearly every program writes them, read three times as fast as their XML is parsed.

What is not written so (formulas, texts within the sheet, comments, entities …) goes to the parser, which is the judge:
it is given the whole sheet but for complete rows of which every sign is accounted for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

_END = b"</row>"
_ROW = re.compile(r'\s*<row(?: r="([0-9]{1,7})")?(?: [A-Za-z0-9:]+="[^"<>&]*")*')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="(s|n|b|e|str)")?>'
    r"<v>([^<&\x00-\x08\x0b-\x1f\x7f]*)</v></c>"
)
_EMPTY = re.compile(r'<c r="[A-Z]{1,3}[0-9]+"(?: s="[0-9]+")?/>')
# `<` in a row, and in a cell with a value.
_OF_ROW, _OF_CELL = 2, 4


class Judge(Protocol):
    """What reads the sheet: by its parser, or a whole row at a time."""

    rows: int
    parser: expat.XMLParserType

    def take_row(self, number: int, cells: Iterable[tuple[str, str, str, str]]) -> None: ...


class PlainRows:
    """Shares a sheet's bytes out between itself and the parser."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._rest = b""
        self._begun = self._parsed = False

    def feed(self, piece: bytes) -> None:
        """The next bytes of the sheet."""
        if not self._begun and not self._parsed:
            piece = self._begin(self._rest + piece)
        if self._parsed:
            self._judge.parser.Parse(piece, False)
            return
        data = self._rest + piece
        end = data.rfind(_END) + len(_END) if self._begun else 0
        if end >= len(_END):
            self._take(data[:end])
            self._rest = data[end:]
        else:
            self._rest = data

    def close(self) -> None:
        """There are no more bytes."""
        self._judge.parser.Parse(self._rest, True)

    def _begin(self, data: bytes) -> bytes:
        """What is left once the parser has what stands above the rows."""
        self._rest = b""
        at = data.find(b"<row")
        head = data if at < 0 else data[:at]
        # Another encoding, or a comment in which rows may stand: all of it is the parser's.
        self._parsed = b"<!" in head or b"\x00" in head or (b"encoding=" in head and b"utf-8" not in head.lower())
        if self._parsed:
            return data
        if at < 0:
            self._rest = data
            self._parsed = len(data) > len(_END) * 1_000
            return self._flushed() if self._parsed else b""
        self._judge.parser.Parse(head, False)
        self._begun = True
        return data[at:]

    def _flushed(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest

    def _take(self, rows: bytes) -> None:
        read = _read(rows)
        if read is not None:
            for number, cells in read:
                self._judge.take_row(number, cells)
            return
        before = self._judge.rows
        self._judge.parser.Parse(rows, False)
        # Unless each end of a row was one, the parser is in the middle of something of which nothing is known here.
        self._parsed = self._judge.rows - before != rows.count(_END)


_Cells = list[tuple[str, str, str, str]]


def _read(rows: bytes) -> list[tuple[int, _Cells]] | None:
    """Complete rows; None when anything stands there that is none of them."""
    try:
        text = rows.decode()
    except UnicodeDecodeError:
        return None
    found: list[tuple[int, _Cells]] = []
    signs = 0
    for row in text.split("</row>")[:-1]:
        head, _, body = row.partition(">")
        begun = _ROW.fullmatch(head)
        if begun is None:
            return None
        cells = _CELL.findall(body)
        signs += _OF_ROW + _OF_CELL * len(cells)
        found.append((int(begun[1] or 0), cells))
    if "/>" in text:
        signs += len(_EMPTY.findall(text))
    return found if signs == text.count("<") else None
