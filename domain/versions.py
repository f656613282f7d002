"""Versions against specifiers such as `>=17` or `>=8,<12`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.technologies import version_key

_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<|=)?\s*v?(\d[\w.\s]*?)\s*")
_Key = tuple[tuple[int, int, str], ...]

_COMPARE: Mapping[str, Callable[[_Key, _Key], bool]] = MappingProxyType(
    {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq, "!=": operator.ne}
)


def meets(version: str, specifier: str) -> bool | None:
    """Whether the version meets every clause; None when version or specifier cannot be read.

    A version is compared as far as the clause goes: 17.0.2 meets `==17` and `<=17`, and not `>17`.
    """
    clauses = _clauses(specifier)
    parts = _comparable(version)
    if clauses is None or not parts:
        return None
    return all(_COMPARE[sign](_as_long_as(parts, wanted), wanted) for sign, wanted in clauses)


def readable(specifier: str) -> bool:
    """True for a specifier that `meets` understands."""
    return _clauses(specifier) is not None


def _clauses(specifier: str) -> list[tuple[str, _Key]] | None:
    found: list[tuple[str, _Key]] = []
    for part in specifier.split(","):
        match = _CLAUSE.fullmatch(part)
        if match is None:
            return None
        sign = match[1] or "=="
        found.append(("==" if sign == "=" else sign, _comparable(match[2])))
    return found


def _comparable(version: str) -> _Key:
    return tuple(
        (1, int(part), "") if part.isdecimal() and part.isascii() else (0, 0, part) for part in version_key(version)
    )


def _as_long_as(parts: _Key, wanted: _Key) -> _Key:
    padding = ((1, 0, ""),) * (len(wanted) - len(parts))
    return (*parts, *padding)[: len(wanted)]
