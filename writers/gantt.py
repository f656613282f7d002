"""A Gantt chart in a PDF: all rows at a glance, then as many pages as they take, each with a scale of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph

from domain.document import Bar, Gantt, GanttRow, Milestone
from writers.paper import DARK, LINE, PALE, diamond, legend, painted, paragraph
from writers.scale import Scale, scale_of

LABEL, SCALE, LANE = 46 * mm, 6 * mm, 9 * mm
LEAST_ROW, MOST_ROW, TALLEST_BAR = 6.4 * mm, 10 * mm, 5 * mm
# A row of the view of all: not so thin that nothing is seen, not so tall that it looks lost.
THICKEST, NAMED = 6 * mm, 2.4 * mm
CRITICAL = HexColor("#c0392b")
LONGEST_MILESTONE = 44
_CRITICAL_NAME = "Critical path"
_SATURDAY, _WEEKEND = 5, 2


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is drawn: its name, and the height it takes."""

    row: GanttRow
    label: Paragraph | None
    height: float


def gantt_pages(gantt: Gantt, width: float, height: float) -> Iterator[Flowable]:
    """Each page's heading, legend and chart; nothing where there is no row."""
    if not gantt.rows:
        return
    key = legend([*painted(gantt.kinds), (_CRITICAL_NAME, CRITICAL), (gantt.mark, None)], width)
    room = height - 16 * mm - key.wrap(width, height)[1]
    pages = _pages(gantt.rows, room - SCALE - LANE)
    if len(pages) > 1:
        yield from (paragraph(f"{gantt.title}: all at a glance", "heading"), key)
        yield Chart(gantt, _thin(gantt.rows, room - SCALE - LANE), width)
        yield PageBreak()
    for number, lines in enumerate(pages, 1):
        counted = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
        yield from (paragraph(f"{gantt.title}{counted}", "heading"), key)
        yield Chart(gantt, lines, width)
        if number < len(pages):
            yield PageBreak()


def _pages(rows: Sequence[GanttRow], room: float) -> list[list[Line]]:
    """As many rows a page as there is room for; a long name makes its row taller."""
    pages: list[list[Line]] = [[]]
    used, usual = 0.0, min(max(LEAST_ROW, room / len(rows)), MOST_ROW)
    for row in rows:
        label = paragraph(row.label, "cell")
        height = max(usual, label.wrap(LABEL - 2 * mm, room)[1] + 1 * mm)
        if pages[-1] and used + height > room:
            pages.append([])
            used = 0.0
        pages[-1].append(Line(row, label, height))
        used += height
    return pages


def _thin(rows: Sequence[GanttRow], room: float) -> list[Line]:
    """All of them on one page; named where a line of text has room."""
    height = min(THICKEST, room / len(rows))
    return [Line(row, _in_one_line(row.label) if height >= NAMED else None, height) for row in rows]


def _in_one_line(text: str) -> Paragraph:
    label, most = paragraph(text, "tiny"), len(text)
    while most > 1 and len(label.breakLines(LABEL - 2 * mm).lines) > 1:
        most = min(most - 1, int(most * 0.8) + 1)
        label = paragraph(text, "tiny", most)
    return label


