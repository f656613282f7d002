"""An offer by the rules: what the customer pays now, carried on for a year."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import money
from domain.artifacts.pricing import MONTHS_OF_A_YEAR
from domain.artifacts.shapes import PricingLine, PricingTable
from domain.customer_success.wording import amount

_FINEST = Decimal("0.000001")


def offer(known: Background) -> PricingTable:
    """One line at today's price: what a person starts from, and nothing that nobody decided."""
    arr = known.arr or Decimal(0)
    monthly = (arr / MONTHS_OF_A_YEAR).quantize(_FINEST, ROUND_HALF_UP)
    line = PricingLine(
        product="Renewal of the present subscription",
        quantity=Decimal(1),
        unit_price=monthly,
        months=MONTHS_OF_A_YEAR,
        current_unit_price=monthly,
        note="At today's price. Change quantity, price and discount to what is offered.",
    )
    cap = known.price_cap
    bound = "" if cap is None else f" The contract lets prices rise by at most {amount(cap)}%."
    paid = f"{known.subject} pays {money(known, arr)} a year today.{bound}"
    return PricingTable((line,), paid if arr else "What is paid today is unknown.")
