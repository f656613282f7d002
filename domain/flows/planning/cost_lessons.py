"""What is learned when a person sets a cost line, and what earlier plans taught of unit costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.definition import Pattern, PhaseCall, Warning
from domain.learning import Lesson, key_of
from domain.planning.costing import PricedLine
from domain.planning.plan import CostCategory, CostLine

KIND = "planning.cost_estimation"
_LINE = "cost line"


def of_line(before: CostLine, after: CostLine, currency: str, rationale: str) -> Lesson:
    """What something costs in truth, of its kind and unit."""
    data: dict[str, Any] = {
        "corrected": _LINE,
        "flowId": before.flow_id,
        "category": str(before.category),
        "unit": before.unit,
        "currency": currency,
        "proposed": _numbers(before),
        "chosen": _numbers(after),
        "rationale": rationale,
    }
    return Lesson(
        kind=KIND,
        summary=f"{before.category}: {_said(before, currency)} became {_said(after, currency)}: {rationale}",
        data=data,
        key=_about(before.category, before.unit, before.key),
        conclusion=("category", "unit", "currency", "chosen"),
    )


@dataclass(frozen=True, slots=True)
class RecalledCosts:
    """Unit costs that people set in earlier plans where the rules say otherwise now; told, never taken over."""

    warnings: tuple[Warning, ...] = ()
    used: tuple[str, ...] = ()


def recalled_costs(call: PhaseCall, lines: Sequence[PricedLine]) -> RecalledCosts:
    """Of lines that nobody has set in this plan; each pattern once, whatever number of waves it speaks of."""
    known = {pattern.key: pattern for pattern in call.patterns if _tells_of_another(pattern, call)}
    told: dict[str, str] = {}
    for line in lines:
        pattern = known.get(_about(line.draft.category, line.draft.unit, line.draft.key))
        cost = None if pattern is None or line.overridden else _unit_cost(pattern, call.currency)
        if pattern is not None and cost is not None and cost != line.unit_cost:
            said = f"{line.draft.description}: {cost:f} instead of {line.unit_cost:f} per unit of {line.draft.unit}"
            told.setdefault(pattern.id, said)
    if not told:
        return RecalledCosts()
    message = f"In earlier plans people set other unit costs. {'; '.join(told.values())}."
    return RecalledCosts((Warning("LEARNED_UNIT_COSTS", message, details={"lines": len(told)}),), tuple(told))


def _tells_of_another(pattern: Pattern, call: PhaseCall) -> bool:
    return pattern.data.get("corrected") == _LINE and pattern.data.get("flowId") != call.flow_id


def _unit_cost(pattern: Pattern, currency: str) -> Decimal | None:
    """What it says a unit costs; None where it says nothing of that in this currency."""
    proposed, chosen = pattern.data.get("proposed"), pattern.data.get("chosen")
    if pattern.data.get("currency") != currency or not isinstance(proposed, dict) or not isinstance(chosen, dict):
        return None
    if proposed.get("unitCost") == chosen.get("unitCost"):
        return None
    try:
        return Decimal(str(chosen.get("unitCost")))
    except InvalidOperation:
        return None


def _about(category: CostCategory, unit: str, key: str) -> str:
    """The line without its wave: what is bought for one is bought for the next."""
    _, *rest = key.split(":")
    return key_of("|".join((category, unit, *(part for part in rest if not part.isdigit()))))


def _numbers(line: CostLine) -> dict[str, str]:
    return {"quantity": f"{line.quantity:f}", "unitCost": f"{line.unit_cost:f}"}


def _said(line: CostLine, currency: str) -> str:
    return f"{line.quantity:f} {line.unit} at {line.unit_cost:f} {currency}"
