"""Charts of a PDF: bars with their names before and their numbers behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Spacer, Table, TableStyle

from domain.document import Cell, Chart, Document, Stack
from domain.document import Table as DocumentTable
from writers.paper import BLUE, GAP, INNER, PALE, legend, padding, painted, paragraph, shown
from writers.parts import summed

IN_A_ROW = 2
MOST = 12
NAME, NUMBER = 27 * mm, 17 * mm
LONGEST_NAME = 40
LONG_NAME = 46 * mm
LEAST_OF_A_STACK = 45 * mm


def charts(document: Document) -> Iterator[Flowable]:
    """All that have something to show, two in a row."""
    shown_ones = [each for chart in document.charts if (each := _chart(chart, document.table(chart.table)))]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *padding(0, 0)])
    for start in range(0, len(shown_ones), IN_A_ROW):
        row: list[Any] = [*shown_ones[start : start + IN_A_ROW], ""][:IN_A_ROW]
        yield Spacer(0, 3 * mm)
        yield Table([row], [INNER / IN_A_ROW] * IN_A_ROW, style=style)


def _chart(chart: Chart, table: DocumentTable) -> list[Flowable] | None:
    label, value = table.position(chart.label), table.position(chart.value)
    bars = [(row[label], _number(row[value]), row[value]) for row in table.rows][:MOST]
    if not bars:
        return None
    most = max(number for _, number, _ in bars) or 1.0
    room = INNER / IN_A_ROW - GAP - NAME - NUMBER
    rows = [
        [
            paragraph(shown(name, table.columns[label]), "label", LONGEST_NAME),
            Bar(room, number / most),
            paragraph(shown(exactly, table.columns[value]), "value"),
        ]
        for name, number, exactly in bars
    ]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *padding(0, 0.8 * mm)])
    return [
        paragraph(chart.title, "heading"),
        Table(rows, [NAME, room, NUMBER], style=style, hAlign="LEFT"),
    ]


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


class Bar(Flowable):
    """One bar of a chart, its length a share of the room there is."""

    def __init__(self, width: float, share: float) -> None:
        super().__init__()
        self._share = share
        self.width, self.height = width, 3.4 * mm

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (self.width, self.height)

    def draw(self) -> None:
        self.canv.setFillColor(PALE)
        self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        self.canv.setFillColor(BLUE)
        self.canv.rect(0, 0, max(self.width * self._share, 0.4), self.height, stroke=0, fill=1)


def stacked(stack: Stack, table: DocumentTable) -> Iterator[Flowable]:
    """A bar a row in the parts it is made of, over as many pages as they take; nothing where there is no row."""
    sums = summed(stack, table)
    if not sums:
        return
    column = table.columns[table.position(stack.value)]
    colours = dict(painted(dict.fromkeys(part for parts in sums.values() for part in parts)))
    most = max(sum(map(_number, parts.values())) for parts in sums.values()) or 1.0
    room = INNER - LONG_NAME - NUMBER
    rows = [
        [
            paragraph(label, "label"),
            StackedBar(room, [(_number(value) / most, colours[part]) for part, value in parts.items()]),
            paragraph(shown(sum(parts.values(), Decimal(0)), column), "value"),
        ]
        for label, parts in sums.items()
    ]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *padding(0, 0.7 * mm)])
    yield CondPageBreak(LEAST_OF_A_STACK)
    yield Spacer(0, 4 * mm)
    yield paragraph(f"{stack.title}, {column.unit}" if column.unit else stack.title, "heading")
    part = table.columns[table.position(stack.part)]
    yield legend([(shown(name, part), colour) for name, colour in colours.items()], INNER)
    yield LongTable(rows, [LONG_NAME, room, NUMBER], style=style, hAlign="LEFT")


class StackedBar(Flowable):
    """One bar in its parts, each a share of the room there is."""

    def __init__(self, width: float, parts: Sequence[tuple[float, Any]]) -> None:
        super().__init__()
        self._parts = parts
        self.width, self.height = width, 3.6 * mm

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (self.width, self.height)

    def draw(self) -> None:
        x = 0.0
        for share, colour in self._parts:
            self.canv.setFillColor(colour)
            self.canv.rect(x, 0, self.width * share, self.height, stroke=0, fill=1)
            x += self.width * share
