"""The gates of the 6R method: what decides before anything is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from domain.application import Component
from domain.decision import Strategy
from domain.fact import Level
from domain.facts import FACTS
from domain.known_facts import as_text, fact_of, own_fact
from domain.sixr.subject import Subject

UNUSED_PERCENT = 5
IDLE_PERCENT = 20
DEPENDENTS = "dependents"


class Gate(StrEnum):
    """Rule ids, in the order in which they are tried."""

    RETAIN_HARD = "RETAIN-HARD"
    RETIRE = "RETIRE"
    REPURCHASE = "REPURCHASE"


STRATEGY: Mapping[Gate, Strategy] = MappingProxyType(
    {Gate.RETAIN_HARD: Strategy.RETAIN, Gate.RETIRE: Strategy.RETIRE, Gate.REPURCHASE: Strategy.REPURCHASE}
)
_LITTLE = frozenset({Level.NONE, Level.LOW})
_BLOCKS = ("legal_block", "technical_block")


@dataclass(frozen=True, slots=True)
class Tried:
    """One gate tried on one component: whether it decides, what it read, and why in a sentence.

    `used` are facts with their values; `missing` those it would have read.
    """

    gate: Gate
    holds: bool
    used: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    because: str

    @property
    def share_known(self) -> Fraction:
        """Known facts of all it reads."""
        return Fraction(len(self.used), len(self.used) + len(self.missing))


def try_gates(subject: Subject) -> dict[str, tuple[Tried, ...]]:
    """Each component's gates in order, up to and with the first that holds."""
    retirable = _retirable(subject)
    return {part.id: _tried(subject, part, retires=part.id in retirable) for part in subject.components}


def _tried(subject: Subject, part: Component, *, retires: bool) -> tuple[Tried, ...]:
    tried: list[Tried] = []
    for gate in (_retain(subject, part), _retire(subject, part, retires=retires), _repurchase(subject, part)):
        tried.append(gate)
        if gate.holds:
            break
    return tuple(tried)


def _retain(subject: Subject, part: Component) -> Tried:
    facts = _Facts(subject, part, _BLOCKS)
    facts.known |= {key: True for key in _BLOCKS if _borne_by_none(subject, key)}
    blocks = [key for key in facts.known if facts.known[key] is True]
    why = "; ".join(FACTS[key].title for key in blocks)
    return facts.tried(Gate.RETAIN_HARD, holds=bool(blocks), because=f"{why}." if why else "Nothing forbids moving it.")


def _borne_by_none(subject: Subject, key: str) -> bool:
    """A block on the whole that every part denies: nobody knows what it holds back, so nothing moves."""
    denied = all(own_fact(part, key) is False for part in subject.components)
    return denied and fact_of(subject.application, key) is True


def _retire(subject: Subject, part: Component, *, retires: bool) -> Tried:
    facts = _Facts(subject, part, ("business_value", _users_key(subject, part), "cpu_percent", "memory_percent"))
    tried = facts.tried(Gate.RETIRE, holds=retires, because=_retire_reason(subject, part, retires=retires))
    dependents = as_text(subject.dependents) or "none"
    return replace(tried, used=(*tried.used, (DEPENDENTS, dependents)))


def _retire_reason(subject: Subject, part: Component, *, retires: bool) -> str:
    if retires:
        worthless = subject.fact(part, "business_value") == Level.NONE
        why = "It has no business value" if worthless else "Nobody uses it and its servers stand idle"
        return f"{why}, and nothing that runs needs it."
    if _without_value(subject, part):
        return f"It could be retired, but it is needed by {as_text(subject.dependents) or 'other parts of it'}."
    if _below(subject, part, IDLE_PERCENT):
        return f"Its servers stand idle (under {IDLE_PERCENT} %): a candidate for retirement, no more."
    return "Nothing says that it is no longer used."


def _retirable(subject: Subject) -> set[str]:
    """Parts without value that no running application and no part that stays needs."""
    if subject.dependents:
        return set()
    found = {part.id for part in subject.components if _without_value(subject, part)}
    while True:
        needed = {other for part in subject.components if part.id not in found for other in part.depends_on}
        if not found & needed:
            return found
        found -= needed


def _without_value(subject: Subject, part: Component) -> bool:
    if subject.fact(part, "business_value") == Level.NONE:
        return True
    return subject.fact(part, _users_key(subject, part)) == 0 and _below(subject, part, UNUSED_PERCENT)


def _users_key(subject: Subject, part: Component) -> str:
    """Active users where they are known: named users may all have left."""
    return "user_count" if subject.fact(part, "active_users") is None else "active_users"


def _below(subject: Subject, part: Component, percent: float) -> bool:
    uses = [subject.fact(part, key) for key in ("cpu_percent", "memory_percent")]
    return all(use is not None and use < percent for use in uses)


def _repurchase(subject: Subject, part: Component) -> Tried:
    facts = _Facts(subject, part, ("commercial_product", "saas_available", "customization"))
    known = facts.known
    holds = (
        known.get("commercial_product") is True
        and known.get("saas_available") is True
        and known.get("customization") in _LITTLE
    )
    because = (
        "It is a commercial product, little customized, with a mature SaaS form on the market."
        if holds
        else "Nothing says that a SaaS form could take its place as it is."
    )
    return facts.tried(Gate.REPURCHASE, holds=holds, because=because)


class _Facts:
    """The facts that one gate reads of one component."""

    def __init__(self, subject: Subject, part: Component, keys: tuple[str, ...]) -> None:
        values = {key: subject.fact(part, key) for key in keys}
        self.known: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
        self._missing = tuple(key for key in keys if key not in self.known)

    def tried(self, gate: Gate, *, holds: bool, because: str) -> Tried:
        used = tuple((key, as_text(value)) for key, value in self.known.items())
        return Tried(gate, holds, used, self._missing, because)
