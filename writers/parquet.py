"""A document's facts and dimensions as Parquet, a file each in one archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.parquet as pq

from domain.document import Cell, Column, ColumnKind, Document, Table
from writers.plain import plain

# What the API can say of a decimal, 15 digits before the point and 6 after it, with room for sums.
DIGITS, AFTER_POINT = 24, 6
MOST_DIGITS = 38
_STEP = Decimal(1).scaleb(-AFTER_POINT)
_DECIMALS = frozenset({ColumnKind.MONEY, ColumnKind.RATE, ColumnKind.HOURS, ColumnKind.QUANTITY})
_TYPES: dict[ColumnKind, Any] = {
    ColumnKind.WHOLE: pa.int64(),
    ColumnKind.NUMBER: pa.float64(),
    ColumnKind.SHARE: pa.float64(),
    ColumnKind.FLAG: pa.bool_(),
    ColumnKind.DAY: pa.date32(),
    ColumnKind.MOMENT: pa.timestamp("us", tz="UTC"),
}


def write_parquet(document: Document, target: BinaryIO) -> None:
    """Every table, also one without rows, with its columns' types: what reads them finds the same each time."""
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for table in document.star:
            entry = ZipInfo(f"{table.key}.parquet", document.made_at.timetuple()[:6])
            archive.writestr(entry, _file(table))


def _file(table: Table) -> bytes:
    columns = [_array(column, [row[place] for row in table.rows]) for place, column in enumerate(table.columns)]
    made = pa.table(columns, names=[column.key for column in table.columns])
    sink = pa.BufferOutputStream()
    # Version 1 of the format's pages and Snappy: what every reader of Parquet knows.
    pq.write_table(made, sink, compression="snappy", data_page_version="1.0")
    return bytes(sink.getvalue().to_pybytes())


def _array(column: Column, cells: Sequence[Cell]) -> Any:
    if column.kind in _DECIMALS:
        numbers = [None if cell is None else _exact(cell) for cell in cells]
        return pa.array(numbers, pa.decimal128(_digits(numbers), AFTER_POINT))
    if column.kind is ColumnKind.MOMENT:
        return pa.array(
            [cell.astimezone(UTC) if isinstance(cell, datetime) else None for cell in cells], _TYPES[column.kind]
        )
    if column.kind in _TYPES:
        return pa.array(cells, _TYPES[column.kind])
    return pa.array([None if cell is None else plain(str(cell)) for cell in cells], pa.string())


def _exact(cell: Any) -> Decimal:
    with localcontext(prec=MOST_DIGITS):
        return Decimal(cell).quantize(_STEP, ROUND_HALF_EVEN)


def _digits(numbers: Sequence[Decimal | None]) -> int:
    """The same for every file, but where a number is absurdly large."""
    longest = max((len(number.as_tuple().digits) for number in numbers if number is not None), default=0)
    return DIGITS if longest <= DIGITS else MOST_DIGITS
