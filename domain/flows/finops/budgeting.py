"""The budget by month: what moving costs, what running costs before and after it, and what was spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.finops.amounts import TOO_LARGE, fits
from domain.flows.finops.budget_warnings import budget_warnings
from domain.flows.finops.results import BudgetAnswer, BudgetMonth, BudgetPlanned
from domain.flows.finops.spending import MOST_MONTHS, in_units, migration, months_of, running
from domain.planning.exact import exactly

BUDGET = "budget_planning"


def plan_budget(call: PhaseCall) -> Outcome:
    """A year from now; with a plan from its first day to a year after its last cut-over."""
    plan = call.portfolio.named_plan
    months = months_of(plan, call.as_of)
    moving = in_units(migration(plan), months, call.currency)
    run = in_units(running(call.portfolio.application_costs, plan, months), months, call.currency)
    told = {read_month(each.month): _exact(each.amount, call.currency) for each in call.configuration.actuals}
    actuals = {month: amount for month, amount in told.items() if month is not None}
    rows = [_month(month, moving[month], run[month], actuals.get(month)) for month in months]
    warnings = tuple(budget_warnings(call, months, moving, actuals))
    return Outcome(BudgetPlanned(_summed(rows), call.as_of), warnings=warnings)


def read_month(text: str) -> date | None:
    """The first day of a month that is written like 2026-03, or by any of its days; None where it is none."""
    try:
        return date.fromisoformat(text if len(text) > len("2026-03") else f"{text}-01").replace(day=1)
    except ValueError:
        return None


def propose_budget(call: PhaseCall) -> BudgetAnswer:
    """All months."""
    return BudgetAnswer(tuple(each.month for each in call.results[BUDGET].months))


def confirm_budget(call: PhaseCall) -> Outcome:
    """The months that a person stands by; Refused where the budget has no such month."""
    result: BudgetPlanned = call.results[BUDGET]
    known = {each.month for each in result.months}
    problems = [
        Problem(ErrorCode.INVALID_INPUT, f"The budget has no month {month:%Y-%m}.", ("data", "months", str(index)))
        for index, month in enumerate(call.input.months)
        if month not in known
    ]
    if problems:
        raise Refused(problems)
    return Outcome(replace(result, confirmed=tuple(sorted(set(call.input.months)))))


def rebudget(call: PhaseCall) -> Outcome:
    """Months as a person has them: totals and variances follow from what he gives."""
    given: BudgetPlanned = call.input
    problems = list(_problems(given.months))
    if problems:
        raise Refused(problems)
    rows = [_revised(each, call.currency) for each in given.months]
    kept = tuple(month for month in given.confirmed if month in {each.month for each in rows})
    return Outcome(BudgetPlanned(_summed(rows), call.results[BUDGET].as_of, kept))


def _problems(months: Sequence[BudgetMonth]) -> Iterator[Problem]:
    if not 1 <= len(months) <= MOST_MONTHS:
        yield Problem(ErrorCode.INVALID_INPUT, f"A budget has 1 to {MOST_MONTHS} months.", ("data", "months"))
    before: int | None = None
    for index, each in enumerate(months):
        at = ("data", "months", str(index))
        number = 12 * each.month.year + each.month.month
        if each.month.day != 1 or (before is not None and number != before + 1):
            message = "Months follow one another, each named by its first day."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "month"))
        if not (fits(each.migration) and fits(each.run)):
            yield Problem(ErrorCode.INVALID_INPUT, "An amount is 0 or more.", at)
        if each.actual is not None and not (each.actual.is_finite() and abs(each.actual) < TOO_LARGE):
            yield Problem(ErrorCode.INVALID_INPUT, "Give an amount.", (*at, "actual"))
        before = number


def _revised(month: BudgetMonth, currency: str) -> BudgetMonth:
    moving, run = (_exact(amount, currency) for amount in (month.migration, month.run))
    actual = None if month.actual is None else _exact(month.actual, currency)
    return _month(month.month, moving, run, actual)


def _exact(amount: Decimal, currency: str) -> Decimal:
    return exactly(Fraction(amount), currency)


def _month(month: date, migration: Decimal, run: Decimal, actual: Decimal | None) -> BudgetMonth:
    total = migration + run
    variance = None if actual is None else actual - total
    return BudgetMonth(month, migration, run, total, total, actual, variance)


def _summed(rows: Sequence[BudgetMonth]) -> tuple[BudgetMonth, ...]:
    cumulative, summed = Decimal(0), []
    for row in rows:
        cumulative += row.total
        summed.append(replace(row, cumulative=cumulative))
    return tuple(summed)
