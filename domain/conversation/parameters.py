"""From what a person says at a branch with an action to the action's parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from domain.customer_success.template import Branch
from domain.saved_action import LONGEST_NAME, LONGEST_TEXT, ActionKind, SavedAction

_LINE = re.compile(r"^\s*([A-Za-z][A-Za-z _-]{0,30}?)\s*[:=]\s*(\S.*?)\s*$", re.MULTILINE)
_DAYS = re.compile(r"\b(\d{1,3})\s*(day|week)s?\b", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?")
_TO = re.compile(r"\bto\s+@?([\w.@+-]{1,80})", re.IGNORECASE)
_WEEK = 7
# The text of each that a sentence may stand for.
_SENTENCE: Mapping[ActionKind, str] = {
    ActionKind.SNOOZE: "reason",
    ActionKind.SKIP: "reason",
    ActionKind.ESCALATE: "reason",
    ActionKind.SCHEDULE: "title",
}


def parameters_in(action: SavedAction, message: str, prompt: str | None) -> dict[str, Any]:
    """What a message gives: a JSON object, lines such as `to: anna`, or plain words.

    What the branch suggests stands for the text that is not given.
    """
    written = _json(message)
    if written is not None:
        return written
    known = {_bare(name): name for name in action.parameter_schema["properties"]}
    lines = {known[_bare(key)]: value for key, value in _LINE.findall(message) if _bare(key) in known}
    said: dict[str, Any] = {**_plain(action.kind, message, known), **lines}
    if action.kind is ActionKind.SNOOZE and str(said.get("days", "")).isdigit():
        said["days"] = int(said["days"])
    text = _SENTENCE[action.kind]
    if text not in said and text not in action.parameters:
        said[text] = _short(text, prompt or message)
    return said


def suggested(action: SavedAction | None, branch: Branch) -> dict[str, Any]:
    """What a branch itself gives its action: the text that it suggests."""
    text = next(iter(branch.prompts), None)
    if action is None or text is None or _SENTENCE[action.kind] in action.parameters:
        return {}
    name = _SENTENCE[action.kind]
    return {name: _short(name, text)}


def _short(name: str, text: str) -> str:
    return " ".join(text.split())[: LONGEST_NAME if name == "title" else LONGEST_TEXT]


def _plain(kind: ActionKind, message: str, known: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if kind is ActionKind.SNOOZE and (days := _DAYS.search(message)):
        found["days"] = int(days[1]) * (_WEEK if days[2].lower() == "week" else 1)
    elif kind is ActionKind.SNOOZE and (date := _DATE.search(message)):
        found["until"] = date[0]
    elif kind is ActionKind.SCHEDULE and (date := _DATE.search(message)):
        found["dueOn"] = date[0][:10]
    elif kind is ActionKind.ESCALATE and "to" in known.values() and (to := _TO.search(message)):
        found["to"] = to[1].rstrip(".")
    return found


def _json(message: str) -> dict[str, Any] | None:
    if not message.startswith("{"):
        return None
    try:
        value = json.loads(message)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def needed(action: SavedAction, problems: tuple[str, ...]) -> str:
    """What is still to be said before the action can be carried out."""
    properties = action.parameter_schema["properties"]
    lines = [f"- {name}: {each['description']}" for name, each in properties.items()]
    told = "\n".join(f"- {problem}" for problem in problems)
    return f"{action.name} was not carried out:\n{told}\n\nSay it in lines such as these:\n" + "\n".join(lines)
