"""A plan's work as CSV for Jira's importer: parents first, its own date format, and no text that does harm."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from domain.document import Document
from domain.export import ExportFormat
from tests.unit.exports.plans import HOSTILE, document
from writers import Writers

HEADER = [
    "Issue Id", "Parent", "Issue Type", "Summary", "Description", "Priority",
    "Labels", "Labels", "Labels", "Labels", "Start Date", "Due Date", "Original Estimate",
]  # fmt: skip


def raw(made: Document) -> bytes:
    target = io.BytesIO()
    Writers().write(made, ExportFormat.JIRA_CSV, target)
    assert not target.closed
    return target.getvalue()


def rows(made: Document) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw(made).decode("utf-8"), newline=""), strict=True))


def named(made: Document) -> list[dict[str, str]]:
    header, *found = rows(made)
    return [dict(zip(header, row, strict=True)) for row in found]


def test_the_header_stands_first_without_a_mark_and_every_row_has_its_columns() -> None:
    found = rows(document(12, 3))

    assert raw(document())[:10] == b'"Issue Id"'
    assert found[0] == HEADER
    assert {len(row) for row in found} == {13}


def test_an_epic_a_wave_and_a_task_an_application_and_activity() -> None:
    found = named(document(12, 3, left_out=1))

    assert [row["Issue Type"] for row in found] == ["Epic"] * 3 + ["Task"] * (11 + 18)
    assert [row["Issue Id"] for row in found] == [str(number) for number in range(1, 33)]
    assert {row["Parent"] for row in found[:3]} == {""}
    assert {row["Parent"] for row in found[3:]} == {"1", "2", "3"}


def test_a_task_says_when_how_much_and_why() -> None:
    header, *found = rows(document(12, 3))

    assert found[0][:4] == ["1", "", "Epic", "Wave 1: Pilot"]
    assert found[0][4:] == [
        "Migration wave 1 of the plan Core systems.\n4 applications that depend on each other.",
        "Medium",
        *("wave-1", "pilot", "", ""),
        *("2026-11-23", "2026-12-21", ""),
    ]
    assert found[3] == [
        *("4", "1", "Task", "Rehost: Application 0"),
        "Why in this wave: Application 0 moves with wave 1: what it needs is there.",
        "Highest",
        *("wave-1", "application", "rehost", ""),
        *("2026-11-23", "2026-12-15", "432900"),
    ]
    assert found[7] == [
        *("8", "1", "Task", "Activity 1: Design of Pilot", "Takes 4 working days; others wait for its end.", "High"),
        *("wave-1", "activity", "design", "critical-path"),
        *("2026-11-23", "2026-11-26", ""),
    ]
    assert header.count("Labels") == 4


def test_estimates_are_counted_once() -> None:
    found = named(document(12, 3))

    assert sum(int(row["Original Estimate"] or 0) for row in found) == 12 * 432_900


def test_dates_are_in_one_format() -> None:
    for row in named(document(12, 3)):
        for key in ("Start Date", "Due Date"):
            assert row[key] == date.fromisoformat(row[key]).isoformat()


def test_no_text_is_a_formula_breaks_a_row_or_is_longer_than_jira_takes() -> None:
    found: list[Any] = rows(document((*HOSTILE, "y" * 400), 3))

    cells = [cell for row in found for cell in row]
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []
    summaries = [row[3] for row in found]
    assert all("\n" not in summary and len(summary) <= 255 for summary in summaries)
    assert any(summary.endswith("name with a line end") for summary in summaries)
    assert any(summary.endswith(': =HYPERLINK("http://evil.example","x")') for summary in summaries)
    assert all(" " not in label for row in found[1:] for label in row[6:10])


def test_a_plan_without_waves_is_a_header_alone() -> None:
    assert rows(document((), 1)) == [[*HEADER[:6], "Labels", *HEADER[10:]]]
