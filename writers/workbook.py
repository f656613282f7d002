"""A document as an XLSX workbook: a summary with charts, then a sheet a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import Cell as PlainCell
from openpyxl.cell import MergedCell
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from domain.document import Cell, Chart, Column, ColumnKind, Document, Table
from writers.plain import plain
from writers.workbook_charts import Picture, pictures

SheetCell = PlainCell | MergedCell

# Excel's own limits.
LONGEST_TEXT = 32_767
LONGEST_NAME = 31

FORMATS = {
    ColumnKind.WHOLE: "#,##0",
    ColumnKind.NUMBER: "#,##0.0",
    ColumnKind.QUANTITY: "#,##0.####",
    ColumnKind.SHARE: "0%",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.RATE: "#,##0.00##",
    ColumnKind.HOURS: "#,##0.0",
    ColumnKind.DAY: "yyyy-mm-dd",
    ColumnKind.MOMENT: "yyyy-mm-dd hh:mm",
}
WIDEST = {ColumnKind.LONG_TEXT: 70, ColumnKind.TEXT: 40}
NARROWEST = 9
# A character of the header is bold, and the arrow of its filter takes room.
HEADER_EXTRA = 4
LOOKED_AT = 200

HEADER = PatternFill("solid", fgColor="1F3A5F")
FACE = "Calibri"
WHITE = Font(FACE, 11, bold=True, color="FFFFFF")
FAINT = Font(FACE, 11, color="666666")
STRONG = Font(FACE, 11, bold=True)
TITLE = Font(FACE, 18, bold=True, color="1F3A5F")
TOP = Alignment(vertical="top")
WRAPPED = Alignment(vertical="top", wrap_text=True)
# In centimetres, and how many rows and columns of the summary they cover.
CHART_WIDTH, CHART_HEIGHT = 14.2, 8.2
CHART_ROWS, CHART_COLUMNS = 18, 3
LINE_HEIGHT, MOST_LINES = 15, 12
TITLE_HEIGHT, TITLE_CHARACTERS = 25, 70
BAR = "2F6DB5"


def write_workbook(document: Document, target: BinaryIO) -> None:
    """The whole workbook."""
    book = Workbook()
    summary: Any = book.active
    summary.title = "Summary"
    sheets = {table.key: _sheet(book, table) for table in document.tables}
    _write_summary(summary, document)
    shown = [chart for chart in document.charts if document.table(chart.table).rows]
    for number, chart in enumerate(shown):
        _place(summary, _bars(chart, document.table(chart.table), sheets[chart.table]), number, _below(document))
    for place, picture in enumerate(pictures(document), 1):
        _draw(book, picture, place)
    book.save(target)


def _draw(book: Workbook, picture: Picture, place: int) -> None:
    """The chart beside its cells, as the sheet of that place."""
    sheet = _sheet(book, picture.table)
    book.move_sheet(sheet, place + 1 - len(book.sheetnames))
    sheet.add_chart(picture.draw(sheet), f"{get_column_letter(len(picture.table.columns) + 2)}2")


def _write_summary(sheet: Worksheet, document: Document) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 42
    for letter in "BCDEFGH":
        sheet.column_dimensions[letter].width = 17
    title = _put(sheet.cell(1, 1), document.title)
    title.font, title.alignment = TITLE, WRAPPED
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=7)
    sheet.row_dimensions[1].height = TITLE_HEIGHT * (1 + len(document.title) // TITLE_CHARACTERS)
    _put(sheet.cell(2, 1), document.subtitle).font = FAINT
    for row, line in enumerate(document.lead, 4):
        cell = _put(sheet.cell(row, 1), line)
        cell.alignment = WRAPPED
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=7)
        sheet.row_dimensions[row].height = LINE_HEIGHT * (1 + len(line) // 120)
    start = _figures_start(document)
    for row, (name, value) in enumerate(document.figures, start):
        _put(sheet.cell(row, 1), name).font = FAINT
        _put(sheet.cell(row, 2), value).font = STRONG
    sheet.sheet_properties.tabColor = "1F3A5F"
    _print_on_one_page_wide(sheet)
    sheet.page_setup.fitToHeight = 1


def _figures_start(document: Document) -> int:
    return 5 + len(document.lead)


def _below(document: Document) -> int:
    """The first row under the figures."""
    return _figures_start(document) + len(document.figures) + 2


def _place(sheet: Worksheet, chart: BarChart, number: int, start: int) -> None:
    """Two in a row."""
    row = start + (number // 2) * CHART_ROWS
    column = get_column_letter(1 + (number % 2) * CHART_COLUMNS)
    sheet.add_chart(chart, f"{column}{row}")


def _bars(chart: Chart, table: Table, sheet: Worksheet) -> Any:
    label, value = table.position(chart.label) + 1, table.position(chart.value) + 1
    last = len(table.rows) + 1
    bars: Any = BarChart()
    bars.type, bars.style, bars.gapWidth, bars.legend = "bar", 10, 40, None
    bars.title = plain(chart.title)
    bars.width, bars.height = CHART_WIDTH, CHART_HEIGHT
    bars.add_data(Reference(sheet, min_col=value, min_row=1, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=label, min_row=2, max_row=last))
    bars.series[0].graphicalProperties.solidFill = BAR
    bars.dataLabels = DataLabelList()
    bars.dataLabels.showVal = True
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(bars.dataLabels, name, False)
    # The first row on top, as in the table; an axis is hidden by openpyxl unless it is told not to.
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.delete = False
    # The numbers stand at the bars.
    bars.y_axis.delete, bars.y_axis.majorGridlines = True, None
    return bars


def _sheet(book: Workbook, table: Table) -> Worksheet:
    sheet: Worksheet = book.create_sheet(_sheet_name(table.title, book.sheetnames))
    for number, column in enumerate(table.columns, 1):
        cell = _put(sheet.cell(1, number), _headed(column))
        cell.font, cell.fill, cell.alignment = WHITE, HEADER, Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = _width(column, table.rows, number - 1)
    sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
    for row, values in enumerate(table.rows, 2):
        sheet.row_dimensions[row].height = LINE_HEIGHT * _lines(table, values)
        for number, (column, value) in enumerate(zip(table.columns, values, strict=True), 1):
            _fill(sheet.cell(row, number), column, value)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    _print_on_one_page_wide(sheet)
    return sheet


def _print_on_one_page_wide(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", plain(title)).strip()[:LONGEST_NAME] or "Sheet"
    number = 2
    while name.casefold() in {other.casefold() for other in taken}:
        name, number = f"{name[: LONGEST_NAME - 4].rstrip(' 0123456789')} {number}", number + 1
    return name


def _headed(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _width(column: Column, rows: Iterable[Sequence[Cell]], place: int) -> float:
    widest = WIDEST.get(column.kind, 18)
    lengths = [len(str(row[place])) for row, _ in zip(rows, range(LOOKED_AT), strict=False) if row[place] is not None]
    words = max((len(word) for word in _headed(column).split()), default=0) + HEADER_EXTRA
    return float(min(widest, max(NARROWEST, words, *lengths, 0) + 2))


def _lines(table: Table, values: Sequence[Cell]) -> int:
    """How many lines its longest text takes: no program opens a workbook with its rows already grown."""
    lines = [1]
    for column, value in zip(table.columns, values, strict=True):
        if column.kind in WIDEST and isinstance(value, str):
            lines.append(sum(1 + len(line) // WIDEST[column.kind] for line in value.split("\n")))
    return min(max(lines), MOST_LINES)


def _fill(cell: SheetCell, column: Column, value: Cell) -> None:
    cell.alignment = WRAPPED if column.kind in WIDEST else TOP
    match value:
        case None:
            return
        case str():
            _put(cell, value)
        case bool():
            _put(cell, "yes" if value else "no")
        case datetime():
            cell.value = value.astimezone(UTC).replace(tzinfo=None)
        case _:
            cell.value = value
    cell.number_format = FORMATS.get(column.kind, cell.number_format)


def _put(cell: SheetCell, text: str) -> SheetCell:
    """Text, whatever it begins with: the cell's type says so, and that it stays so when somebody edits it."""
    kept = plain(text)
    cell.value = kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
