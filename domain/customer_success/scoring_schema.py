"""JSON Schema of a document of scoring rules: its shape, with the bounds that the rules put on each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.customer_success.scoring_rules import (
    LIMITS,
    MOST_ARR,
    MOST_DAYS,
    MOST_MULTIPLIER,
    MOST_TIERS,
    SINGLE,
    camel,
)

_NUMBERS = ("number", "integer")
_TIER = {"from_arr": MOST_ARR, "multiplier": MOST_MULTIPLIER}


def bounded(shape: Mapping[str, Any]) -> dict[str, Any]:
    """That schema, which knows the shape alone, with bounds; nothing is allowed in it that it does not name."""
    definitions = {name: {**part, "additionalProperties": False} for name, part in _objects(shape)}
    whole = {**shape, "additionalProperties": False, "$defs": {**shape.get("$defs", {}), **definitions}}
    parts = {name: definitions[ref.rsplit("/", 1)[1]] for name, ref in _references(shape)}
    _bound(whole, SINGLE)
    _bound(parts["stageDays"], {"": MOST_DAYS}, least=1)
    _bound(parts["arrTiers"], _TIER)
    for name, limits in LIMITS.items():
        _bound(parts[camel(name)], limits)
    tiers = {**whole["properties"]["arrTiers"], "maxItems": MOST_TIERS}
    whole["properties"] = {**whole["properties"], "arrTiers": tiers}
    return whole


def _objects(shape: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, part) for name, part in shape.get("$defs", {}).items() if part.get("type") == "object")


def _references(shape: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Which definition each setting has, a list that of its entries."""
    for name, property_ in shape["properties"].items():
        ref = property_.get("$ref") or property_.get("items", {}).get("$ref")
        if ref is not None:
            yield name, ref


def _bound(part: dict[str, Any], limits: Mapping[str, float], least: int = 0) -> None:
    """Bounds for the numbers of that object: by their names, else what stands under "" there."""
    named = {camel(name): most for name, most in limits.items()}
    part["properties"] = {
        name: _between(each, least, named.get(name, named.get(""))) for name, each in part["properties"].items()
    }


def _between(property_: Mapping[str, Any], least: int, most: float | None) -> Mapping[str, Any]:
    if property_.get("type") not in _NUMBERS or most is None:
        return property_
    return {**property_, "minimum": least, "maximum": most}