class Chart(Flowable):
    """Rows of bars under a scale of days and the milestones that fall into it."""

    def __init__(self, gantt: Gantt, lines: Sequence[Line], width: float) -> None:
        super().__init__()
        self._gantt, self._lines = gantt, lines
        self.width = width
        self.height = SCALE + LANE + sum(line.height for line in lines)
        self._scale: Scale = scale_of(*_ends(lines), width - LABEL)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return (self.width, self.height)

    def draw(self) -> None:
        colours = dict(painted(self._gantt.kinds))
        self._draw_scale()
        self._draw_milestones(self.height - SCALE - LANE)
        y = self.height - SCALE - LANE
        for number, line in enumerate(self._lines):
            y -= line.height
            self._draw_line(line, y, colours, shaded=number % 2 == 0)
        self.canv.setStrokeColor(DARK)
        self.canv.line(LABEL, 0, LABEL, self.height - SCALE)

    def _draw_scale(self) -> None:
        canvas = self.canv
        canvas.setLineWidth(0.3)
        for tick in self._scale.ticks:
            x = LABEL + tick.x
            canvas.setStrokeColor(LINE)
            canvas.line(x, 0, x, self.height - SCALE)
            if tick.label:
                text = paragraph(tick.label, "tick")
                text.wrapOn(canvas, tick.room, SCALE)
                text.drawOn(canvas, x + 0.6 * mm, self.height - SCALE + 0.8 * mm)
        canvas.setStrokeColor(DARK)
        canvas.line(0, self.height - SCALE, self.width, self.height - SCALE)

    def _draw_line(self, line: Line, y: float, colours: dict[str, Any], *, shaded: bool) -> None:
        canvas = self.canv
        if shaded:
            canvas.setFillColor(PALE)
            canvas.rect(0, y, self.width, line.height, stroke=0, fill=1)
            self._redraw_ticks(y, line.height)
        if line.label:
            _, height = line.label.wrapOn(canvas, LABEL - 2 * mm, line.height)
            line.label.drawOn(canvas, 0.8 * mm, y + (line.height - height) / 2)
        bar = min(TALLEST_BAR, line.height * 0.72)
        bottom = y + (line.height - bar) / 2
        for each, after in zip_longest(line.row.bars, line.row.bars[1:]):
            x, end = self._x(each.starts_on), self._x(_drawn_until(each, after))
            canvas.setFillColor(colours[each.kind])
            canvas.rect(x, bottom, max(end - x, 0.5), bar, stroke=0, fill=1)
            if each.critical:
                canvas.setFillColor(CRITICAL)
                canvas.rect(x, bottom - bar * 0.16, max(end - x, 0.5), bar * 0.2, stroke=0, fill=1)
        for day in line.row.marks:
            diamond(self.canv, self._x(day + timedelta(days=1)), bottom + bar / 2, bar * 0.62)

    def _redraw_ticks(self, y: float, height: float) -> None:
        self.canv.setStrokeColor(LINE)
        for tick in self._scale.ticks:
            self.canv.line(LABEL + tick.x, y, LABEL + tick.x, y + height)

    def _draw_milestones(self, y: float) -> None:
        """Each a diamond; its name where the ones before it leave room, in one of two lines."""
        name = paragraph("Milestones", "header")
        name.wrapOn(self.canv, LABEL, LANE)
        name.drawOn(self.canv, 0.8 * mm, y + LANE / 2 - 1 * mm)
        ends = [0.0, 0.0]
        for each in self._gantt.milestones:
            if self._scale.holds(each.day):
                x = self._x(each.day + timedelta(days=1))
                diamond(self.canv, x, y + LANE / 2, 2.2 * mm)
                self._name_milestone(each, x, y, ends)

    def _name_milestone(self, each: Milestone, x: float, y: float, ends: list[float]) -> None:
        text = paragraph(each.name, "tick", LONGEST_MILESTONE)
        wide = _width_of(text)
        left = x + 1.6 * mm if x + 1.6 * mm + wide <= self.width else x - 1.6 * mm - wide
        for line in (0, 1):
            if left >= ends[line] and left >= LABEL:
                text.wrapOn(self.canv, wide + 1, LANE)
                text.drawOn(self.canv, left, y + (LANE / 2 + 0.9 * mm if line == 0 else 0.2 * mm))
                ends[line] = max(left + wide, x) + 1.5 * mm
                return

    def _x(self, day: date) -> float:
        return LABEL + self._scale.x(day)


def _drawn_until(bar: Bar, after: Bar | None) -> date:
    """Over a weekend, where the next one begins behind it: two bars in a row then look like it."""
    end = bar.ends_on + timedelta(days=1)
    over_a_weekend = end.weekday() == _SATURDAY and after is not None and (after.starts_on - end).days <= _WEEKEND
    return after.starts_on if after is not None and over_a_weekend else end


def _width_of(text: Paragraph) -> float:
    """Of the text in one line."""
    lines = text.breakLines(100_000)
    return float(100_000 - lines.lines[0][0]) if lines.kind == 0 else float(100_000 - lines.lines[0].extraSpace)


def _ends(lines: Sequence[Line]) -> tuple[date, date]:
    days = [day for line in lines for bar in line.row.bars for day in (bar.starts_on, bar.ends_on)]
    days += [day for line in lines for day in line.row.marks]
    return min(days), max(days)
