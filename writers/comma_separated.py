"""A document's tables as CSV, a file each in one archive: RFC 4180, UTF-8 with the mark that spreadsheets ask for."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from domain.document import Cell, Document, Table
from writers.plain import harmless


def write_archive(document: Document, target: BinaryIO) -> None:
    """Every table, also one without rows: what reads them finds the same files each time."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for table in document.tables:
            entry = ZipInfo(f"{table.key}.csv", document.made_at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            with archive.open(entry, "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                _write_table(table, text)


def _write_table(table: Table, text: io.TextIOWrapper) -> None:
    rows = csv.writer(text)
    rows.writerow([column.key for column in table.columns])
    rows.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Cell) -> str:
    """Exactly: programs read it."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return repr(value)
