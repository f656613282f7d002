"""The JSON Schema of an agent's answer, from what the agent may propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.agents.permission import CONFIDENCE, REASON, Bound, Flag, Line, Number, Permit, Text, Words, permitted


@dataclass(frozen=True, slots=True)
class Short:
    """Limits for small models that would not stop by themselves: items of a list, characters of a text."""

    items: int = 2
    text: int = 240


def answer_schema(kind: str, agent: str, short: Short | None = None) -> dict[str, Any]:
    """Its parts and fields with their words. Other limits are left to the checks: not every endpoint takes them."""
    parts = {permit.part: _list(permit, short) for permit in permitted(kind, agent)}
    return _object(parts)


def _list(permit: Permit, short: Short | None) -> dict[str, Any]:
    bounds: dict[str, Bound] = {**permit.fields, "reason": REASON, "confidence": CONFIDENCE}
    fields = {"subject": {"type": "string"}, **{name: _value(bound, short) for name, bound in bounds.items()}}
    limits = {"maxItems": min(short.items, permit.most)} if short else {}
    return {"type": "array", "items": _object(fields), **limits}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _value(bound: Bound, short: Short | None) -> dict[str, Any]:
    match bound:
        case Words(words, optional):
            return _or_null({"type": "string", "enum": list(words)}, optional=optional)
        case Number():
            return {"type": "number"}
        case Flag():
            return {"type": "boolean"}
        case Line(longest, optional):
            return _or_null(_text(longest, short), optional=optional)
        case Text(longest):
            return _text(longest, short)
        case _:
            return {"type": "string"}


def _text(longest: int, short: Short | None) -> dict[str, Any]:
    return {"type": "string", **({"maxLength": min(short.text, longest)} if short else {})}


def _or_null(schema: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]} if optional else schema
