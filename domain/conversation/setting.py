"""Where a conversation takes place: the step, its customer's facts, and what was said before; all of one customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.customer_success.template import Branch
from domain.customer_success.texts import shown
from domain.customer_success.values import CONTEXT, EXTRA, KNOWN, STEPS

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Of what a customer was imported with, as much as anybody reads.
_MOST_FACTS = 120
_LONGEST_FACT = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: its path as templates name it, its name for a person, and what it is."""

    path: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a conversation rests on, every text with the customer's figures in it.

    `following` is the title of the step that comes next; None where this is the last one.
    """

    customer_id: str
    customer: str
    step: str
    title: str
    description: str
    prompts: tuple[str, ...]
    facts: tuple[Fact, ...]
    context: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    branch: Branch | None = None
    following: str | None = None


def facts_in(values: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What of these values is known, in the order in which templates list them; then what the import held beyond."""
    return tuple(_facts(values))[:_MOST_FACTS]


def _facts(values: Mapping[str, Any]) -> Iterator[Fact]:
    for root in (*KNOWN, EXTRA):
        for name, value in _known(root, values.get(root)):
            text = " ".join(shown(value).split())[:_LONGEST_FACT]
            yield Fact(f"{root}.{name}", f"{_label(root)}, {_label(name)}", text)


def _known(root: str, part: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(part, Mapping) or (root == "contract" and not part.get("known")):
        return ()
    return ((name, value) for name, value in part.items() if value not in (None, "", (), []) and name != "known")


def _label(name: str) -> str:
    words = _HUMP.sub(" ", name).lower()
    return re.sub(r"\barr\b", "ARR", words)


def answers_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What was answered at the steps before this one, a line each."""
    steps = values.get(STEPS) or {}
    return tuple(
        f"{step}, {_label(field)}: {shown(value)}"
        for step, answer in steps.items()
        for field, value in answer.items()
        if field != "done" and value not in (None, "", (), [])
    )


def context_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What the template itself says of the work."""
    return tuple((values.get(CONTEXT) or {}).values())


def brief(setting: Setting) -> str:
    """All of it as plain text: the first message of a thread."""
    parts = [
        (f"Customer: {setting.customer}", [f"{fact.label}: {fact.text}" for fact in setting.facts]),
        ("About this work", setting.context),
        ("Answered before", setting.earlier),
        (f"This step: {setting.title}", [setting.description, *setting.prompts]),
    ]
    return "\n\n".join("\n".join([title, *(f"- {line}" for line in lines)]) for title, lines in parts if lines)
