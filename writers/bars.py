"""Charts of a PDF: bars with their names before and their numbers behind them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from domain.document import Cell, Chart, Document
from domain.document import Table as DocumentTable
from writers.paper import BLUE, GAP, INNER, PALE, padding, paragraph, shown

IN_A_ROW = 2
MOST = 12
NAME, NUMBER = 27 * mm, 17 * mm
LONGEST_NAME = 40


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
