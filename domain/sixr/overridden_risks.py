"""The risks of a decision that a person has changed: the rules' for what he chose, what he risks by it, and his own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.debt import DebtCategory, Severity
from domain.decision import Decision, Risk, Strategy
from domain.fact import LEVEL_SHARE, Level
from domain.facts import FACTS
from domain.known_facts import as_text, fact_of
from domain.sixr.compatibility import is_neighbour_risk
from domain.sixr.gates import Gate, try_gates
from domain.sixr.risks import risks_of
from domain.sixr.subject import Subject
from domain.sixr.verdict import judge
from domain.source import Source

_BAD = frozenset({Severity.CRITICAL, Severity.HIGH})
_BLOCKS = ("legal_block", "technical_block")
_MOST_NAMED = 3


def risks_after(
    decision: Decision, strategy: Strategy, subject: Subject, settings: Mapping[str, Any]
) -> tuple[Risk, ...]:
    """With that strategy. Those between applications stay as they are, until all decisions are looked at together."""
    gates = try_gates(subject)
    verdicts = [judge(subject, part, gates[part.id], settings) for part in subject.components]
    own = tuple(risk for risk in decision.risks if risk.source is Source.USER)
    between = tuple(risk for risk in decision.risks if is_neighbour_risk(risk))
    told = {risk.title for risk in own}
    found = (*_warnings(decision, strategy, subject), *risks_of(subject, verdicts, strategy))
    return (*own, *(risk for risk in found if risk.title not in told), *between)


def _warnings(decision: Decision, strategy: Strategy, subject: Subject) -> Iterator[Risk]:
    """What speaks against choosing it over what the rules recommend."""
    if strategy is decision.recommended:
        return
    if strategy is Strategy.RETAIN:
        yield from _of_staying(subject)
        return
    if Gate.RETAIN_HARD in decision.rules:
        blocks = "; ".join(_blocks(subject)) or "Something forbids moving it"
        yield Risk("The rules keep it where it is", Severity.HIGH, f"{blocks}. Have that lifted before it moves.")
    if strategy is Strategy.RETIRE and subject.dependents:
        named = as_text(subject.dependents[:_MOST_NAMED])
        yield Risk("It is still needed", Severity.HIGH, f"Find a replacement first for {named}.")


def _of_staying(subject: Subject) -> Iterator[Risk]:
    old = {item.title for item in subject.debt if item.category is DebtCategory.OBSOLESCENCE and item.severity in _BAD}
    if old:
        named = "; ".join(sorted(old)[:_MOST_NAMED])
        yield Risk("It stays on what nobody supports", Severity.HIGH, f"Upgrade it in place or buy support: {named}.")
    pressure = fact_of(subject.application, "exit_pressure")
    if pressure is not None and LEVEL_SHARE[pressure] >= LEVEL_SHARE[Level.MEDIUM]:
        yield Risk("Its data centre is to be left", Severity.MEDIUM, "Agree on where it stays, and until when.")


def _blocks(subject: Subject) -> Iterator[str]:
    for key in _BLOCKS:
        if any(subject.fact(part, key) is True for part in subject.components):
            yield FACTS[key].title
