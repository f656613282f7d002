"""Timelines and stacked bars: drawn in PDF on as many pages as they take, in workbooks as charts of their cells."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from domain.document import Bar, Document, GanttRow, Stack
from domain.export import ExportFormat
from domain.flows.planning import DEFINITION
from tests.unit.exports.plans import HOSTILE, call, document, portfolio
from writers import Writers
from writers.parts import summed
from writers.scale import scale_of


def workbook(made: Document) -> Workbook:
    target = io.BytesIO()
    Writers().write(made, ExportFormat.XLSX, target)
    return load_workbook(target)


def pages(made: Document) -> list[str]:
    target = io.BytesIO()
    Writers().write(made, ExportFormat.PDF, target)
    return [page.extract_text() for page in PdfReader(target).pages]


def references(chart: Any) -> list[str]:
    return [series.val.numRef.f for series in chart.series]


def titles(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("Timeline")]


def test_a_workbook_has_its_charts_behind_the_summary() -> None:
    book: Any = workbook(document(12, 3))

    assert book.sheetnames[:5] == [
        "Summary",
        "Timeline",
        "Hours by wave and pool",
        "Cost by wave and category",
        "Recommendations",
    ]
    assert [len(book[name]._charts) for name in book.sheetnames[:5]] == [2, 1, 1, 1, 0]
    first, second = book["Summary"]._charts
    assert references(first) == ["'Costs by category'!$C$2:$C$4"]
    assert references(second) == ["'Pools'!$I$2:$I$6"]


def test_hours_are_stacked_by_wave_and_pool() -> None:
    sheet: Any = workbook(document(12, 3))["Hours by wave and pool"]

    (chart,) = sheet._charts
    assert (chart.type, chart.grouping, chart.overlap) == ("bar", "stacked", 100)
    assert references(chart) == [f"'Hours by wave and pool'!${letter}$2:${letter}$4" for letter in "BCDEF"]
    pools = ("Architect", "Database", "Engineer", "Lead", "Test")
    assert [cell.value for cell in sheet[1]] == ["Wave", *(f"{pool} pool" for pool in pools)]
    assert [cell.value for cell in sheet[2]] == ["Wave 1: Pilot", 72.15, 72.15, 240.5, 24.05, 72.15]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:F4")


def test_a_timeline_is_bars_upon_bars_that_nobody_sees() -> None:
    sheet: Any = workbook(document(12, 3))["Timeline"]

    (chart,) = sheet._charts
    seen = [series.graphicalProperties.solidFill is not None for series in chart.series]
    assert seen == [False, True] * 7 + [False]
    assert [entry.idx for entry in chart.legend.legendEntry] == list(range(0, 15, 2))
    assert chart.visible_cells_only is False
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, [cell.value for cell in sheet[2]], strict=True))
    assert row["Starts on"] == datetime(2026, 11, 23)  # noqa: DTZ001
    days = [row[header[place]] or 0 for place in range(1, 16) if place > 1]
    assert row["Starts on"].toordinal() + sum(days) == row["Ends on"].toordinal() + 1
    assert row["On the critical path"] == "Design, Preparation, Migration, Validation, Closure"
    assert [len(series.dPt) for series in chart.series] == [0, 0, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 0, 0]


def test_no_name_becomes_a_formula_of_the_charts_cells() -> None:
    book: Any = workbook(document(HOSTILE, 3))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []


def test_an_empty_plan_has_no_chart() -> None:
    book: Any = workbook(document((), 1))

    assert [name for name in book.sheetnames if book[name]._charts] == []
    assert "Timeline" not in book.sheetnames


def test_a_small_plan_has_its_timeline_on_one_page() -> None:
    found = pages(document(12, 3))

    assert "Timeline" in found[1]
    assert [title for text in found for title in titles(text)] == ["Timeline"]
    for word in ("Design", "Hypercare", "Critical path", "Cut-over", "Dec 2026", "All applications migrated", "Wave 3"):
        assert word in found[1]


def test_many_waves_are_shown_at_a_glance_and_then_paged() -> None:
    found = pages(document(300, 40))

    timeline = [text for text in found if titles(text)]
    assert [title for text in timeline for title in titles(text)] == [
        "Timeline: all at a glance",
        "Timeline (1 of 2)",
        "Timeline (2 of 2)",
    ]
    assert all(f"Wave {number}" in timeline[0] for number in range(2, 39))
    assert sum("Why there" in text for text in found) > 5


def test_long_names_are_shown_whole() -> None:
    whole = "".join(pages(document(HOSTILE, 3))).replace("\n", "").replace(" ", "")

    assert "x" * 200 in whole
    assert ("A very long name of an application " * 6).replace(" ", "") in whole
    assert "<b>bold</b>&co" in whole


@pytest.mark.parametrize("text", ["word " * 400, "w" * 2_000, "line\n" * 400])
def test_a_row_that_is_taller_than_a_page_goes_on(text: str) -> None:
    seen = portfolio(["A", "B"], 1)
    placed = tuple(replace(each, because=text) for each in seen.plan.placed)

    found = pages(DEFINITION.exporting.compose(call(replace(seen, plan=replace(seen.plan, placed=placed)))))

    words = "".join(found).replace("\n", " ")
    assert sum(words.count(piece) for piece in ("word", "w" * 30, "line")) > 50


@pytest.mark.parametrize(("waves", "last"), [(1, 2), (120, 8)])
def test_any_number_of_waves_can_be_drawn(waves: int, last: int) -> None:
    target = io.BytesIO()
    Writers().write(document(waves, waves), ExportFormat.PDF, target)

    wide = [number for number, page in enumerate(PdfReader(target).pages, 1) if page.mediabox.width > 800]
    assert wide == list(range(2, last + 1))


def test_bars_of_a_row_do_not_overlap() -> None:
    day = date(2026, 11, 23)

    with pytest.raises(ValueError, match="Bars of Payroll overlap"):
        GanttRow("Payroll", (Bar("a", day, day), Bar("b", day, day)))


@pytest.mark.parametrize(
    ("last", "labels"),
    [
        (date(2026, 11, 30), ["Nov 2026"]),
        (date(2027, 2, 1), ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027"]),
        (date(2031, 1, 1), ["Jan 2027", "Jul 2027"]),
        (date(2090, 1, 1), ["2030", "2035"]),
    ],
)
def test_a_scale_marks_what_there_is_room_for(last: date, labels: list[str]) -> None:
    scale = scale_of(date(2026, 11, 23), last, 620)

    assert [tick.label for tick in scale.ticks if tick.label][: len(labels)] == labels
    assert scale.x(date(2026, 11, 1)) == 0
    assert scale.holds(last)


def test_sums_of_a_stack_have_every_part() -> None:
    made = document(12, 3)
    stack = next(block for block in made.body if isinstance(block, Stack) and block.part == "category")

    sums = summed(stack, made.table(stack.table))

    assert list(sums) == ["Wave 1: Pilot", "Wave 2", "Wave 3", "No wave"]
    assert [list(parts) for parts in sums.values()] == [["DUAL_RUNNING", "LABOR", "TOOLING"]] * 4
    assert str(sums["No wave"]["TOOLING"]) == "5000.00"
