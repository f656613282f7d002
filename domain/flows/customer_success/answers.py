"""The types of steps' answers: a field for each thing that the template asks for, and a comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, make_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from domain.customer_success.template import Field, FieldKind
from domain.customer_success.texts import fill, look_up, paths_in
from domain.errors import ErrorCode, Problem

COMMENT, BRANCH = "comment", "branch"
LONGEST_TEXT = 10_000

_TYPES: Mapping[FieldKind, Any] = MappingProxyType(
    {FieldKind.TEXT: str, FieldKind.NUMBER: Decimal, FieldKind.DATE: date, FieldKind.YES_NO: bool}
)
_YES = frozenset({"yes", "true"})


@lru_cache(maxsize=1024)
def answer_type(asked: tuple[Field, ...]) -> type:
    """A dataclass with these fields. None is "not said": what a step needs is asked for when it is submitted.

    `branch` is the one by which the step was worked, where that decides what is next. Its fields are named as JSON
    names them, since their names are the template's own.
    """
    given = [(each.key, _type_of(each) | None, field(default=None)) for each in asked]
    always = [(name, str | None, field(default=None)) for name in (BRANCH, COMMENT)]
    return make_dataclass("StepAnswer", [*given, *always], frozen=True, slots=True)


def _type_of(asked: Field) -> Any:
    if asked.kind not in (FieldKind.CHOICE, FieldKind.CHOICES):
        return _TYPES[asked.kind]
    one: Any = Literal[asked.choices]
    return one if asked.kind is FieldKind.CHOICE else tuple.__class_getitem__((one, ...))


def proposed(asked: Field, values: Mapping[str, Any]) -> Any:
    """What the template proposes for it, from these values; None where that says nothing the field could hold."""
    text = asked.proposed
    if text is None:
        return None
    paths = list(paths_in(text))
    # A text that is nothing but a path stands for the value itself, so that numbers and dates stay what they are.
    alone = len(paths) == 1 and text.strip().startswith("{{") and text.strip().endswith("}}")
    value = look_up(values, paths[0]) if alone else fill(text, values)
    return None if value is None else _held(asked, value)


def _held(asked: Field, value: Any) -> Any:
    match asked.kind:
        case FieldKind.TEXT:
            return str(value)
        case FieldKind.NUMBER:
            return _number(value)
        case FieldKind.DATE:
            return _day(value)
        case FieldKind.YES_NO:
            return value if isinstance(value, bool) else str(value).lower() in _YES
        case FieldKind.CHOICE:
            return str(value) if str(value) in asked.choices else None
        case FieldKind.CHOICES:
            named = value if isinstance(value, list | tuple) else str(value).split(",")
            return tuple(word for each in named if (word := str(each).strip()) in asked.choices)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def gaps(asked: tuple[Field, ...], answer: Any) -> tuple[Problem, ...]:
    """What the step needs and the answer does not say, and what is longer than anybody reads."""
    found = [
        Problem(ErrorCode.NOT_READY, f"{each.label}: this is needed before the step is done.", ("data", each.key))
        for each in asked
        if each.required and getattr(answer, each.key) in (None, "", ())
    ]
    texts = [each.key for each in asked if each.kind is FieldKind.TEXT] + [COMMENT]
    found += [
        Problem(ErrorCode.LIMIT_EXCEEDED, f"A text holds at most {LONGEST_TEXT:,} characters.", ("data", key))
        for key in texts
        if len(getattr(answer, key) or "") > LONGEST_TEXT
    ]
    return tuple(found)


def said(asked: tuple[Field, ...], answer: Any) -> dict[str, Any]:
    """What the answer says, by field, as JSON values hold it: what texts and conditions of later steps name."""
    return {each.key: plain(getattr(answer, each.key)) for each in asked}


def plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return list(value) if isinstance(value, tuple) else value
