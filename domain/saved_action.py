"""Actions on workflows: those that are built in, those that a client account has saved, and what was executed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from domain.errors import ErrorCode, Problem
from domain.transition import FlowStatus

# What the ids of built-in actions are made under: the same in every installation.
_BUILT_IN = UUID("0d3e1a52-4b5c-5a77-8f0e-6c1f1b7e2d90")
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,79}")
LONGEST_NAME = 200
LONGEST_TEXT = 2_000
LONGEST_SNOOZE_DAYS = 90
PARAMETER_BYTES = 16 << 10


class ActionKind(StrEnum):
    """What an action does to a workflow."""

    SNOOZE = "SNOOZE"
    SKIP = "SKIP"
    ESCALATE = "ESCALATE"
    SCHEDULE = "SCHEDULE"


@dataclass(frozen=True, slots=True)
class SnoozeParameters:
    """Sleep for so many days, or until a time: a date is its beginning in the engagement's time zone."""

    days: int | None = None
    until: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SkipParameters:
    """Leave a step out; the current one when none is named."""

    reason: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class EscalateParameters:
    """Hand it to somebody, as more urgent."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScheduleParameters:
    """Make a task of something that is to be done."""

    title: str
    due_on: date
    assigned_to: str | None = None


Parameters = SnoozeParameters | SkipParameters | EscalateParameters | ScheduleParameters

PARAMETERS: Mapping[ActionKind, type[Parameters]] = MappingProxyType(
    {
        ActionKind.SNOOZE: SnoozeParameters,
        ActionKind.SKIP: SkipParameters,
        ActionKind.ESCALATE: EscalateParameters,
        ActionKind.SCHEDULE: ScheduleParameters,
    }
)


def _text(description: str, longest: int = LONGEST_TEXT) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, "description": description}


_REASON = _text("Why.")
_DAYS = {"type": "integer", "minimum": 1, "maximum": LONGEST_SNOOZE_DAYS, "description": "Days from now."}
_UNTIL = {
    "type": "string",
    "anyOf": [{"format": "date-time"}, {"format": "date"}],
    "description": "When it wakes; a date is its beginning in the engagement's time zone.",
}
# The properties of what each takes, and which of them it needs; `days` and `until` of a snooze exclude each other.
_PROPERTIES: Mapping[ActionKind, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        ActionKind.SNOOZE: {"days": _DAYS, "until": _UNTIL, "reason": _REASON},
        ActionKind.SKIP: {"step": _text("Its key; the current step when it is not given.", 80), "reason": _REASON},
        ActionKind.ESCALATE: {"to": _text("The user who takes it over.", LONGEST_NAME), "reason": _REASON},
        ActionKind.SCHEDULE: {
            "title": _text("What is to be done.", LONGEST_NAME),
            "dueOn": {"type": "string", "format": "date", "description": "The day by which it is to be done."},
            "assignedTo": _text("The user who does it; whose workflow it is when not given.", LONGEST_NAME),
        },
    }
)
_NEEDED: Mapping[ActionKind, tuple[str, ...]] = MappingProxyType(
    {
        ActionKind.SNOOZE: (),
        ActionKind.SKIP: ("reason",),
        ActionKind.ESCALATE: ("to", "reason"),
        ActionKind.SCHEDULE: ("title", "dueOn"),
    }
)
_ONE_OF = ("days", "until")


@dataclass(frozen=True, slots=True)
class SavedAction:
    """One action. `parameters` are given already; who executes it may give others instead."""

    id: str
    key: str
    name: str
    kind: ActionKind
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    built_in: bool = False

    @property
    def parameter_schema(self) -> dict[str, Any]:
        """JSON Schema of what executing it takes: what is given already is a default, and not needed."""
        known = {
            name: {**each, "default": self.parameters[name]} if name in self.parameters else dict(each)
            for name, each in _PROPERTIES[self.kind].items()
        }
        schema: dict[str, Any] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "type": "object",
            "properties": known,
            "required": [name for name in _NEEDED[self.kind] if name not in self.parameters],
            "additionalProperties": False,
        }
        if self.kind is not ActionKind.SNOOZE:
            return schema
        if any(name in self.parameters for name in _ONE_OF):
            return {**schema, "not": {"required": list(_ONE_OF)}}
        return {**schema, "oneOf": [{"required": [name]} for name in _ONE_OF]}

    def with_given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of one execution: what is given now stands over what was before; null is not given."""
        said = {name: value for name, value in given.items() if value is not None}
        before = dict(self.parameters)
        if self.kind is ActionKind.SNOOZE and any(name in said for name in _ONE_OF):
            before = {name: value for name, value in before.items() if name not in _ONE_OF}
        return {**before, **said}


