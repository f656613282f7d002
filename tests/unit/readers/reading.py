"""How the tests of the readers call them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from domain.errors import ErrorCode, Refused
from domain.inventory import ImportRow, RejectedRow
from domain.ports import InventorySheet
from readers import Limits, reader

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFERENCE = Path(__file__).parents[3].parent / "shared" / "data"
KONVEYOR_DATA = REFERENCE / "konveyor"
FACTORY_DATA = REFERENCE / "aws-cmf"
RVTOOLS_DATA = REFERENCE / "rvtools"
GOVUK_DATA = REFERENCE / "govuk"


def read(
    data: bytes, name: str = "inventory.csv", limits: Limits | None = None, format: str | None = None
) -> tuple[InventorySheet, list[ImportRow | RejectedRow]]:
    sheet, rows = reader(limits).read(io.BytesIO(data), name, format)
    return sheet, list(rows)


def read_or_refused(data: bytes, limits: Limits | None = None) -> list[ImportRow | RejectedRow] | Refused:
    """Either the rows or the refusal; any other exception is a failure."""
    try:
        return read(data, limits=limits)[1]
    except Refused as refused:
        return refused


def refusal(data: bytes, name: str = "inventory.csv", limits: Limits | None = None) -> tuple[ErrorCode, str]:
    with pytest.raises(Refused) as refused:
        read(data, name, limits)
    return refused.value.problems[0].code, refused.value.problems[0].message


def good(rows: list[ImportRow | RejectedRow]) -> list[ImportRow]:
    return [row for row in rows if isinstance(row, ImportRow)]


def bad(rows: list[ImportRow | RejectedRow]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows if isinstance(row, RejectedRow)]
