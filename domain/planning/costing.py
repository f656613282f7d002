"""The arithmetic of an estimate: lines rounded one by one, their sum, contingency, and low and high."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.planning.choices import CostChoice
from domain.planning.exact import exactly
from domain.planning.plan import CostCategory

_MONTHS_PER_YEAR = 12
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line before it is reckoned; `key` is its natural key, `wave` a number, None for what belongs to no one wave.

    `low` and `high` are the shares of the likely amount that low and high hours come to; 1 but for labour.
    """

    key: str
    category: CostCategory
    description: str
    quantity: Decimal
    unit: str
    unit_cost: Decimal
    provenance: str
    wave: int | None = None
    low: Fraction = Fraction(1)
    high: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its amounts, and with what a person set of it."""

    draft: DraftLine
    quantity: Decimal
    unit_cost: Decimal
    amount: Decimal
    low: Decimal
    high: Decimal
    provenance: str
    overridden: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines come to."""

    subtotal: Decimal
    contingency: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    unassigned: Decimal


def priced(draft: DraftLine, choice: CostChoice | None, currency: str) -> PricedLine:
    """Quantity times unit cost, half up; low and high are their shares of the same exact product, rounded once."""
    quantity, unit_cost = draft.quantity, draft.unit_cost
    if choice is not None:
        quantity = quantity if choice.quantity is None else choice.quantity
        unit_cost = unit_cost if choice.unit_cost is None else choice.unit_cost
    product = Fraction(quantity) * Fraction(unit_cost)
    return PricedLine(
        draft=draft,
        quantity=quantity,
        unit_cost=unit_cost,
        amount=exactly(product, currency),
        low=exactly(product * draft.low, currency),
        high=exactly(product * draft.high, currency),
        provenance=draft.provenance if choice is None else _chosen(draft, choice),
        overridden=choice is not None,
    )


def totals(lines: Iterable[PricedLine], percentage: Decimal, currency: str) -> Totals:
    """Sums of rounded lines, and the contingency on them rounded once.

    Low and high take the low and high amounts of labour, all other lines as they are, and the same percentage of
    contingency on that sum: it grows and shrinks with the labour.
    """
    found = tuple(lines)
    subtotal = _sum(line.amount for line in found)
    contingency = _contingency(subtotal, percentage, currency)
    low, high = _sum(line.low for line in found), _sum(line.high for line in found)
    return Totals(
        subtotal=subtotal,
        contingency=contingency,
        total=subtotal + contingency,
        low=low + _contingency(low, percentage, currency),
        high=high + _contingency(high, percentage, currency),
        unassigned=_sum(line.amount for line in found if line.draft.wave is None),
    )


def payback_months(total: Decimal, current: Decimal | None, target: Decimal | None) -> float | None:
    """How long what is saved takes to pay for the plan; None unless the target is known to run for less."""
    if current is None or target is None or target >= current:
        return None
    return float(Fraction(total) / (Fraction(current) - Fraction(target)) * _MONTHS_PER_YEAR)


def _contingency(amount: Decimal, percentage: Decimal, currency: str) -> Decimal:
    return exactly(Fraction(amount) * Fraction(percentage) / _WHOLE, currency)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _chosen(draft: DraftLine, choice: CostChoice) -> str:
    """Who says so, and what the rules had said."""
    parts = []
    if choice.quantity is not None:
        parts.append(f"the quantity to {choice.quantity:f} (by the rules {draft.quantity:f})")
    if choice.unit_cost is not None:
        parts.append(f"the unit cost to {choice.unit_cost:f} (by the rules {draft.unit_cost:f})")
    why = f": {choice.rationale.rstrip('.')}" if choice.rationale else ""
    return f"A person set {' and '.join(parts)}{why}. Before: {draft.provenance}"
