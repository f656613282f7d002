"""What may go wrong with a decision, and what softens it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.debt import Severity, TechDebtItem
from domain.decision import Risk, Strategy
from domain.sixr.subject import Subject
from domain.sixr.verdict import Verdict

_MOST_NAMED = 3
_RANK = tuple(Severity)
_FEW_FACTS = 0.5
_MOVES = frozenset({Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR})


def risks_of(subject: Subject, verdicts: Sequence[Verdict], strategy: Strategy) -> tuple[Risk, ...]:
    """The worst debt it takes along, what is not known, and who else is affected."""
    found: list[Risk] = []
    if strategy in _MOVES:
        found += [_of_debt(item) for item in _worst(subject.debt)]
    if any(each.known < _FEW_FACTS for each in verdicts):
        found.append(
            Risk("Little is known of it", Severity.MEDIUM, "Find out the facts named as missing before it is planned.")
        )
    if subject.dependents and strategy is not Strategy.RETAIN:
        count = len(subject.dependents)
        named = ", ".join(subject.dependents[:_MOST_NAMED]) + (" and others" if count > _MOST_NAMED else "")
        found.append(Risk("Others need it", Severity.MEDIUM, f"Agree on its cut-over with {named}."))
    if strategy is Strategy.RETIRE:
        found.append(Risk("Data may still be needed", Severity.LOW, "Archive them before it is shut down."))
    if strategy is Strategy.REPURCHASE:
        found.append(Risk("Data and interfaces change", Severity.MEDIUM, "Try the data migration before signing."))
    return tuple(found)


def _worst(debt: Sequence[TechDebtItem]) -> list[TechDebtItem]:
    """The few worst findings, each at its worst."""
    bad = [item for item in debt if item.severity in (Severity.CRITICAL, Severity.HIGH)]
    found: dict[str, TechDebtItem] = {}
    for item in sorted(bad, key=lambda item: (_RANK.index(item.severity), item.finding, item.id)):
        found.setdefault(item.finding, item)
    return list(found.values())[:_MOST_NAMED]


def _of_debt(item: TechDebtItem) -> Risk:
    return Risk(item.title, item.severity, item.migration_impact or "Remedy it with the move.")
