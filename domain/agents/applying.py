"""How permitted items enter a result: what each phase's module gives, and the words for both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from domain.agents.permission import LEAST_CONFIDENCE
from domain.agents.sifting import DISAGREES, SUGGESTS, Item, Sifted, dropped
from domain.agents.subjects import Subjects
from domain.definition import Outcome, PhaseCall, Warning

# Between what the rules say and what a model says behind it; cleaned text holds no such line of its own.
_MARK = "\n\nA model adds: "
# Of all agents together.
_MOST_ADDED = 3_000


@dataclass
class Applying:
    """One review while it goes on: the outcome as it is by now, and what is to be told."""

    call: PhaseCall
    outcome: Outcome
    subjects: Subjects
    sifted: Sifted
    contradictions: list[Warning] = field(default_factory=list)
    suggestions: list[Warning] = field(default_factory=list)
    left_out: list[Warning] = field(default_factory=list)
    entered: list[float] = field(default_factory=list)

    @cached_property
    def known(self) -> str:
        """Everything that the subjects say of themselves."""
        return " ".join(f"{each.name} {dict(each.facts())}" for each in self.subjects.values())

    def of(self, part: str) -> tuple[Item, ...]:
        """The permitted items of that part."""
        return self.sifted.of(part)

    def enter(self, item: Item) -> None:
        """It made a difference."""
        self.entered.append(item.value.confidence)

    def drop(self, item: Item, why: str) -> None:
        self.left_out.append(dropped(item.permit.part, item.subject.key, f"{item.subject.name}: {why}", _refs(item)))

    def disagree(self, item: Item, what: str, rules: tuple[str, str], model: str, kept: str | None) -> None:
        """Tell both sides; `kept` is why the rules' word stands, None where the model's does."""
        said, because = rules
        stands = "The model's word is proposed" if kept is None else f"The rules' word stands: {kept}"
        message = (
            f"{item.subject.name}, {what}: the rules say {said} ({because}); a model says {model} "
            f"({item.value.reason}). {stands}."
        )
        details = {
            "what": what,
            "rules": {"value": said, "because": because},
            "model": {"value": model, "because": item.value.reason, "confidence": item.value.confidence},
            "applied": kept is None,
            **_refs(item),
        }
        self.contradictions.append(Warning(DISAGREES, message, None, details))

    def suggest(self, item: Item, text: str, **details: Any) -> None:
        """Tell what a model suggests; nothing changes for it."""
        message = f"{item.subject.name}: a model suggests: {text} ({item.value.reason})"
        told = {"part": item.permit.part, "text": text, "because": item.value.reason, **details, **_refs(item)}
        self.suggestions.append(Warning(SUGGESTS, message, None, {**told, "confidence": item.value.confidence}))


def unsure(item: Item) -> str | None:
    """Why an item does not count as a change, where the model itself is not sure."""
    if item.value.confidence < LEAST_CONFIDENCE:
        return "the model is not sure enough"
    return None


def behind(said: str, text: str) -> str:
    """What is said with a model's words behind it, once; several agents speak one after the other."""
    rules, marked, added = said.partition(_MARK)
    if not marked:
        return f"{rules}{_MARK}{text}"
    if text in added or len(added) + len(text) > _MOST_ADDED:
        return said
    return f"{said}\n\n{text}"


def ruled(text: str) -> str:
    """What of such a text the rules say."""
    return text.split(_MARK, 1)[0]


def _refs(item: Item) -> Mapping[str, str]:
    return item.subject.refs


@dataclass(frozen=True, slots=True)
class PhaseReview:
    """How one kind of work is reviewed: what its agents answer in, what they are asked about, how it enters.

    `count` tells how many subjects there are where not all of them get a key.
    """

    kind: str
    proposal: type
    subjects: Callable[[PhaseCall, Outcome], Subjects]
    apply: Callable[[Applying], None]
    count: Callable[[Outcome], int] = lambda _outcome: 0
