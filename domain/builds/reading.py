"""Reads the phase result out of what a model wrote."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_FENCE = re.compile(r"^```json[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
# As deep as anybody's JSON may be.
_DEEPEST = 40
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def result_in(answer: str) -> dict[str, Any] | None:
    """The object in the last block of JSON, as the protocol asks for; None where there is none that can be kept."""
    blocks = _FENCE.findall(answer.replace("\r\n", "\n"))
    if not blocks:
        return None
    try:
        found = json.loads(blocks[-1])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _kept(found) else None


def _kept(value: Any, depth: int = 0) -> bool:
    """Whether a database takes it: Python reads more as JSON than JSON is."""
    if depth > _DEEPEST:
        return False
    match value:
        case str():
            return _storable(value)
        case float():
            return math.isfinite(value)
        case int():
            return _SMALLEST <= value <= _LARGEST
        case list():
            return all(_kept(each, depth + 1) for each in value)
        case dict():
            return all(_kept(each, depth + 1) for each in (*value, *value.values()))
        case _:
            return True


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
