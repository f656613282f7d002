"""A document's work as CSV for Jira's importer: epics first, their numbers as the parents of what belongs to them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import BinaryIO

from domain.document import Document, WorkItem, WorkKind
from writers.plain import cut, harmless, plain

# Jira takes 255 characters of a summary and no line end in it.
LONGEST_SUMMARY = 255
LONGEST_DESCRIPTION = 32_000
SECONDS = 3600
PRIORITIES = {1: "Highest", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}
_FIRST = ("Issue Id", "Parent", "Issue Type", "Summary", "Description", "Priority")
_LAST = ("Start Date", "Due Date", "Original Estimate")


def write_jira(document: Document, target: BinaryIO) -> None:
    """One file, without a byte order mark: the importer would take it for a part of the first column's name."""
    most = max((len(item.labels) for item in document.work), default=1)
    text = io.TextIOWrapper(target, "utf-8", newline="")
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    # A column a label, all of the same name: so the importer takes several.
    rows.writerow([*_FIRST, *["Labels"] * most, *_LAST])
    rows.writerows(_row(item, most) for item in _ordered(document))
    text.flush()
    text.detach()


def _ordered(document: Document) -> list[WorkItem]:
    """Parents before what belongs to them."""
    return sorted(document.work, key=lambda item: item.kind is not WorkKind.EPIC)


def _row(item: WorkItem, labels: int) -> list[str]:
    return [
        str(item.number),
        "" if item.parent is None else str(item.parent),
        str(item.kind),
        _summary(item.title),
        cut(harmless(item.description), LONGEST_DESCRIPTION),
        PRIORITIES[item.priority],
        *(harmless(label) for label in item.labels),
        *[""] * (labels - len(item.labels)),
        _day(item.starts_on),
        _day(item.due_on),
        "" if item.hours is None else _seconds(item.hours),
    ]


def _summary(title: str) -> str:
    return cut(harmless(re.sub(r"\s+", " ", plain(title)).strip()), LONGEST_SUMMARY)


def _day(day: date | None) -> str:
    """`yyyy-MM-dd` in the importer's language."""
    return "" if day is None else day.isoformat()


def _seconds(hours: Decimal) -> str:
    return str((hours * SECONDS).quantize(Decimal(1), ROUND_HALF_UP))
