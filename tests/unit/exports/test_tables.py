"""Tables as CSV and XLSX, and data as JSON: what is a number stays one, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from domain.document import Column, Table
from domain.export import ExportFormat
from tests.unit.exports.documents import FORMULAS, MARKUP, NOW, SCRIPTS, document
from writers import Writers

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


def written(format: ExportFormat, **made: Any) -> io.BytesIO:
    target = io.BytesIO()
    Writers().write(document(**made), format, target)
    target.seek(0)
    return target


def csv_rows(name: str, **made: Any) -> list[list[str]]:
    with ZipFile(written(ExportFormat.CSV, **made)) as archive:
        text = archive.read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def workbook(**made: Any) -> Workbook:
    return load_workbook(written(ExportFormat.XLSX, **made))


def test_every_table_is_a_file_of_the_archive() -> None:
    with ZipFile(written(ExportFormat.CSV)) as archive:
        assert archive.namelist() == ["things.csv", "moments.csv", "nothing.csv"]
        assert archive.read("things.csv").startswith(b"\xef\xbb\xbfname,cost,share,done\r\n")
        assert archive.infolist()[0].date_time == (2026, 11, 21, 9, 30, 0)


def test_csv_keeps_numbers_days_and_moments_exact() -> None:
    assert csv_rows("things.csv", names=("a", "b"))[1:] == [
        ["a", "0.50", "0.25", "true"],
        ["b", "1.50", "0.25", "false"],
    ]
    assert csv_rows("moments.csv")[1:] == [["2026-01-02", "2026-11-21T09:30:00Z", ""]]


def test_no_text_of_a_csv_begins_a_formula() -> None:
    cells = [row[0] for row in csv_rows("things.csv")[1:]]

    assert len(cells) == len(FORMULAS)
    assert [cell for cell in cells if cell.lstrip(" ").startswith(DANGEROUS)] == []
    assert cells[:2] == ["'=1+1", "'+49 30 1234"]
    assert cells[8:] == ["\ufffd=1", "'=1"]


def test_csv_quotes_what_would_break_a_row() -> None:
    assert csv_rows("things.csv", names=('a,"b"\nc',))[1][0] == 'a,"b"\nc'


def test_no_text_of_a_workbook_is_a_formula() -> None:
    sheet = workbook()["Things"]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(FORMULAS))]

    assert [cell.data_type for cell in cells] == ["s"] * len(FORMULAS)
    assert all(cell.quotePrefix for cell in cells)
    assert cells[0].value == "=1+1"
    assert cells[8].value == "\ufffd=1"


def test_texts_that_look_like_errors_or_numbers_stay_texts() -> None:
    sheet = workbook(names=("#N/A", "007", "TRUE", "1e5"))["Things"]

    assert [sheet.cell(row, 1).value for row in range(2, 6)] == ["#N/A", "007", "TRUE", "1e5"]
    assert {sheet.cell(row, 1).data_type for row in range(2, 6)} == {"s"}


def test_a_workbook_has_frozen_headers_filters_formats_and_widths() -> None:
    sheet = workbook()["Things"]

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:D{1 + len(FORMULAS)}"
    assert [cell.value for cell in sheet[1]] == ["Name", "Cost (EUR)", "Share", "Done"]
    assert [(cell.value, cell.number_format) for cell in sheet[3]][1:] == [
        (1.5, "#,##0.00"),
        (0.25, "0%"),
        ("no", "General"),
    ]
    assert sheet.column_dimensions["A"].width == 20.0
    assert sheet.row_dimensions[1].height == 30


def test_days_and_moments_of_a_workbook_are_dates() -> None:
    row = workbook()["Moments"][2]

    assert [cell.value for cell in row] == [datetime(2026, 1, 2), NOW.replace(tzinfo=None), None]  # noqa: DTZ001
    assert [cell.number_format for cell in row[:2]] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_a_chart_points_at_the_cells_it_shows_and_an_empty_one_is_left_out() -> None:
    summary: Any = workbook(names=("a", "b"))["Summary"]

    (chart,) = summary._charts
    assert chart.series[0].val.numRef.f == "'Things'!$B$2:$B$3"
    assert chart.series[0].cat.numRef.f == "'Things'!$A$2:$A$3"
    assert chart.title.tx.rich.p[0].r[0].t == "Cost of things"


def test_names_of_sheets_are_names_that_excel_takes() -> None:
    assert workbook().sheetnames == ["Summary", "Things", "Moments", "Nothing  of  it"]


@pytest.mark.parametrize("text", [MARKUP, SCRIPTS, "\U0001f680", "\ud800half", "x" * 40_000])
def test_any_text_can_be_written(text: str) -> None:
    assert workbook(names=(text,))["Things"]["A2"].value is not None
    assert csv_rows("things.csv", names=(text,))[1][0] != ""
    assert json.load(written(ExportFormat.JSON, names=(text,)))["names"] != [""]


def test_a_cell_holds_no_more_than_excel_takes() -> None:
    assert workbook(names=("x" * 40_000,))["Things"]["A2"].value == "x" * 32_766 + "…"


def test_data_is_json_with_exact_decimals() -> None:
    assert json.load(written(ExportFormat.JSON, names=("a",))) == {
        "at": "2026-11-21T09:30:00.000Z",
        "day": "2026-01-02",
        "cost": "1000",
        "names": ["a"],
    }


def test_a_row_that_does_not_fit_its_columns_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit its columns"):
        Table("t", "T", (Column("a", "A"),), (("x", "y"),))
