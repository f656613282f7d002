"""What was learned from a run or from a person, and how learning the same again strengthens it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from domain.similarity import words_of

if TYPE_CHECKING:
    from domain.definition import Pattern
    from domain.flow_state import Stamp

# What a pattern is worth that was learned once; each time more takes away this share of the doubt that is left.
LEARNED_ONCE = 0.75
_TAKEN_AWAY = 0.6
_SUREST = 0.99
# What has been learned from two flows, and not otherwise since: from then on it is taken for a fact.
LEARNED_TWICE = 0.9
# Where a person lets stand what a pattern was used for, this share of the doubt goes; that alone makes no fact of it.
_LET_STAND = 0.2
_NEVER_A_FACT = 0.89
# Where he decides otherwise, this share of the confidence stays; what has less than that is recalled no more.
_OVERRULED = 0.5
RECALLED_FROM = 0.2
_LONGEST_KEY = 200

# The kind of what people say about a phase's work, before the kind of that work.
FEEDBACK = "feedback"


class LearningScope(StrEnum):
    """Who may profit from it."""

    ENGAGEMENT = "ENGAGEMENT"
    CLIENT_ACCOUNT = "CLIENT_ACCOUNT"


@dataclass(frozen=True, slots=True)
class LearningPattern:
    """Something learned, offered to similar work later. `kind` is `<flow type>.<phase>`; confidence is 0 to 1.

    `key` says what it is about within its kind, where it can be learned again; `flow_id` is the flow that taught it
    first, and `uses` how often it was made use of.
    """

    id: str
    scope: LearningScope
    kind: str
    summary: str
    data: Mapping[str, Any]
    confidence: float
    flow_id: str | None
    created_at: datetime
    uses: int = 0
    key: str | None = None


class Verdict(StrEnum):
    """What people then did with what a pattern was used for."""

    KEPT = "KEPT"
    OVERRULED = "OVERRULED"

    def moved(self, confidence: float) -> float:
        """How sure one may be of the pattern after that."""
        if self is Verdict.OVERRULED:
            return round(confidence * _OVERRULED, 4)
        most = _SUREST if confidence >= LEARNED_TWICE else _NEVER_A_FACT
        return max(confidence, min(most, round(confidence + (1 - confidence) * _LET_STAND, 4)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned just now, to be saved with what else a phase or an answer came to.

    `conclusion` names those of `data` that the same lesson a second time must have in common with the first; all of
    them when it names none. Where `settles` names what the person settled, and `premise` in which case, the lesson also
    judges patterns of other keys that spoke of the same case.
    """

    kind: str
    summary: str
    data: Mapping[str, Any]
    key: str | None = None
    confidence: float = LEARNED_ONCE
    conclusion: tuple[str, ...] = ()
    premise: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.key is not None:
            object.__setattr__(self, "key", key_of(self.key))

    def learned(self, known: LearningPattern | None, stamp: Stamp, flow_id: str | None) -> LearningPattern:
        """The pattern it makes; the known one grows surer where it says the same, and says this now where not.

        One flow that teaches the same twice says nothing new.
        """
        if known is None:
            return LearningPattern(
                id=stamp.new_id(),
                scope=LearningScope.ENGAGEMENT,
                kind=self.kind,
                summary=self.summary,
                data=self.data,
                confidence=self.confidence,
                flow_id=flow_id,
                created_at=stamp.at,
                key=self.key,
            )
        confidence = self.confidence
        if self._agrees(known):
            confidence = known.confidence if flow_id and flow_id == known.flow_id else surer(known.confidence)
        return replace(known, summary=self.summary, data=self.data, confidence=confidence)

    def judges(self, pattern: Pattern) -> Verdict | None:
        """Whether it says the same of the same case as that pattern; None where that speaks of something else."""
        said = _said(pattern)
        if not self.settles or pattern.kind.removeprefix(f"{FEEDBACK}.") != self.kind:
            return None
        if not all(name in said and _alike(said[name], self.data.get(name)) for name in self.premise):
            return None
        settled = [name for name in self.settles if name in said]
        if not settled:
            return None
        agrees = all(_alike(said[name], self.data.get(name)) for name in settled)
        return Verdict.KEPT if agrees else Verdict.OVERRULED

    def _agrees(self, known: LearningPattern) -> bool:
        names = self.conclusion or tuple(self.data)
        return all(known.data.get(name) == self.data.get(name) for name in names)


def _said(pattern: Pattern) -> Mapping[str, Any]:
    """Feedback holds what it is about one level deeper."""
    within = pattern.data.get("data") if pattern.kind.startswith(f"{FEEDBACK}.") else None
    return within if isinstance(within, Mapping) else pattern.data


def _alike(one: Any, other: Any) -> bool:
    """Equal; texts however they are spelled, as people write columns otherwise than rules keep them."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or "".join(words_of(one)) == "".join(words_of(other)) != ""
    return bool(one == other)


def key_of(name: str) -> str:
    """A key of bounded length: a long name stands by its digest."""
    return name if len(name) <= _LONGEST_KEY else hashlib.sha256(name.encode()).hexdigest()


def surer(confidence: float) -> float:
    """How sure one may be once more has been learned of the same."""
    return min(_SUREST, round(confidence + (1 - confidence) * _TAKEN_AWAY, 4))
