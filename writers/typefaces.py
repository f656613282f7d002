"""Typefaces of PDF files, and text set in those that have its characters.

FiraGO is embedded: Latin, Greek, Cyrillic, Georgian, Hebrew, Arabic, Thai and Devanagari. Chinese, Japanese and Korean
are named by Adobe's collections, for which the reader's program brings a typeface. Letters are not joined or reordered.
"""

from __future__ import annotations

import io
from functools import cache
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from pymupdf_fonts import myfont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from writers.plain import plain

REGULAR, BOLD = "FiraGO", "FiraGO-Bold"
HAN, KANA, HANGUL = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
# Stands for a character that none of them has.
UNKNOWN = "?"

_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF65, 0xFF9F))
_HAN = ((0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF01, 0xFF60))


@cache
def covered() -> frozenset[int]:
    """The characters that are embedded; the typefaces are known to reportlab from then on."""
    for name, code in ((REGULAR, "figo"), (BOLD, "figbo")):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(myfont(code))))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    for name in (HAN, KANA, HANGUL):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    font: Any = pdfmetrics.getFont(REGULAR)
    return frozenset(font.face.charToGlyph)


def markup(text: str) -> str:
    """The text for a paragraph: escaped, each run of characters in a typeface that has them."""
    kept = plain(text).replace("\t", " ")
    if kept.isascii():
        return _escaped(kept)
    japanese = any(_within(ord(mark), _KANA) for mark in kept)
    runs = groupby(kept, lambda mark: _typeface(mark, japanese=japanese))
    return "".join(_run(typeface, "".join(marks)) for typeface, marks in runs)


def _run(typeface: str | None, text: str) -> str:
    if typeface is None:
        return UNKNOWN * len(text)
    return _escaped(text) if typeface == REGULAR else f'<font name="{typeface}">{_escaped(text)}</font>'


def _escaped(text: str) -> str:
    return escape(text).replace("\r\n", "\n").replace("\n", "<br/>")


def _typeface(mark: str, *, japanese: bool) -> str | None:
    code = ord(mark)
    if code in covered() or mark in "\r\n":
        return REGULAR
    if _within(code, _HANGUL):
        return HANGUL
    if _within(code, _KANA):
        return KANA
    if _within(code, _HAN):
        return KANA if japanese else HAN
    return None


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
