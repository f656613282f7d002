"""What a rule finds in one sentence, and how the best of several is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.contract import ContractField
from domain.contracts.text import Sentence

# Of less nothing is told.
LEAST = 0.5
# Two that say different things and are as sure as each other within this contradict each other.
_ALIKE = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """A value of a field, the sentence that says it, and how sure that is, from 0 to 1."""

    field: ContractField
    value: Any
    sentence: Sentence
    confidence: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The finding that stands, if one does, and what a person should know of the others."""

    finding: Finding | None = None
    warnings: tuple[str, ...] = field(default=())


def choose(found: Iterable[Finding]) -> Chosen:
    """The surest finding, the first of equals; none where equals say different things."""
    usable = sorted((each for each in found if each.confidence >= LEAST), key=lambda each: -each.confidence)
    if not usable:
        return Chosen()
    best = usable[0]
    others = [each for each in usable if each.confidence >= best.confidence - _ALIKE and each.value != best.value]
    if others:
        return Chosen(None, (_contradiction(best.field, [best, *others]),))
    return Chosen(best, (best.note,) if best.note else ())


def _contradiction(name: ContractField, found: Sequence[Finding]) -> str:
    values = list(dict.fromkeys(f"{shown(each.value)}{_where(each)}" for each in found))
    return f"The contract says different things of {name}: {', '.join(values)}. None of them was taken."


def _where(found: Finding) -> str:
    return f" (page {found.sentence.page})" if found.sentence.page is not None else ""


def shown(value: Any) -> str:
    """A value as a person reads it in a warning."""
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value if each is not None)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
