"""The text of an answer as JSON: bare, fenced, or with words around it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_FENCED = re.compile(r"```[A-Za-z]*\s*\n(.*?)```", re.DOTALL)
# Deeper than any schema of ours, and far from where the decoder runs out of stack.
DEEPEST = 64


class NotJson(Exception):
    """The answer holds no JSON object; the message tells the model so."""


def parse_answer(text: str) -> dict[str, Any]:
    """The JSON object in an answer, or NotJson."""
    problem = "There is no JSON object in it."
    for candidate in (text, *(found[1] for found in _FENCED.finditer(text)), _from_brace(text)):
        try:
            value = _decode(candidate.strip())
        except ValueError as error:
            problem = f"It is no JSON: {error}."
        else:
            return value
    raise NotJson(problem)


def _from_brace(text: str) -> str:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else ""


def _decode(text: str) -> dict[str, Any]:
    if _depth(text) > DEEPEST:
        raise ValueError("its values are nested too deep")
    value = json.loads(text, parse_constant=_refuse_constant, parse_float=_read_float)
    if not isinstance(value, dict):
        raise ValueError("the whole answer must be one object")  # noqa: TRY004 - a fault of the text, not of a caller
    _require_characters(value)
    return value


def _require_characters(value: Any) -> None:
    """Half of a pair is no character, and can be neither stored nor sent."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half of a character") from None


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _depth(text: str) -> int:
    """At least how deep it is nested, braces in strings included, found without recursion."""
    depth = deepest = 0
    for mark in re.finditer(r"[\[{\]}]", text):
        depth += 1 if mark[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
