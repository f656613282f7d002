"""JSON of customers as rows: what is nested in an object by the path to it, people there as rows of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from domain.customer_import.columns import columns_of, recognized
from domain.customer_import.table import TableRow
from domain.errors import ErrorCode, Refused, refuse
from readers.encoding import find_encoding
from readers.limits import Limits

_HEAD = 4_096
_MARK = b"\xef\xbb\xbf"
# Under these an object holds lists of customers, of people, or either as an API answers.
_CUSTOMERS = ("customers", "accounts", "records", "data", "items", "rows")
_PEOPLE = ("stakeholders", "contacts", "people")
# Beyond these a number is kept as the text that it is.
_LARGEST = 2**63 - 1
_MOST_DIGITS = 30

_Object = Mapping[str, Any]


def is_json(source: BinaryIO) -> bool:
    """Whether the content begins as a list or an object does."""
    source.seek(0)
    head = source.read(_HEAD).removeprefix(_MARK).lstrip()
    source.seek(0)
    return head.startswith((b"[", b"{")) and (not head.startswith(b"[") or head[1:].lstrip()[:1] in (b"{", b"]"))


def read_json(source: BinaryIO, limits: Limits, most: int) -> tuple[TableRow, ...]:
    """A row for each object, and for each person in it; numbered by the object from 1 on."""
    document = _document(source, limits)
    customers, people = _lists(document)
    if len(customers) + len(people) > most:
        message = f"The file has more than {most:,} objects. Split it and import the parts."
        raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
    rows = [*_rows(customers, 1, limits), *_rows(people, len(customers) + 1, limits)]
    if not any(recognized(row.columns) for row in rows):
        raise refuse(
            ErrorCode.UNSUPPORTED_FORMAT,
            "No customers were recognized in this JSON. It is a list of objects with a name or an id, or an object "
            'with such a list as "customers".',
            "source",
        )
    return tuple(rows)


def _document(source: BinaryIO, limits: Limits) -> Any:
    content = source.read(limits.document + 1)
    if len(content) > limits.document:
        message = f"A JSON file has at most {limits.document:,} bytes. Split it and import the parts, or import CSV."
        raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
    encoding = find_encoding(source, content[:_HEAD])
    text = content[encoding.mark :].decode(encoding.codec)
    try:
        return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        lines = _lines(text)
        if lines is not None:
            return lines
        raise _broken(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise _broken("it is nested too deep") from error


def _lines(text: str) -> list[Any] | None:
    """Objects that stand each on a line of its own; None when they do not."""
    try:
        return [
            json.loads(line, parse_float=_number, parse_int=_whole, parse_constant=_no_number)
            for line in text.splitlines()
            if line.strip()
        ]
    except (json.JSONDecodeError, RecursionError):
        return None


def _broken(why: str) -> Refused:
    return refuse(ErrorCode.INVALID_INPUT, f"The JSON cannot be read: {why}. Export it again.", "source")


def _number(text: str) -> Any:
    value = Decimal(text)
    return value if abs(value.adjusted()) <= _MOST_DIGITS else text


def _whole(text: str) -> Any:
    return int(text) if len(text) <= _MOST_DIGITS and abs(int(text)) <= _LARGEST else text


def _no_number(text: str) -> Any:
    raise _broken(f"{text} is no number")


def _lists(document: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    if isinstance(document, list):
        return document, ()
    if not isinstance(document, dict):
        return (), ()
    found = [_first(document, names) for names in (_CUSTOMERS, _PEOPLE)]
    if found == [None, None]:
        return [document], ()
    return found[0] or (), found[1] or ()


def _first(document: _Object, names: Sequence[str]) -> Sequence[Any] | None:
    return next((document[name] for name in names if isinstance(document.get(name), list)), None)


def _rows(objects: Sequence[Any], first: int, limits: Limits) -> Iterator[TableRow]:
    """Rows of one list: its columns are the keys that any of its objects has, those of people there apart."""
    flat = [dict(_leaves(each, limits.depth)) if isinstance(each, dict) else {"value": each} for each in objects]
    columns = tuple(dict.fromkeys(key for each in flat for key in each))
    if len(columns) > limits.columns:
        message = (
            f"The objects have {len(columns):,} keys; at most {limits.columns:,} are read. Remove what is not needed."
        )
        raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
    nested = [_people(each) if isinstance(each, dict) else [] for each in objects]
    whom = [name for name, target in columns_of(columns).targets.items() if target in ("external_id", "name")]
    of_people = tuple(dict.fromkeys(key for people in nested for each in people for key in each))
    for number, (values, people) in enumerate(zip(flat, nested, strict=True), first):
        yield TableRow(number, columns, {key: value for key, value in values.items() if value not in (None, "")})
        customer = {
            f"customer {'id' if columns_of(columns).targets[name] == 'external_id' else 'name'}": values[name]
            for name in whom
            if values.get(name) not in (None, "")
        }
        for each in people:
            yield TableRow(number, (*customer, *of_people), {**customer, **each})


def _leaves(value: _Object, depth: int, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        at = f"{path}{key}"
        if isinstance(item, dict):
            if depth <= 1:
                raise _broken("it is nested too deep")
            yield from _leaves(item, depth - 1, f"{at}.")
        elif path or key not in _PEOPLE or not isinstance(item, list):
            yield at, item


def _people(value: _Object) -> list[dict[str, Any]]:
    """The people in an object, by names that say that they are such."""
    found = _first(value, _PEOPLE) or ()
    return [
        {f"stakeholder {key}": item for key, item in each.items() if item not in (None, "")}
        for each in found
        if isinstance(each, dict)
    ]
