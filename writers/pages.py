"""A document as PDF: a summary with figures, charts and tables, then a page for each of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from domain.document import ColumnKind, Document, Gantt, Listed, Stack
from domain.document import Table as DocumentTable
from writers.bars import charts, stacked
from writers.gantt import gantt_pages
from writers.paper import (
    BOTTOM,
    DARK,
    FAINT,
    HEIGHT,
    INNER,
    LINE,
    MARGIN,
    NUMBERS,
    PALE,
    TOP,
    WIDTH,
    headed,
    padding,
    paragraph,
    shown,
    styles,
)
from writers.plain import plain
from writers.sheet import Sheet
from writers.typefaces import markup

FIGURES_IN_A_ROW = 4
LONGEST_FOOT = 90
# More than anybody reads in a table. A row that is taller than a page goes on on the next.
LONGEST_CELL = 2_000
WIDE = (HEIGHT, WIDTH)
SHORT = 18 * mm
LEAST_OF_A_TABLE = 50 * mm
_SHORT = frozenset({ColumnKind.FLAG, ColumnKind.DAY, ColumnKind.MOMENT})
_SHARES = {ColumnKind.LONG_TEXT: 2.6}


def write_pages(document: Document, target: BinaryIO) -> None:
    """The whole file."""
    title = plain(document.title)
    template = BaseDocTemplate(target, title=title, author="Flotilla", subject=plain(document.subtitle))
    template.addPageTemplates([_template("page", document, (WIDTH, HEIGHT)), _template("wide", document, WIDE)])
    template.build(list(_story(document)))


def _template(name: str, document: Document, size: tuple[float, float]) -> PageTemplate:
    foot = paragraph(document.title, "figure name", LONGEST_FOOT)
    frame = Frame(MARGIN, BOTTOM, size[0] - 2 * MARGIN, size[1] - TOP - BOTTOM, 0, 0, 0, 0)
    return PageTemplate(name, [frame], onPage=lambda canvas, _: _footer(canvas, foot, size[0]), pagesize=size)


def _footer(canvas: Any, title: Paragraph, width: float) -> None:
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, BOTTOM - 3 * mm, width - MARGIN, BOTTOM - 3 * mm)
    title.wrapOn(canvas, width - 2 * MARGIN - 20 * mm, 5 * mm)
    title.drawOn(canvas, MARGIN, BOTTOM - 8 * mm)
    canvas.setFont(styles()["text"].fontName, 7.2)
    canvas.setFillColor(FAINT)
    canvas.drawRightString(width - MARGIN, BOTTOM - 7 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


class Place(Flowable):
    """Where the reader's outline and links lead; takes no room."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__()
        self._key, self._title = key, title

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (0, 0)

    def draw(self) -> None:
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._title, self._key, 0)


def _story(document: Document) -> Iterator[Flowable]:
    keys = {page.title: f"page-{number}" for number, page in reversed(list(enumerate(document.pages)))}
    yield Place("summary", "Summary")
    yield paragraph(document.title, "title")
    yield paragraph(document.subtitle, "subtitle")
    for line in document.lead:
        yield paragraph(line, "lead")
    if document.figures:
        yield _figures(document)
    yield from charts(document)
    for block in document.body:
        match block:
            case Listed():
                yield from _listed(document.table(block.table), block, keys)
            case Stack():
                yield from stacked(block, document.table(block.table))
            case Gantt():
                yield from _wide(list(gantt_pages(block, WIDE[0] - 2 * MARGIN, WIDE[1] - TOP - BOTTOM)))
    for number, page in enumerate(document.pages):
        yield PageBreak()
        yield Place(f"page-{number}", plain(page.title))
        yield Sheet(page, INNER, HEIGHT - TOP - BOTTOM)


def _wide(pages: Sequence[Flowable]) -> Iterator[Flowable]:
    """On pages that lie on their side."""
    if pages:
        yield from (NextPageTemplate("wide"), PageBreak(), *pages, NextPageTemplate("page"), PageBreak())


def _figures(document: Document) -> Table:
    cells = [[paragraph(value, "figure"), paragraph(name, "figure name")] for name, value in document.figures]
    rows: list[list[Any]] = [cells[at : at + FIGURES_IN_A_ROW] for at in range(0, len(cells), FIGURES_IN_A_ROW)]
    rows[-1] += [""] * (FIGURES_IN_A_ROW - len(rows[-1]))
    return Table(
        rows,
        [INNER / FIGURES_IN_A_ROW] * FIGURES_IN_A_ROW,
        style=TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), PALE),
                ("INNERGRID", (0, 0), (-1, -1), 2, "white"),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *padding(3 * mm, 2.2 * mm),
            ]
        ),
    )


def _listed(table: DocumentTable, listed: Listed, keys: Mapping[str, str]) -> Iterator[Flowable]:
    narrow = table.narrowed(listed.columns)
    if not narrow.rows:
        return
    header = [
        paragraph(headed(column), "number header" if column.kind in NUMBERS else "header") for column in narrow.columns
    ]
    rows = [header, *([*_row(narrow, row, keys)] for row in narrow.rows)]
    widths = _widths(narrow)
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), PALE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, DARK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *padding(1.5 * mm, 1 * mm),
        ]
    )
    yield CondPageBreak(LEAST_OF_A_TABLE)
    yield Spacer(0, 4 * mm)
    yield paragraph(table.title, "heading")
    yield LongTable(rows, widths, style=style, repeatRows=1, splitInRow=1)


def _widths(table: DocumentTable) -> list[float]:
    """Numbers and days need little, long texts most, then the first column."""
    small = [column.kind in NUMBERS or column.kind in _SHORT for column in table.columns]
    rest = INNER - SHORT * sum(small)
    shares = [
        0.0 if short else _SHARES.get(column.kind, 1.0) for short, column in zip(small, table.columns, strict=True)
    ]
    shares[0] *= 1.6
    return [SHORT if short else rest * share / sum(shares) for short, share in zip(small, shares, strict=True)]


def _row(table: DocumentTable, row: tuple[Any, ...], keys: Mapping[str, str]) -> Iterator[Paragraph]:
    for number, (column, value) in enumerate(zip(table.columns, row, strict=True)):
        text = shown(value, column)
        if number == 0 and value in keys:
            yield Paragraph(f'<a href="#{keys[value]}">{markup(text)}</a>', styles()["cell"])
        else:
            yield paragraph(text, "number" if column.kind in NUMBERS else "cell", LONGEST_CELL)
