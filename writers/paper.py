"""What pages are set with: sizes, colours, styles, and text as it stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from domain.document import Cell, Column, ColumnKind
from writers.plain import cut
from writers.typefaces import BOLD, REGULAR, covered, markup

WIDTH, HEIGHT = A4
MARGIN = 15 * mm
TOP, BOTTOM = 14 * mm, 15 * mm
INNER = WIDTH - 2 * MARGIN
GAP = 6 * mm

INK, FAINT, LINE = HexColor("#1c2733"), HexColor("#5b6b7c"), HexColor("#d5dce4")
PALETTE = tuple(
    HexColor(colour)
    for colour in (
        "#2f6db5", "#7fb2e5", "#e08e2b", "#4c9f70", "#8e6bbf", "#b8c4d0",
        "#c9a227", "#3aa6a6", "#b5566b", "#6b7f3a", "#46586b", "#d98cb3",
    )
)  # fmt: skip
BLUE, PALE, DARK = HexColor("#2f6db5"), HexColor("#f1f4f8"), HexColor("#1f3a5f")

NUMBERS = frozenset(
    {
        ColumnKind.WHOLE,
        ColumnKind.NUMBER,
        ColumnKind.QUANTITY,
        ColumnKind.SHARE,
        ColumnKind.MONEY,
        ColumnKind.RATE,
        ColumnKind.HOURS,
    }
)
_HUNDRED = 100


@cache
def styles() -> dict[str, ParagraphStyle]:
    """By name; the typefaces are there once they are asked for."""
    covered()

    def style(name: str, size: float, **more: Any) -> ParagraphStyle:
        usual: dict[str, Any] = {
            "fontName": REGULAR,
            "fontSize": size,
            "leading": size * 1.28,
            "textColor": INK,
            "splitLongWords": 1,
        }
        return ParagraphStyle(name, **{**usual, **more})

    every = (
        style("title", 20, fontName=BOLD, textColor=DARK, leading=25),
        style("subtitle", 9, textColor=FAINT, spaceAfter=4 * mm),
        style("lead", 10, leading=14, spaceAfter=3 * mm),
        style("figure", 13, fontName=BOLD, textColor=DARK),
        style("figure name", 7.2, textColor=FAINT),
        style("heading", 12, fontName=BOLD, textColor=DARK, spaceBefore=3 * mm, spaceAfter=2 * mm),
        style("page title", 17, fontName=BOLD, textColor=white, leading=21),
        style("headline", 9.5, textColor=white, leading=12.5),
        style("section", 9, fontName=BOLD, textColor=BLUE, spaceBefore=1.6 * mm, spaceAfter=0.7 * mm),
        style("text", 7.6),
        style("name", 7.6, textColor=FAINT),
        style("cell", 7),
        style("header", 6.8, fontName=BOLD, textColor=DARK),
        style("number", 7, alignment=TA_RIGHT),
        style("number header", 6.8, fontName=BOLD, textColor=DARK, alignment=TA_RIGHT),
        style("label", 7.6),
        style("tick", 5.8, textColor=FAINT),
        style("tiny", 5.2, leading=6),
        style("value", 7.6, alignment=TA_RIGHT),
    )
    return {each.name: each for each in every}


def paragraph(text: str, style: str, most: int | None = None) -> Paragraph:
    """Plain text in that style, cut after so many characters."""
    return Paragraph(markup(text if most is None else cut(text, most)), styles()[style])


def shown(value: Cell, column: Column) -> str:
    """A cell as a person reads it."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("_", " ") if value.isupper() else value
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case _:
            return _number(value, column.kind)


def _number(value: float | Decimal, kind: ColumnKind) -> str:
    match kind:
        case ColumnKind.SHARE:
            return f"{float(value) * _HUNDRED:.0f} %"
        case ColumnKind.NUMBER:
            return f"{value:,.1f}"
        case ColumnKind.RATE:
            return f"{value:,.2f}"
        case ColumnKind.QUANTITY:
            return f"{value:,.4f}".rstrip("0").rstrip(".")
        case _:
            return f"{value:,.0f}"


def headed(column: Column) -> str:
    """Its title with its unit."""
    return f"{column.title}, {column.unit}" if column.unit else column.title


def padding(sides: float, above: float) -> list[tuple[Any, ...]]:
    """For a table's style: how far its cells keep from their edges."""
    whole = (0, 0), (-1, -1)
    return [
        ("LEFTPADDING", *whole, sides),
        ("RIGHTPADDING", *whole, sides),
        ("TOPPADDING", *whole, above),
        ("BOTTOMPADDING", *whole, above),
    ]


def painted(names: Iterable[str]) -> list[tuple[str, Any]]:
    """Each name with its colour; they begin anew after the last."""
    return [(name, PALETTE[number % len(PALETTE)]) for number, name in enumerate(names)]


def legend(colours: Sequence[tuple[str, Any]], width: float) -> Table:
    """What the colours mean, as many in a row as their names leave room for."""
    longest = max((len(name) for name, _ in colours), default=0)
    across = next((number for number in (7, 6, 5, 4, 3) if longest * 1.6 * mm + 6 * mm <= width / number), 2)
    cells: list[Any] = [[Swatch(colour), paragraph(name, "label")] for name, colour in colours]
    rows: list[list[Any]] = [
        [part for cell in cells[at : at + across] for part in cell] for at in range(0, len(cells), across)
    ]
    if rows:
        rows[-1] += [""] * (2 * across - len(rows[-1]))
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *padding(0.6 * mm, 0.6 * mm)])
    return Table(rows or [[""]], [4.2 * mm, width / across - 4.2 * mm] * (across if rows else 0) or None, style=style)


class Swatch(Flowable):
    """A small square of that colour; a diamond without one."""

    def __init__(self, colour: Any) -> None:
        super().__init__()
        self._colour = colour
        self.width = self.height = 2.6 * mm

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (self.width, self.height)

    def draw(self) -> None:
        if self._colour is None:
            diamond(self.canv, self.width / 2, self.height / 2 - 0.4 * mm, self.width)
        else:
            self.canv.setFillColor(self._colour)
            self.canv.rect(0, -0.4 * mm, self.width, self.height, stroke=0, fill=1)


def diamond(canvas: Any, x: float, y: float, size: float) -> None:
    """With its middle there."""
    path = canvas.beginPath()
    half = size / 2
    path.moveTo(x, y + half)
    for dx, dy in ((half, 0.0), (0.0, -half), (-half, 0.0)):
        path.lineTo(x + dx, y + dy)
    path.close()
    canvas.setFillColor(INK)
    canvas.setStrokeColor(white)
    canvas.setLineWidth(0.3)
    canvas.drawPath(path, stroke=1, fill=1)
