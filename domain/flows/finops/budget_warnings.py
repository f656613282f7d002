"""What a person should know of a budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.definition import PhaseCall, Warning
from domain.flows.finops.spending import Months, cut_overs, dated

_SHOWN, _LISTED = 3, 100


def budget_warnings(
    call: PhaseCall, months: Months, migration: Mapping[date, Decimal], actuals: Mapping[date, Decimal]
) -> Iterator[Warning]:
    """Of the plan, of what falls out of the months, and of what the plan does not speak of."""
    plan = call.portfolio.named_plan
    if call.configuration.planning_flow_id is None:
        yield Warning("NO_PLAN", "There is no plan: nothing moves, and everything costs each month what it does today.")
    elif not plan.waves:
        yield Warning("PLAN_GONE", "The plan has no waves any more: nothing moves, and everything costs what it does.")
    else:
        yield from _of_the_plan(call, months, sum(migration.values(), Decimal(0)))
    if outside := sorted(f"{month:%Y-%m}" for month in actuals if month not in months):
        message = f"Spent in months that the budget does not have: {', '.join(outside)}."
        yield Warning("ACTUALS_OUTSIDE", message, details={"months": outside})


def _of_the_plan(call: PhaseCall, months: Months, budgeted: Decimal) -> Iterator[Warning]:
    plan = call.portfolio.named_plan
    if plan.cost is None:
        yield Warning("NO_COSTS", "The plan has no costs yet: moving is budgeted at nothing.")
    elif (left_out := plan.cost.total - budgeted) > 0:
        message = f"{left_out:f} {call.currency} of what the plan costs fall in none of these {len(months)} months."
        yield Warning("MONEY_OUTSIDE", message, details={"amount": f"{left_out:f}"})
    if undated := [wave.name for wave in plan.waves if wave not in dated(plan)]:
        message = f"Without dates, and so without a month: {', '.join(undated)}."
        yield Warning("NO_DATES", message, details={"waves": undated})
    yield from _of_applications(call)


def _of_applications(call: PhaseCall) -> Iterator[Warning]:
    names = {each.id: each.name for each in call.portfolio.applications}
    changing = cut_overs(call.portfolio.named_plan)
    staying = sorted(
        names.get(each.application_id, each.application_id)
        for each in call.portfolio.application_costs
        if each.application_id not in changing and each.current_annual != each.target_annual
    )
    if staying:
        message = f"The plan does not say when {_some(staying)} change: budgeted at what they cost today."
        yield Warning("NOT_IN_PLAN", message, details={"applications": staying[:_LISTED]})
    beyond = len(changing.keys() - set(call.configuration.application_ids))
    if beyond:
        message = f"The plan moves {beyond:,} more applications: moving is budgeted for all, running without them."
        yield Warning("PLAN_WIDER", message)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"
