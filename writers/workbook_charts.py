"""Charts of a workbook that show more than a table's column: stacked bars and a Gantt, beside the cells they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from domain.document import Cell, Column, ColumnKind, Document, Gantt, GanttRow, Stack, Table
from writers.parts import summed
from writers.plain import cut, plain

# In centimetres.
WIDTH, ROW, AROUND, LEAST, MOST = 24.0, 0.62, 3.4, 8.0, 150.0
# Of a name at a bar and in a legend: programs draw longer ones over the bars. Other sheets hold them whole.
LONGEST_LABEL, LONGEST_PART = 50, 30
COLOURS = (
    "2F6DB5", "7FB2E5", "E08E2B", "4C9F70", "8E6BBF", "B8C4D0",
    "C9A227", "3AA6A6", "B5566B", "6B7F3A", "46586B", "D98CB3",
)  # fmt: skip
CRITICAL, MARK, GRID = "C0392B", "1C2733", "D5DCE4"
_START, _MILESTONE, _AFTER = "starts_on", "milestone", "after"
_TICKS = 12
_DAY_ZERO = date(1899, 12, 30)
# How wide the mark of a milestone is, of the whole chart.
_MARK_SHARE = 120


@dataclass(frozen=True, slots=True)
class Picture:
    """Cells, and what draws their chart once they stand on a sheet."""

    table: Table
    subject: Stack | Gantt

    def draw(self, sheet: Worksheet) -> Any:
        if isinstance(self.subject, Stack):
            return _stacked(self.subject, self.table, sheet)
        return _gantt(self.subject, self.table, sheet)


def pictures(document: Document) -> Iterator[Picture]:
    """Those that have something to show."""
    for block in document.body:
        if isinstance(block, Stack):
            table = document.table(block.table)
            if table.rows:
                yield Picture(_cells(block, table), block)
        elif isinstance(block, Gantt) and block.rows:
            yield Picture(_days(block), block)


def _cells(stack: Stack, table: Table) -> Table:
    """A row a bar, a column a part."""
    sums = summed(stack, table)
    value = table.columns[table.position(stack.value)]
    parts = dict.fromkeys(part for own in sums.values() for part in own)
    columns = (
        Column("label", table.columns[table.position(stack.label)].title),
        *(Column(part, cut(part, LONGEST_PART), value.kind, value.unit) for part in parts),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (cut(label, LONGEST_LABEL), *(own[part] for part in parts)) for label, own in sums.items()
    )
    return Table("stack", stack.title, columns, rows)


def _stacked(stack: Stack, table: Table, sheet: Worksheet) -> Any:
    chart = _bars(stack.title, len(table.rows))
    for number in range(1, len(table.columns)):
        _add(chart, sheet, number + 1, len(table.rows), COLOURS[(number - 1) % len(COLOURS)])
    _label(chart, sheet, len(table.rows))
    chart.y_axis.number_format = "#,##0"
    return chart


def _days(gantt: Gantt) -> Table:
    """A row a bar: when it begins, then for each kind the days of nothing before it and those it takes."""
    first, last = _ends(gantt)
    mark = max((last - first).days // _MARK_SHARE, 1)
    columns = [
        Column("label", "What"),
        Column(_START, "Starts on", ColumnKind.DAY),
        Column(_MILESTONE, "Milestone", ColumnKind.WHOLE),
    ]
    for kind in gantt.kinds:
        columns.append(Column(_gap(kind), f"Nothing before {kind.lower()}", ColumnKind.WHOLE, "days"))
        columns.append(Column(kind, kind, ColumnKind.WHOLE))
    columns.append(Column(_AFTER, "Nothing after", ColumnKind.WHOLE, "days"))
    columns.append(Column("ends_on", "Ends on", ColumnKind.DAY))
    columns.append(Column("mark", gantt.mark, ColumnKind.DAY))
    columns.append(Column("critical", "On the critical path"))
    rows: list[tuple[Any, ...]] = [_row(gantt, row) for row in gantt.rows]
    nothing = (None,) * (2 * len(gantt.kinds) + 1)
    rows += [
        (cut(each.name, LONGEST_LABEL), each.day, mark, *nothing, each.day, None, None) for each in gantt.milestones
    ]
    return Table("gantt", gantt.title, tuple(columns), tuple(rows))


def _gap(kind: str) -> str:
    return f"before {kind}"


def _row(gantt: Gantt, row: GanttRow) -> tuple[Any, ...]:
    at = row.bars[0].starts_on
    cells: list[Any] = [cut(row.label, LONGEST_LABEL), at, None]
    bars = {bar.kind: bar for bar in row.bars}
    for kind in gantt.kinds:
        if bar := bars.get(kind):
            cells += [(bar.starts_on - at).days, (bar.ends_on - bar.starts_on).days + 1]
            at = bar.ends_on + timedelta(days=1)
        else:
            cells += [None, None]
    critical = ", ".join(bar.kind for bar in row.bars if bar.critical)
    return (*cells, None, row.bars[-1].ends_on, row.marks[0] if row.marks else None, critical or None)


def _ends(gantt: Gantt) -> tuple[date, date]:
    days = [day for row in gantt.rows for bar in row.bars for day in (bar.starts_on, bar.ends_on)]
    days += [each.day for each in gantt.milestones]
    return min(days), max(days)


def _gantt(gantt: Gantt, table: Table, sheet: Worksheet) -> Any:
    """Bars on bars of no colour; columns that only keep others at their place are hidden, and drawn all the same.

    Every second series, the first and the last among them, has no colour and no legend: programs do not agree on
    whether they count a legend's entries from its beginning or from its end.
    """
    rows = len(table.rows)
    critical = any(bar.critical for row in gantt.rows for bar in row.bars)
    chart = _bars(f"{gantt.title} (outlined in red: critical)" if critical else gantt.title, rows)
    colours = dict(zip(gantt.kinds, COLOURS, strict=False)) | {_MILESTONE: MARK}
    unseen = []
    for place, column in enumerate(table.columns[1 : table.position(_AFTER) + 1], 2):
        colour = colours.get(column.key)
        if colour is None:
            unseen.append(len(chart.series))
        _add(chart, sheet, place, rows, colour)
        if column.key in gantt.kinds:
            _outline_critical(chart.series[-1], gantt, column.key)
        elif column.key != _START:
            sheet.column_dimensions[get_column_letter(place)].hidden = True
    _label(chart, sheet, rows)
    chart.visible_cells_only = False
    chart.legend = Legend()
    chart.legend.position = "t"
    chart.legend.legendEntry = [LegendEntry(idx=number, delete=True) for number in unseen]
    _scale(chart, *_ends(gantt))
    return chart


def _scale(chart: Any, first: date, last: date) -> None:
    chart.y_axis.scaling.min = _serial(first.replace(day=1))
    chart.y_axis.scaling.max = _serial(last + timedelta(days=2))
    chart.y_axis.number_format = "yyyy-mm-dd"
    chart.y_axis.majorUnit = max((last - first).days // _TICKS, 7)


def _serial(day: date) -> int:
    """The day as workbooks count it."""
    return (day - _DAY_ZERO).days


def _outline_critical(series: Any, gantt: Gantt, kind: str) -> None:
    for number, row in enumerate(gantt.rows):
        if any(bar.critical and bar.kind == kind for bar in row.bars):
            point = DataPoint(idx=number)
            point.graphicalProperties.solidFill = series.graphicalProperties.solidFill
            point.graphicalProperties.line.solidFill = CRITICAL
            point.graphicalProperties.line.width = 6_350
            series.dPt.append(point)


def _bars(title: str, rows: int) -> Any:
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth, chart.style = "bar", "stacked", 100, 40, 10
    chart.title = plain(title)
    chart.width, chart.height = WIDTH, min(max(LEAST, AROUND + ROW * rows), MOST)
    chart.legend.position = "t"
    # The first row on top, as in the table, and the numbers above it; openpyxl hides an axis unless it is told not to.
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID))
    return chart


def _add(chart: Any, sheet: Worksheet, column: int, rows: int, colour: str | None) -> None:
    """A series; without a colour it only keeps others at their place."""
    chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=rows + 1), titles_from_data=True)
    shape = chart.series[-1].graphicalProperties
    if colour is None:
        shape.noFill = True
        shape.line.noFill = True
    else:
        shape.solidFill = colour


def _label(chart: Any, sheet: Worksheet, rows: int) -> None:
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=rows + 1))