@dataclass(frozen=True, slots=True)
class SaveSavedAction:
    """An action of the client account's own; the same key again replaces it."""

    key: str
    name: str
    kind: ActionKind
    parameters: Any

    def problems(self) -> Iterator[Problem]:
        """What is wrong with it but for the values of its parameters."""
        if not _KEY.fullmatch(self.key):
            message = "A key has 1 to 80 small letters, digits, dashes and underscores, and begins with a letter."
            yield Problem(ErrorCode.INVALID_INPUT, message, ("key",))
        elif built_in(self.key) is not None:
            message = f"The action {self.key} is built in. Save yours under another key."
            yield Problem(ErrorCode.ALREADY_EXISTS, message, ("key",))
        if not 0 < len(self.name.strip()) <= LONGEST_NAME or not self.name.isprintable():
            message = f"A name has 1 to {LONGEST_NAME} printable characters."
            yield Problem(ErrorCode.INVALID_INPUT, message, ("name",))
        if not isinstance(self.parameters, Mapping):
            yield Problem(ErrorCode.INVALID_INPUT, "Give an object.", ("parameters",))


@dataclass(frozen=True, slots=True)
class ActionExecution:
    """One run of an action: by whom, with what, and in which state the flow was after it."""

    id: str
    flow_id: str
    action_id: str
    parameters: Mapping[str, Any] = field(hash=False)
    executed_by: str
    executed_at: datetime
    resulting_status: FlowStatus


BUILT_IN: tuple[SavedAction, ...] = tuple(
    SavedAction(str(uuid5(_BUILT_IN, key)), key, name, kind, {}, built_in=True)
    for key, name, kind in (
        ("snooze", "Snooze", ActionKind.SNOOZE),
        ("skip", "Skip a step", ActionKind.SKIP),
        ("escalate", "Escalate", ActionKind.ESCALATE),
        ("schedule", "Schedule a task", ActionKind.SCHEDULE),
    )
)


def built_in(key: str) -> SavedAction | None:
    """The action that ships under that key."""
    return next((action for action in BUILT_IN if action.key == key), None)


def parameter_problems(kind: ActionKind, given: Mapping[str, Any], *, partial: bool = False) -> Iterator[Problem]:
    """What of these values no execution takes; a `partial` one may leave open what it needs."""
    yield from _size_problems(given)
    known = _PROPERTIES[kind]
    for name in given:
        if name not in known:
            yield _wrong(name, f"{name}: The action takes {', '.join(known)}.")
    for name in _NEEDED[kind]:
        if name not in given and not partial:
            yield _wrong(name, f"{name}: This is needed.")
    for name, value in given.items():
        wrong = _value_problem(known[name], value) if name in known else None
        if wrong:
            yield _wrong(name, f"{name}: {wrong}")
    if kind is ActionKind.SNOOZE:
        yield from _snooze_problems(given, partial=partial)


def _snooze_problems(given: Mapping[str, Any], *, partial: bool) -> Iterator[Problem]:
    said = [name for name in _ONE_OF if name in given]
    if len(said) > 1 or not (said or partial):
        yield Problem(ErrorCode.INVALID_INPUT, "Give `days` or `until`, one of them.", ("parameters",))


def _value_problem(schema: Mapping[str, Any], value: Any) -> str | None:
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if good else f"Give a whole number from {low} to {high}."
    if not isinstance(value, str):
        return "Give a text."
    if schema.get("format") == "date":
        return None if _is_date(value) else "Give a date such as 2026-11-30."
    if "anyOf" in schema:
        return None if _is_date(value) or _is_moment(value) else "Give a date or a time such as 2026-11-30T09:00:00Z."
    longest = schema["maxLength"]
    good = value.strip() != "" and len(value) <= longest and all(each.isprintable() or each == "\n" for each in value)
    return None if good else f"Give 1 to {longest:,} printable characters."


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    """Only with its offset: a time without one is another in every place."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _size_problems(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    if len(json.dumps(parameters, ensure_ascii=False).encode("utf-8", "replace")) > PARAMETER_BYTES:
        yield Problem(ErrorCode.LIMIT_EXCEEDED, "Parameters take at most 16 KiB.", ("parameters",))


def _wrong(name: str, message: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, ("parameters", name))
