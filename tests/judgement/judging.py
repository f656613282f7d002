"""What the product's own rules decide about the table, as an assessment runs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.decision import Decision, Strategy
from domain.definition import PhaseCall
from tests.judgement.table import RICH, Half, Row, portfolio, rows
from tests.unit.assessment.walking import Walk

_BEFORE = ("initialization", "architecture_minimums", "tech_debt_analysis")
_DECIDING = "component_sixr_strategies"


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what the rules decided about it."""

    row: Row
    decision: Decision

    @property
    def agrees(self) -> bool:
        """True when the architect would have decided so too."""
        return self.row.agrees(self.decision.strategy, self.decision.depth)


class _DatedWalk(Walk):
    """An assessment on the table's own day."""

    def __init__(self, table: Sequence[Row], wanted: Iterable[Row], forgotten: frozenset[str]) -> None:
        super().__init__(portfolio(table, forgotten), [row.id for row in wanted])
        [self._as_of] = {row.as_of for row in table}

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        return super().call(phase, as_of=self._as_of, **fields)


def judge(half: Half, forgotten: frozenset[str] = frozenset(), files: Sequence[str] = RICH) -> tuple[Judged, ...]:
    """One half of a table, assessed without the facts of those keys.

    The other half is there only as what its applications are needed by.
    """
    table = rows(files)
    wanted = [row for row in table if row.half is half]
    walk = _DatedWalk(table, wanted, forgotten)
    walk.through(*_BEFORE)
    walk.run(_DECIDING)
    return tuple(Judged(row, walk.decision(row.id)) for row in wanted)


def agreement(judged: Sequence[Judged]) -> float:
    """The share of rows on which rules and architect agree."""
    return sum(each.agrees for each in judged) / len(judged)


def always(strategy: Strategy, judged: Sequence[Judged]) -> float:
    """The share that somebody would reach who says the same of everything."""
    return sum(each.row.agrees(strategy, None) for each in judged) / len(judged)


def confusion(judged: Iterable[Judged]) -> Counter[tuple[Strategy, Strategy]]:
    """How often the architect's strategy (the first, where none agrees) met that of the rules."""
    found: Counter[tuple[Strategy, Strategy]] = Counter()
    for each in judged:
        chosen = each.decision.strategy
        found[chosen if chosen in each.row.right else each.row.right[0], chosen] += 1
    return found
