"""Texts that name values as `{{customer.name}}`: filled when they are shown. They know paths, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from domain.customer_success.wording import amount

_PATH = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_ -]{1,80}){0,4})\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)
_UNKNOWN = "not known"
# What is filled in may itself be long: a note somebody wrote, or what an import held.
_LONGEST = 2_000


def paths_in(text: str) -> Iterator[str]:
    """Every path that the text names, in order."""
    return (found[1] for found in _PATH.finditer(text))


def malformed_in(text: str) -> Iterator[str]:
    """Every use of double braces that names no path."""
    return (found[0] for found in _BRACES.finditer(text) if not _PATH.fullmatch(found[0]))


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with what its paths lead to, which is not looked through again; what is not known says so."""
    return _PATH.sub(lambda found: shown(look_up(values, found[1])), text)


def look_up(values: Mapping[str, Any], path: str) -> Any:
    """What that path leads to; None where it leads nowhere."""
    found: Any = values
    for part in path.split("."):
        found = found.get(part.strip()) if isinstance(found, Mapping) else None
    return found


def shown(value: Any) -> str:
    """That value for a person to read."""
    if value is None or value in ("", ()):
        return _UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return amount(Decimal(str(value)))
    if isinstance(value, list | tuple):
        return ", ".join(shown(each) for each in value)[:_LONGEST] or _UNKNOWN
    return _UNKNOWN if isinstance(value, Mapping) else str(value)[:_LONGEST]
