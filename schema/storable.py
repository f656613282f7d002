"""What of a client's text and JSON can be kept, and given back as it came."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

# What is deeper cannot be written by every writer of JSON on its way to the client.
DEEPEST = 100
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1

NOT_TEXT = "This text holds a character that cannot be kept: NUL, or half of a pair of surrogates."
TOO_DEEP = f"JSON is nested {DEEPEST} levels deep at most."
NO_NUMBER = f"A whole number in JSON lies between {_SMALLEST} and {_LARGEST}, any other is a finite double."


def storable(text: str) -> bool:
    """True of text that PostgreSQL keeps."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text and "\\u0000" not in text


def unkept(value: Any) -> str | None:
    """Why a JSON value cannot be kept; None when it can."""
    waiting = [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        if level > DEEPEST and isinstance(item, dict | list):
            return TOO_DEEP
        if (why := _unkept_alone(item)) is not None:
            return why
        waiting.extend((inner, level + 1) for inner in _parts(item))
    return None


def _unkept_alone(item: Any) -> str | None:
    if isinstance(item, str):
        return None if storable(item) else NOT_TEXT
    if isinstance(item, float):
        return None if isfinite(item) else NO_NUMBER
    if isinstance(item, int):
        return None if _SMALLEST <= item <= _LARGEST else NO_NUMBER
    return None


def _parts(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item
