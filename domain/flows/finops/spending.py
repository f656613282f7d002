"""What is spent when: on moving, by the days of waves; on running, before and after each cut-over."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from domain.application_cost import ApplicationCost
from domain.planning.exact import exactly
from domain.planning.plan import Plan, Wave

MONTHS = 12
MOST_MONTHS = 120

Months = Sequence[date]


def months_of(plan: Plan, as_of: date) -> Months:
    """From the first day of the first wave to a year after the last cut-over; a year from now where nothing moves."""
    waves = dated(plan)
    first = min((_start(wave) for wave in waves), default=as_of).replace(day=1)
    last = max((wave.cut_over_on for wave in waves if wave.cut_over_on), default=None)
    moving = 0 if last is None else 12 * (last.year - first.year) + last.month - first.month + 1
    months = [first]
    while len(months) < min(MOST_MONTHS, moving + MONTHS):
        months.append(_after(months[-1]))
    return months


def dated(plan: Plan) -> tuple[Wave, ...]:
    """The waves of which everybody knows when they are."""
    return tuple(wave for wave in plan.waves if wave.starts_on and wave.ends_on and wave.cut_over_on)


def migration(plan: Plan) -> Mapping[date, Fraction]:
    """Each line by the days of its wave, one that is of no wave by those of all; contingency along with them."""
    waves = dated(plan)
    spent: defaultdict[date, Fraction] = defaultdict(Fraction)
    if plan.cost is None or not waves:
        return spent
    whole = min(_start(wave) for wave in waves), max(_end(wave) for wave in waves)
    spans = {wave.id: (_start(wave), _end(wave)) for wave in waves}
    for line in plan.cost_lines:
        first, last = spans.get(line.wave_id or "", whole)
        _spread(spent, Fraction(line.amount), first, last)
    sums = sum(spent.values(), Fraction(0))
    factor = 1 + (Fraction(plan.cost.contingency) / sums if sums else 0)
    return {month: amount * factor for month, amount in spent.items()}


def running(costs: Sequence[ApplicationCost], plan: Plan, months: Months) -> Mapping[date, Fraction]:
    """A twelfth of a year's cost a month: today's up to the day of the cut-over, the target's from the day after."""
    cut_over = cut_overs(plan)
    spent: defaultdict[date, Fraction] = defaultdict(Fraction)
    for cost in costs:
        now, later = Fraction(cost.current_annual) / MONTHS, Fraction(cost.target_annual) / MONTHS
        for month in months:
            share = _before(month, cut_over.get(cost.application_id))
            spent[month] += now * share + later * (1 - share)
    return spent


def cut_overs(plan: Plan) -> Mapping[str, date]:
    """When each application changes over, of those of which it is known."""
    days = {wave.id: wave.cut_over_on for wave in dated(plan)}
    return {each.application_id: day for each in plan.placed if (day := days.get(each.wave_id))}


def in_units(exact: Mapping[date, Fraction], months: Months, currency: str) -> Mapping[date, Decimal]:
    """To the smallest unit, so that the months add up to the rounded whole."""
    rounded, so_far, told = {}, Fraction(0), Decimal(0)
    for month in months:
        so_far += exact.get(month, Fraction(0))
        upto = exactly(so_far, currency)
        rounded[month], told = upto - told, upto
    return rounded


def _start(wave: Wave) -> date:
    return wave.starts_on or date.max


def _end(wave: Wave) -> date:
    return wave.ends_on or date.min


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _spread(spent: defaultdict[date, Fraction], amount: Fraction, first: date, last: date) -> None:
    """Evenly over the calendar days from first to last, both counted."""
    days = (last - first).days + 1
    month = first.replace(day=1)
    while month <= last:
        following = _after(month)
        own = (min(last, following - timedelta(days=1)) - max(first, month)).days + 1
        spent[month] += amount * own / days
        month = following


def _before(month: date, cut_over: date | None) -> Fraction:
    """The share of that month's days up to the cut-over; all of them where there is none."""
    if cut_over is None:
        return Fraction(1)
    days = monthrange(month.year, month.month)[1]
    return Fraction(min(days, max(0, (cut_over - month).days + 1)), days)
