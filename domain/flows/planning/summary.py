"""A plan in a few plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.definition import PhaseCall
from domain.planning.exact import plain
from domain.planning.plan import CostCategory, CostEstimate, Plan
from domain.planning.wording import counted


def summary(call: PhaseCall) -> str:
    """How much moves when, what it costs, when it pays back, and what is open."""
    return " ".join(_sentences(call, call.portfolio.plan))


def _sentences(call: PhaseCall, plan: Plan) -> Iterator[str]:
    yield _moves(len(call.portfolio.applications), plan)
    if plan.cost:
        yield _costs(call.currency, plan.cost, plan)
        yield _pays(call.currency, plan.cost)
    yield _open(plan)


def _moves(applications: int, plan: Plan) -> str:
    moving = len(plan.placed)
    if not moving:
        return f"None of the plan's {counted(applications, 'application')} is in a wave."
    waves = counted(len({each.wave_id for each in plan.placed}), "wave")
    who = counted(moving, "application") if moving == applications else f"{moving:,} of {applications:,} applications"
    verb = "moves" if moving == 1 else "move"
    if not plan.activities:
        return f"{who} {verb} in {waves}."
    first, last = min(e.starts_on for e in plan.activities), max(e.ends_on for e in plan.activities)
    days = counted((last - first).days + 1, "calendar day")
    return f"{who} {verb} in {waves}, from {first.isoformat()} to {last.isoformat()} ({days}, hypercare included)."


def _costs(currency: str, cost: CostEstimate, plan: Plan) -> str:
    labor = sum((line.amount for line in plan.cost_lines if line.category is CostCategory.LABOR), Decimal(0))
    return (
        f"The plan costs {cost.total:,f} {currency}: {labor:,f} for labour, {cost.subtotal - labor:,f} for everything "
        f"else and {cost.contingency:,f} ({plain(cost.contingency_percentage):f}%) for contingency. As the hours turn "
        f"out low or high, it is {cost.low:,f} to {cost.high:,f} {currency}."
    )


def _pays(currency: str, cost: CostEstimate) -> str:
    if cost.current_run_rate is None or cost.target_run_rate is None:
        return "Whether it pays back is not known, for want of run-rates."
    rates = (
        f"What moves runs for {cost.current_run_rate:,f} {currency} a year today and for {cost.target_run_rate:,f} "
        f"{currency} in the target, as far as both are known"
    )
    if cost.payback_months is None:
        return f"{rates}; lower run costs do not pay it back."
    return f"{rates}; that pays it back in {cost.payback_months:,.1f} months."


def _open(plan: Plan) -> str:
    gaps = len(plan.resource_plan.skill_gaps) if plan.resource_plan else 0
    broken = len(plan.wave_plan.violations) if plan.wave_plan else 0
    over = len({each.pool_id for each in plan.allocations if each.over_allocated})
    found = [(broken, "broken constraint"), (over, "over-booked pool"), (gaps, "skill gap")]
    told = [counted(count, noun) for count, noun in found if count]
    if not over and plan.timeline and not plan.timeline.resource_feasible:
        told.append("days on which a pool is over-booked")
    return (
        f"Still open: {', '.join(told)}." if told else "No constraint is broken, no pool over-booked, no skill missing."
    )
