"""A document's data as JSON: decimals as text, days and moments as RFC 3339."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import orjson

from domain.document import Document

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def write_data(document: Document, target: BinaryIO) -> None:
    """One JSON object, indented."""
    target.write(orjson.dumps(_whole(document.data), _plain, _OPTIONS))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not data.")


def _whole(value: Any) -> Any:
    """Without halves of characters, which JSON in UTF-8 cannot hold."""
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value.encode("utf-8", "replace").decode() if type(value) is str else value
