"""The budget by month: what moving costs, what running costs before and after it, and what was spent."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.finops.results import BudgetAnswer, BudgetMonth, BudgetPlanned
from domain.planning.exact import exactly
from domain.planning.plan import Plan, Wave

BUDGET = "budget_planning"
MONTHS = 12
MOST_MONTHS = 120

Months = Sequence[date]


def plan_budget(call: PhaseCall) -> Outcome:
    """A year from now; with a plan from its first day to a year after its last cut-over."""
    plan = call.portfolio.named_plan
    months = _months(plan, call.as_of)
    migration = _rounded(_migration(plan, months), months, call.currency)
    run = _rounded(_run(call, plan, months), months, call.currency)
    actuals = {read_month(each.month): each.amount for each in call.configuration.actuals}
    rows = [_month(month, migration[month], run[month], actuals.get(month)) for month in months]
    outside = sorted(f"{month:%Y-%m}" for month in actuals if month and month not in months)
    return Outcome(BudgetPlanned(_summed(rows), call.as_of), warnings=tuple(_warnings(call, plan, outside)))


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
    problems = []
    before = None
    for index, each in enumerate(given.months):
        at = ("data", "months", str(index))
        if each.month.day != 1 or (before is not None and each.month != _after(before)):
            message = "Months follow one another, each named by its first day."
            problems.append(Problem(ErrorCode.INVALID_INPUT, message, (*at, "month")))
        if min(each.migration, each.run) < 0:
            problems.append(Problem(ErrorCode.INVALID_INPUT, "An amount is 0 or more.", at))
        before = each.month
    if problems:
        raise Refused(problems)
    rows = [_month(each.month, each.migration, each.run, each.actual) for each in given.months]
    kept = tuple(month for month in given.confirmed if month in {each.month for each in rows})
    return Outcome(replace(given, months=_summed(rows), confirmed=kept))


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


def _months(plan: Plan, as_of: date) -> Months:
    dated = _dated(plan)
    first = min((_start(wave) for wave in dated), default=as_of).replace(day=1)
    last = max((wave.cut_over_on for wave in dated if wave.cut_over_on), default=None)
    moving = 0 if last is None else 12 * (last.year - first.year) + last.month - first.month + 1
    months = [first]
    while len(months) < min(MOST_MONTHS, moving + MONTHS):
        months.append(_after(months[-1]))
    return months


def _dated(plan: Plan) -> tuple[Wave, ...]:
    return tuple(wave for wave in plan.waves if wave.starts_on and wave.ends_on and wave.cut_over_on)


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _migration(plan: Plan, months: Months) -> Mapping[date, Fraction]:
    """Each line by the days of its wave, one that is of no wave by those of all; contingency along with them."""
    dated = _dated(plan)
    spent: defaultdict[date, Fraction] = defaultdict(Fraction)
    if plan.cost is None or not dated:
        return spent
    whole = min(_start(wave) for wave in dated), max(_end(wave) for wave in dated)
    spans = {wave.id: (_start(wave), _end(wave)) for wave in dated}
    for line in plan.cost_lines:
        first, last = spans.get(line.wave_id or "", whole)
        _spread(spent, Fraction(line.amount), first, last)
    sums = sum(spent.values(), Fraction(0))
    factor = 1 + (Fraction(plan.cost.contingency) / sums if sums else 0)
    return {month: spent[month] * factor for month in months}


def _start(wave: Wave) -> date:
    return wave.starts_on or date.max


def _end(wave: Wave) -> date:
    return wave.ends_on or date.min


def _spread(spent: defaultdict[date, Fraction], amount: Fraction, first: date, last: date) -> None:
    """Evenly over the calendar days from first to last, both counted."""
    days = (last - first).days + 1
    month = first.replace(day=1)
    while month <= last:
        following = _after(month)
        own = (min(last, following - timedelta(days=1)) - max(first, month)).days + 1
        spent[month] += amount * own / days
        month = following


def _run(call: PhaseCall, plan: Plan, months: Months) -> Mapping[date, Fraction]:
    """A twelfth of a year's cost a month: today's up to the day of the cut-over, the target's from the day after."""
    waves = {wave.id: wave for wave in _dated(plan)}
    cut_over = {each.application_id: waves[each.wave_id].cut_over_on for each in plan.placed if each.wave_id in waves}
    spent: defaultdict[date, Fraction] = defaultdict(Fraction)
    for cost in call.portfolio.application_costs:
        now, later = Fraction(cost.current_annual) / MONTHS, Fraction(cost.target_annual) / MONTHS
        for month in months:
            share = _before(month, cut_over.get(cost.application_id))
            spent[month] += now * share + later * (1 - share)
    return spent


def _before(month: date, cut_over: date | None) -> Fraction:
    """The share of that month's days up to the cut-over; all of them where there is none."""
    if cut_over is None:
        return Fraction(1)
    days = monthrange(month.year, month.month)[1]
    return Fraction(min(days, max(0, (cut_over - month).days + 1)), days)


def _rounded(exact: Mapping[date, Fraction], months: Months, currency: str) -> Mapping[date, Decimal]:
    """To the smallest unit, so that the months add up to the rounded whole."""
    rounded, so_far, told = {}, Fraction(0), Decimal(0)
    for month in months:
        so_far += exact.get(month, Fraction(0))
        upto = exactly(so_far, currency)
        rounded[month], told = upto - told, upto
    return rounded


def _warnings(call: PhaseCall, plan: Plan, outside: Sequence[str]) -> Iterator[Warning]:
    if call.configuration.planning_flow_id is None:
        yield Warning("NO_PLAN", "There is no plan: nothing moves, and everything costs each month what it does today.")
    elif plan.cost is None:
        yield Warning("NO_COSTS", "The plan has no costs yet: moving is budgeted at nothing.")
    undated = [wave.name for wave in plan.waves if wave not in _dated(plan)]
    if undated:
        message = f"Without dates, and so without a month: {', '.join(undated)}."
        yield Warning("NO_DATES", message, details={"waves": undated})
    if outside:
        message = f"Spent in months that the budget does not have: {', '.join(outside)}."
        yield Warning("ACTUALS_OUTSIDE", message, details={"months": list(outside)})
