"""Lists of legacy flows: CSV with a header, or JSON with a list of objects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from domain.errors import ErrorCode, refuse
from domain.legacy import LegacyRow

NEEDED = ("id", "type", "status")
LIMIT = 100 << 20
# In a CSV these hold JSON; a text that is none stays text and is judged as such.
_JSON_COLUMNS = ("configuration", "applications")


def read_legacy(content: bytes, name: str) -> Iterator[LegacyRow]:
    """The rows of that file; Refused where it is none of the two formats, before any row is given."""
    if len(content) > LIMIT:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"{name} is larger than {LIMIT >> 20} MiB; split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        message = f"{name} is not written in UTF-8 (byte {wrong.start}); save it as UTF-8."
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message) from None
    looks_like_json = text.lstrip()[:1] in ("[", "{")
    return (_json_rows if looks_like_json else _csv_rows)(text, name)


def _json_rows(text: str, name: str) -> Iterator[LegacyRow]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, f"{name} is not JSON: {wrong}.") from None
    flows = data.get("flows") if isinstance(data, dict) else data
    if not isinstance(flows, list) or not all(isinstance(flow, dict) for flow in flows):
        message = f"{name} holds no list of flows: give a list of objects, or an object with such a list as `flows`."
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)
    return (LegacyRow(number, flow) for number, flow in enumerate(flows, 1))


def _csv_rows(text: str, name: str) -> Iterator[LegacyRow]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [column.strip().casefold() for column in next(rows, [])]
    missing = [column for column in NEEDED if column not in header]
    if missing:
        message = f"{name} has no column {' and no column '.join(missing)}; its first row must name the columns."
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)
    return (LegacyRow(number, _values(header, row)) for number, row in enumerate(rows, 1) if any(map(str.strip, row)))


def _values(header: list[str], row: list[str]) -> Mapping[str, Any]:
    values: dict[str, Any] = dict(zip(header, row, strict=False))
    for column in _JSON_COLUMNS:
        text = str(values.get(column) or "").strip()
        if text[:1] in ("{", "["):
            try:
                values[column] = json.loads(text)
            except (ValueError, RecursionError):
                continue
    return values
