"""The budget by month: nothing is lost between months, and what moves is paid for when it moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decision import Strategy
from domain.definition import Outcome
from domain.errors import Refused
from domain.flows.finops.budgeting import BUDGET, confirm_budget, plan_budget, propose_budget, read_month, rebudget
from domain.flows.finops.configuration import Actual
from domain.flows.finops.results import BudgetAnswer, BudgetPlanned
from domain.planning.plan import Plan
from tests.unit.finops.calling import call, cost, decided
from tests.unit.finops.plans import planned

LEDGER = decided("Ledger", Strategy.REHOST)


def budget(*, plan: Plan | None = None, actuals: tuple[Actual, ...] = (), **more: str) -> Outcome:
    held = cost(LEDGER[0], more.get("current", "12000"), more.get("target", "6000"))
    named = {"planning_flow_id": "plan", "plan": plan} if plan else {}
    outcome = plan_budget(call(LEDGER, phase=BUDGET, costs=[held], actuals=actuals, **named))  # type: ignore[arg-type]
    assert isinstance(outcome.result, BudgetPlanned)
    return outcome


def test_without_a_plan_a_year_costs_what_it_does_today() -> None:
    outcome = budget()
    months = outcome.result.months

    assert (len(months), months[0].month, months[-1].month) == (12, date(2026, 11, 1), date(2027, 10, 1))
    assert {each.total for each in months} == {Decimal("1000.00")}
    assert months[-1].cumulative == Decimal("12000.00")
    assert [each.code for each in outcome.warnings] == ["NO_PLAN"]


def test_a_wave_is_paid_over_its_days_and_what_it_moves_costs_less_from_the_day_after_the_cut_over() -> None:
    """From 16 January to 14 February 2027 are 30 days, 16 of them in January; the cut-over is on 31 January."""
    plan = planned(
        LEDGER[0], date(2027, 1, 16), date(2027, 2, 14), cut_over=date(2027, 1, 31), line="3000", contingency="300"
    )
    months = {each.month: each for each in budget(plan=plan).result.months}

    assert (months[date(2027, 1, 1)].migration, months[date(2027, 2, 1)].migration) == (
        Decimal("1760.00"),
        Decimal("1540.00"),
    )
    assert (months[date(2027, 1, 1)].run, months[date(2027, 2, 1)].run) == (Decimal("1000.00"), Decimal("500.00"))
    assert min(months) == date(2027, 1, 1)
    assert max(months) == date(2028, 1, 1)
    assert sum(each.migration for each in months.values()) == Decimal("3300.00")


def test_a_cut_over_within_a_month_shares_its_days() -> None:
    plan = planned(LEDGER[0], date(2027, 2, 1), date(2027, 2, 28), cut_over=date(2027, 2, 7))
    months = budget(plan=plan).result.months

    assert months[0].run == Decimal("625.00")


def test_what_was_spent_beyond_the_budget_is_told() -> None:
    outcome = budget(actuals=(Actual("2026-11", Decimal("1100.50")), Actual("2020-01", Decimal(1))))
    first, second = outcome.result.months[:2]

    assert (first.actual, first.variance) == (Decimal("1100.50"), Decimal("100.50"))
    assert (second.actual, second.variance) == (None, None)
    assert outcome.warnings[-1].message == "Spent in months that the budget does not have: 2020-01."


def told(outcome: Outcome) -> dict[str, str]:
    return {each.code: each.message for each in outcome.warnings}


def test_what_a_plan_spends_beyond_the_last_month_is_told() -> None:
    """The budget has 120 months of a wave that takes 140 of them."""
    start, end = date(2027, 1, 1), date(2038, 8, 31)
    outcome = budget(plan=planned(LEDGER[0], start, end, cut_over=end, line="426100"))
    months = outcome.result.months
    budgeted = sum(each.migration for each in months)

    assert (len(months), budgeted) == (120, Decimal("365300.00"))
    assert told(outcome) == {
        "MONEY_OUTSIDE": "60800.00 USD of what the plan costs fall in none of these 120 months."
    }  # 4261 days of 100, of which 3653 are in ten years.


def test_what_the_plan_does_not_speak_of_is_told() -> None:
    other = decided("Other", Strategy.RETIRE)
    plan = planned(other[0], date(2027, 1, 1), date(2027, 1, 31), cut_over=date(2027, 1, 31))

    assert told(budget(plan=plan)) == {
        "NOT_IN_PLAN": "The plan does not say when Ledger change: budgeted at what they cost today.",
        "PLAN_WIDER": "The plan moves 1 more applications: moving is budgeted for all, running without them.",
    }
    assert list(told(budget(plan=replace(plan, waves=(), placed=())))) == ["PLAN_GONE"]
    undated = replace(plan, waves=tuple(replace(each, cut_over_on=None) for each in plan.waves))
    assert list(told(budget(plan=undated))) == ["NO_DATES", "NOT_IN_PLAN"]


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2), st.integers(0, 400), st.integers(1, 500))
def test_the_months_add_up_to_the_whole_whatever_it_is(
    line: Decimal, contingency: Decimal, after: int, days: int
) -> None:
    start = date.fromordinal(date(2027, 1, 1).toordinal() + after)
    end = date.fromordinal(start.toordinal() + days - 1)
    spent = line and contingency
    plan = planned(LEDGER[0], start, end, cut_over=end, line=str(line), contingency=str(spent))
    months = budget(plan=plan).result.months

    assert sum(each.migration for each in months) == line + spent
    assert months[-1].cumulative == sum(each.total for each in months)
    assert min(min(each.migration, each.run) for each in months) >= 0


def test_months_are_confirmed_that_are_there() -> None:
    results = {BUDGET: budget().result}
    proposed = propose_budget(call(LEDGER, phase=BUDGET, results=results))
    assert len(proposed.months) == 12

    answered = confirm_budget(call(LEDGER, phase=BUDGET, results=results, given=BudgetAnswer(proposed.months[:2])))
    assert answered.result.confirmed == (date(2026, 11, 1), date(2026, 12, 1))
    with pytest.raises(Refused, match="no month 1999-01"):
        confirm_budget(call(LEDGER, phase=BUDGET, results=results, given=BudgetAnswer((date(1999, 1, 1),))))


def test_a_person_sets_months_and_the_sums_follow() -> None:
    result: BudgetPlanned = budget().result
    first = replace(result.months[0], migration=Decimal(50), total=Decimal(0), actual=Decimal(1000))
    wanted = replace(result, months=(first, *result.months[1:]), as_of=date(1999, 1, 1))
    changed = rebudget(call(LEDGER, phase=BUDGET, results={BUDGET: result}, given=wanted)).result

    assert (changed.months[0].total, changed.months[0].variance) == (Decimal("1050.00"), Decimal("-50.00"))
    assert changed.months[-1].cumulative == Decimal("12050.00")
    assert changed.as_of == result.as_of
    for broken in (
        (replace(first, run=Decimal(-1)),),
        (replace(first, run=Decimal("NaN")),),
        (replace(first, actual=Decimal("1E+99")),),
        (replace(first, month=date(2026, 11, 2)),),
        (replace(first, month=date(9999, 12, 1)), first),
        (),
    ):
        with pytest.raises(Refused):
            rebudget(call(LEDGER, phase=BUDGET, results={BUDGET: result}, given=replace(result, months=broken)))


@pytest.mark.parametrize(
    ("text", "month"), [("2026-03", date(2026, 3, 1)), ("2026-03-17", date(2026, 3, 1)), ("March", None), ("", None)]
)
def test_months_are_read_as_people_write_them(text: str, month: date | None) -> None:
    assert read_month(text) == month
