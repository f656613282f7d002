"""One page about one thing, set in two columns so that all of it fits: what is too much is cut and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, Table, TableStyle

from domain.document import Block, DocumentPage, Facts, Grid, Prose, Section
from writers.paper import DARK, GAP, LINE, paragraph

# Most rows of a grid, and most characters of a text, from generous to meagre: the first with which all fits is taken.
MEASURES = ((40, 900), (16, 420), (10, 280), (7, 200), (5, 140), (4, 100), (3, 80), (2, 60))
HEADLINE_MOST = 220
SHORT_HEADER = 12
EMPTY_WIDTH = 0.12


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a thing is shown, and how wide."""

    rows: int
    characters: int
    width: float


def sheet(page: DocumentPage, width: float, height: float) -> Flowable:
    """The page as one block of that size."""
    head = _head(page, width)
    _, used = head.wrap(width, height)
    room = height - used - 2 * mm
    column = (width - GAP) / 2
    columns: tuple[list[Flowable], list[Flowable]] = ([], [])
    for rows, characters in MEASURES:
        columns = _columns(page.sections, Measure(rows, characters, column))
        if all(_height(part, column) <= room for part in columns):
            break
    fitted = [KeepInFrame(column, room, part, mode="shrink") for part in columns]
    body = Table([[fitted[0], "", fitted[1]]], [column, GAP, column], style=TableStyle([*_bare(), _TOP]))
    return Table([[head], [body]], [width], style=TableStyle([*_bare(), ("TOPPADDING", (0, 1), (0, 1), 1.5 * mm)]))


_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")


def _bare() -> list[tuple[Any, ...]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), 0) for side in sides]


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


def _columns(sections: Sequence[Section], measure: Measure) -> tuple[list[Flowable], list[Flowable]]:
    """Sections in their order, parted where the columns come closest to each other in height."""
    parts = [_section(each, measure) for each in sections]
    heights = [_height(part, measure.width) for part in parts]
    whole = sum(heights)
    cut = min(range(len(parts) + 1), key=lambda at: abs(whole - 2 * sum(heights[:at])))
    left, right = parts[:cut], parts[cut:]
    return [each for part in left for each in part], [each for part in right for each in part]


def _height(flowables: Sequence[Flowable], width: float) -> float:
    total = 0.0
    for each in flowables:
        total += each.wrap(width, 10_000)[1] + each.getSpaceBefore() + each.getSpaceAfter()
    return total


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
            ("RIGHTPADDING", (0, 0), (-2, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
            ("TOPPADDING", (0, 1), (-1, -1), 1),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, DARK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, LINE),
        ]
    )
    yield Table(rows, _widths(grid, measure.width), style=style, hAlign="LEFT")
    if len(grid.rows) > len(shown):
        yield paragraph(f"and {len(grid.rows) - len(shown)} more", "name")


def _widths(grid: Grid, width: float) -> list[float]:
    """By how much there is to read in each column, the longest no more than six times the shortest."""
    weights = []
    for number, name in enumerate(grid.header):
        lengths = [len(row[number]) for row in grid.rows] or [0]
        mean = sum(lengths) / len(lengths)
        longest_word = max((len(word) for row in grid.rows for word in row[number].split()), default=0)
        weights.append(max(min(mean, 60.0), min(longest_word, SHORT_HEADER), len(name), 6.0))
    return [width * weight / sum(weights) for weight in weights]
