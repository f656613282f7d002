"""What of a configuration has changed, by the names that phases say they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changed_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """Fields that differ, and the parts of them: `options`, and `options.metrics` where that does."""
    fields = _differing(before, after)
    parts = (f"{name}.{part}" for name in fields for part in _differing(before.get(name), after.get(name)))
    return frozenset((*fields, *parts))


def _differing(before: Any, after: Any) -> frozenset[str]:
    held, given = (each if isinstance(each, Mapping) else {} for each in (before, after))
    return frozenset(name for name in (*held, *given) if held.get(name) != given.get(name))
