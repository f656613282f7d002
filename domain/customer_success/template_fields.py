"""What is wrong with what a template's steps ask for."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.customer_success.template_document import Draft, Path, parts, text
from domain.errors import ErrorCode, Problem

# What a step's answer holds beside its fields, by the names that texts and conditions use.
RESERVED = frozenset({"branch", "comment", "done"})
_CHOSEN = ("CHOICE", "CHOICES")


def field_problems(draft: Draft) -> Iterator[Problem]:
    """Each with its path."""
    for path, step in draft.steps:
        for at, field in parts(step, "fields", path):
            yield from _name(field, at)
            yield from _choices(field, at)
            yield from _proposal(field, (*at, "proposed"))


def _name(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    key = text(field, "key")
    if key in RESERVED or (key is not None and keyword.iskeyword(key)):
        message = f"{key} is a name that is taken already. Call the field otherwise."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "key"))


def _choices(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    chosen = field.get("kind") in _CHOSEN
    if chosen and not field.get("choices"):
        yield Problem(ErrorCode.INVALID_INPUT, "Say what may be chosen.", (*at, "choices"))
    if not chosen and "choices" in field:
        message = "Only CHOICE and CHOICES have choices; leave them out."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "choices"))


def _proposal(field: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """A text without a path stands there as it is, and must be something the field can hold."""
    proposed, kind = text(field, "proposed"), str(field.get("kind"))
    if proposed is None or "{{" in proposed:
        return
    message = _misfit(kind, proposed, [each for each in field.get("choices") or () if isinstance(each, str)])
    if message is not None:
        yield Problem(ErrorCode.INVALID_INPUT, message, at)


def _misfit(kind: str, proposed: str, choices: Collection[str]) -> str | None:
    match kind:
        case "YES_NO" if proposed.lower() not in ("yes", "no", "true", "false"):
            return "Propose yes or no."
        case "NUMBER" if not _is_number(proposed):
            return "Propose a number, such as 12.5."
        case "DATE" if not _is_day(proposed):
            return "Propose a date, such as 2027-03-31, or name one, such as {{renewal.date}}."
        case "CHOICE" if proposed not in choices:
            return f"Propose one of {', '.join(choices)}."
        case "CHOICES" if not {each.strip() for each in proposed.split(",")}.issubset(choices):
            return f"Propose some of {', '.join(choices)}, with commas between them."
        case _:
            return None


def _is_number(written: str) -> bool:
    try:
        return Decimal(written).is_finite()
    except InvalidOperation:
        return False


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
