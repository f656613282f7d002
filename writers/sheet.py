"""One page about one thing, set in two columns so that all of it fits: what is too much is cut and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Table, TableStyle

from domain.document import Block, DocumentPage, Facts, Grid, Prose, Section
from writers.paper import DARK, GAP, LINE, padding, paragraph, styles
from writers.plain import plain

# Most rows of a grid, and most characters of a text, from generous to meagre: the first with which all fits is taken.
MEASURES = ((40, 900), (16, 420), (10, 280), (7, 200), (5, 140), (4, 100), (3, 80), (2, 60))
HEADLINE_MOST = 220
CELL_GAP = 4
ENDLESS = 100_000.0


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a thing is shown, and how wide."""

    rows: int
    characters: int
    width: float


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is set, and the height it takes."""

    flowables: list[Flowable]
    height: float


class Sheet(Flowable):
    """The page as one block of that size."""

    def __init__(self, page: DocumentPage, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._head = _head(page, width)
        _, used = self._head.wrap(width, height)
        self._room = height - used - 2 * mm
        self._column = (width - GAP) / 2
        self._parts = _fitting(page.sections, self._column, self._room)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (self.width, self.height)

    def draw(self) -> None:
        self._head.drawOn(self.canv, 0, self._room + 2 * mm)
        left, right = _parted(self._parts)
        for number, column in enumerate((left, right)):
            self._draw_column(number * (self._column + GAP), column)

    def _draw_column(self, left: float, parts: Sequence[Part]) -> None:
        """From above; smaller where even the most meagre measure does not fit."""
        scale = min(1.0, self._room / max(sum(part.height for part in parts), 1.0))
        self.canv.saveState()
        self.canv.translate(left, self._room)
        self.canv.scale(scale, scale)
        y = 0.0
        for flowable in (flowable for part in parts for flowable in part.flowables):
            y -= flowable.getSpaceBefore() + flowable.wrap(self._column, ENDLESS)[1]
            flowable.drawOn(self.canv, 0, y)
            y -= flowable.getSpaceAfter()
        self.canv.restoreState()


def _fitting(sections: Sequence[Section], width: float, room: float) -> list[Part]:
    """The sections by the first measure with which both columns fit; one that it does not touch is set once."""
    known: dict[tuple[int, int, int], Part] = {}
    parts: list[Part] = []
    for rows, characters in MEASURES:
        parts = []
        for number, section in enumerate(sections):
            most_rows, longest = _extent(section)
            key = (number, min(rows, most_rows), min(characters, longest))
            if key not in known:
                known[key] = _part(section, Measure(rows, characters, width))
            parts.append(known[key])
        if all(sum(part.height for part in column) <= room for column in _parted(parts)):
            break
    return parts


def _extent(section: Section) -> tuple[int, int]:
    """The most rows of a block, and the longest text."""
    rows, longest = 0, 0
    for block in section.blocks:
        texts = _texts(block)
        rows = max(rows, len(texts))
        longest = max([longest, *(len(text) for row in texts for text in row)])
    return rows, longest


def _texts(block: Block) -> Sequence[Sequence[str]]:
    match block:
        case Facts():
            return block.pairs
        case Grid():
            return block.rows
        case Prose():
            return [(text,) for text in block.paragraphs]


def _parted(parts: Sequence[Part]) -> tuple[Sequence[Part], Sequence[Part]]:
    """In their order, parted where the columns come closest to each other in height."""
    whole = sum(part.height for part in parts)
    cut = min(range(len(parts) + 1), key=lambda at: abs(whole - 2 * sum(part.height for part in parts[:at])))
    return parts[:cut], parts[cut:]


def _part(section: Section, measure: Measure) -> Part:
    flowables = _section(section, measure)
    heights = (
        each.wrap(measure.width, ENDLESS)[1] + each.getSpaceBefore() + each.getSpaceAfter() for each in flowables
    )
    return Part(flowables, sum(heights))


_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")


def _bare() -> list[tuple[Any, ...]]:
    return padding(0, 0)


def _head(page: DocumentPage, width: float) -> Table:
    cell = [paragraph(page.title, "page title", 80), paragraph(page.headline, "headline", HEADLINE_MOST)]
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), DARK),
            ("LEFTPADDING", (0, 0), (-1, -1), 4 * mm),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5 * mm),
        ]
    )
    return Table([[cell]], [width], style=style)


def _section(section: Section, measure: Measure) -> list[Flowable]:
    body = [flowable for block in section.blocks for flowable in _block(block, measure)]
    return [paragraph(section.title, "section"), *body]


def _block(block: Block, measure: Measure) -> Iterator[Flowable]:
    match block:
        case Facts():
            yield _facts(block, measure)
        case Grid():
            yield from _grid(block, measure)
        case Prose():
            for text in block.paragraphs[: measure.rows]:
                yield paragraph(text, "text", measure.characters)


def _facts(facts: Facts, measure: Measure) -> Table:
    rows = [
        [paragraph(name, "name", 40), paragraph(value, "text", measure.characters)]
        for name, value in facts.pairs[: 2 * measure.rows]
    ]
    name = measure.width * 0.34
    style = TableStyle([*_bare(), _TOP, ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6), ("RIGHTPADDING", (0, 0), (0, -1), 4)])
    return Table(rows, [name, measure.width - name], style=style, hAlign="LEFT")


def _grid(grid: Grid, measure: Measure) -> Iterator[Flowable]:
    shown = grid.rows[: measure.rows]
    rows: list[list[Any]] = [[paragraph(each, "header", 30) for each in grid.header]]
    rows += [[paragraph(each, "cell", measure.characters) for each in row] for row in shown]
    style = TableStyle(
        [
            *_bare(),
            _TOP,
            ("RIGHTPADDING", (0, 0), (-2, -1), CELL_GAP),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
            ("TOPPADDING", (0, 1), (-1, -1), 1),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, DARK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, LINE),
        ]
    )
    yield Table(rows, _widths(grid, measure.width), style=style, hAlign="LEFT", spaceBefore=2)
    if len(grid.rows) > len(shown):
        yield paragraph(f"and {len(grid.rows) - len(shown)} more", "name")


def _widths(grid: Grid, width: float) -> list[float]:
    """No word is broken where there is room for it; what is left goes where there is most to read."""
    columns = [(name, [row[number] for row in grid.rows]) for number, name in enumerate(grid.header)]
    longest = [_longest_word(name, cells) for name, cells in columns]
    least = longest if sum(longest) <= width else [min(each, width / len(columns)) for each in longest]
    wishes = [max(sum(map(len, cells)) / max(len(cells), 1), 1.0) for _, cells in columns]
    left = max(width - sum(least), 0.0)
    wide = [small + left * wish / sum(wishes) for small, wish in zip(least, wishes, strict=True)]
    return [each * width / sum(wide) for each in wide]


def _longest_word(name: str, cells: Sequence[str]) -> float:
    header, cell = styles()["header"], styles()["cell"]
    words = [stringWidth(word, cell.fontName, cell.fontSize) for text in cells for word in plain(text).split()]
    heads = [stringWidth(word, header.fontName, header.fontSize) for word in plain(name).split()]
    return max([*words, *heads, 0.0]) + CELL_GAP + 1
