"""What holds of every estimate, whatever its lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import HoursRange
from domain.planning.choices import CostChoice
from domain.planning.costing import DraftLine, payback_months, priced, totals
from domain.planning.exact import counted, exactly
from domain.planning.plan import CostCategory
from domain.rates import minor_unit
from tests.unit.planning.flow.costed import CRM, DECISIONS, SHOP, WIKI, small_plan

numbers = st.decimals(0, 10**9, places=6)
currencies = st.sampled_from(["USD", "JPY", "KWD"])
percentages = st.decimals(0, 100, places=2)
shares = st.fractions(0, 1, max_denominator=1000)


@st.composite
def drafts(draw: st.DrawFn) -> DraftLine:
    labor = draw(st.booleans())
    return DraftLine(
        key=draw(st.uuids()).hex,
        category=CostCategory.LABOR if labor else CostCategory.TOOLING,
        description="",
        quantity=draw(numbers),
        unit="",
        unit_cost=draw(numbers),
        provenance="",
        wave=draw(st.none() | st.integers(1, 3)),
        low=draw(shares) if labor else Fraction(1),
        high=1 + draw(shares) if labor else Fraction(1),
    )


@given(st.lists(drafts(), max_size=20), percentages, currencies)
def test_totals_are_sums_of_rounded_lines(lines: list[DraftLine], percentage: Decimal, currency: str) -> None:
    found = [priced(draft, None, currency) for draft in lines]

    sums = totals(found, percentage, currency)

    assert sums.subtotal == sum((line.amount for line in found), Decimal(0))
    assert sums.total == sums.subtotal + sums.contingency
    assert sums.low <= sums.total <= sums.high
    by_wave = [sum((x.amount for x in found if x.draft.wave == wave), Decimal(0)) for wave in (1, 2, 3)]
    assert sum(by_wave, sums.unassigned) == sums.subtotal
    others = sum((line.amount for line in found if line.draft.category is not CostCategory.LABOR), Decimal(0))
    low = others + sum((x.low for x in found if x.draft.category is CostCategory.LABOR), Decimal(0))
    assert sums.low == low + exactly(Fraction(low) * Fraction(percentage) / 100, currency)


@given(st.lists(drafts(), max_size=8), st.randoms(), percentages)
def test_the_order_of_lines_decides_nothing(lines: list[DraftLine], random: Random, percentage: Decimal) -> None:
    found = [priced(draft, None, "USD") for draft in lines]
    turned = list(found)
    random.shuffle(turned)

    assert totals(turned, percentage, "USD") == totals(found, percentage, "USD")


@given(drafts(), numbers, numbers, currencies)
def test_what_a_person_sets_is_what_is_multiplied(
    draft: DraftLine, quantity: Decimal, unit_cost: Decimal, currency: str
) -> None:
    line = priced(draft, CostChoice(draft.key, quantity, unit_cost), currency)

    with localcontext(prec=60):
        assert line.amount == (quantity * unit_cost).quantize(minor_unit(currency), ROUND_HALF_UP)
    assert line.amount.as_tuple().exponent == minor_unit(currency).as_tuple().exponent
    assert line.low <= line.amount <= line.high
    assert line.overridden


@pytest.mark.parametrize(
    ("total", "current", "target", "months"),
    [
        (Decimal(100), Decimal(20), Decimal(10), 120.0),
        (Decimal(100), Decimal(10), Decimal(10), None),
        (Decimal(100), Decimal(10), Decimal(11), None),
        (Decimal(100), None, Decimal(11), None),
        (Decimal(100), Decimal(11), None, None),
        (Decimal(0), Decimal(11), Decimal(0), 0.0),
    ],
)
def test_payback_is_what_is_saved_against_what_is_spent(
    total: Decimal, current: Decimal | None, target: Decimal | None, months: float | None
) -> None:
    assert payback_months(total, current, target) == months


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Fraction(5, 1000), "USD", "0.01"),
        (Fraction(4999, 1000000), "USD", "0.00"),
        (Fraction(1, 2), "JPY", "1"),
        (Fraction(10**40 + 1, 3), "USD", "3333333333333333333333333333333333333333.67"),
    ],
)
def test_halves_go_up_however_many_digits_there_are(amount: Fraction, currency: str, shown: str) -> None:
    assert str(exactly(amount, currency)) == shown


def test_a_quantity_is_written_as_short_as_it_is() -> None:
    assert [str(counted(each)) for each in (Fraction(100), Fraction(1, 3), Fraction(5, 2))] == ["100", "0.33", "2.5"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 5_000), min_size=4, max_size=4),
    st.tuples(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500)),
    st.decimals(0, 10**6, places=2) | st.none(),
    st.randoms(use_true_random=False),
)
def test_every_plans_sums_are_those_of_its_lines(
    hours: list[int], decided_hours: tuple[int, int, int], annual: Decimal | None, random: Random
) -> None:
    planning = small_plan(replace(SHOP, annual_cost=annual), CRM, WIKI)
    allocations = [replace(e, hours=Decimal(h)) for e, h in zip(planning.plan.allocations, hours, strict=True)]
    ordered = [Decimal(each) for each in sorted(decided_hours)]
    accepted = [replace(each, effort=HoursRange(*ordered)) for each in DECISIONS]
    random.shuffle(allocations)
    random.shuffle(accepted)
    planning._planned(allocations=tuple(allocations))
    planning.portfolio = replace(planning.portfolio, accepted=tuple(accepted))

    planning.run("cost_estimation")

    cost, lines = planning.plan.cost, planning.plan.cost_lines
    assert cost is not None
    assert cost.subtotal == sum((line.amount for line in lines), Decimal(0))
    assert cost.low <= cost.total == cost.subtotal + cost.contingency <= cost.high
    assert all(line.amount == exactly(Fraction(line.quantity) * Fraction(line.unit_cost), "USD") for line in lines)
    assert all(line.low_amount == line.amount for line in lines if line.category is not CostCategory.LABOR)
    assert len({line.key for line in lines}) == len({line.id for line in lines}) == len(lines)
