"""Costs and budgets as agents see them: sums, applications and months; they only suggest, and set no number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from domain.agents.applying import Applying, PhaseReview
from domain.agents.permission import BUDGET, RUN_COSTS
from domain.agents.phases.plans import keeps_to_the_plan
from domain.agents.phases.suggesting import suggest_risks
from domain.agents.proposals import BudgetProposed, RunCostsProposed
from domain.agents.subjects import Subject, always, applications_of, keyed, saved
from domain.application import Application
from domain.application_cost import ApplicationCost
from domain.definition import Outcome, PhaseCall
from domain.flows.finops.results import BudgetMonth, BudgetPlanned, CostsAnalyzed

_ALL = "ALL"


def _run_costs(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The sums with all savings, and each application with its own."""
    result: CostsAnalyzed = outcome.result
    facts = {
        "applications": len(call.portfolio.applications),
        "currentAnnual": f"{result.current_annual:f} {call.currency}",
        "targetAnnual": f"{result.target_annual:f} {call.currency}",
        "savings": [f"{each.title}: {each.annual:f} a year. {each.because}" for each in result.savings],
        "warnings": [each.message for each in outcome.warnings],
    }
    whole = Subject(_ALL, "costs", "The costs", None, always(facts), (0,), {"flowId": call.flow_id})
    return keyed((whole, *_applications(call, outcome, result)))


def _applications(call: PhaseCall, outcome: Outcome, result: CostsAnalyzed) -> Iterator[Subject]:
    costs: dict[str, ApplicationCost] = {each.application_id: each for each in saved(outcome, ApplicationCost)}
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for saving in result.savings:
        for id in saving.application_ids:
            titles[id].append(saving.title)
    for key, application in applications_of(call):
        cost = costs.get(application.id)
        facts = {**_told(application), **_amounts(cost), "savings": titles[application.id]}
        rank = (1, cost.number if cost else 0, key)
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, application, always(facts), rank, refs)


def _told(application: Application) -> dict[str, Any]:
    return {
        "criticality": application.criticality,
        "environment": application.environment,
        "department": application.department,
        "users": application.user_count,
    }


def _amounts(cost: ApplicationCost | None) -> dict[str, Any]:
    if cost is None:
        return {}
    return {
        "currentAnnual": f"{cost.current_annual:f}",
        "targetAnnual": f"{cost.target_annual:f}",
        "assumptions": list(cost.assumptions),
    }


def _budget(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The whole of it, and each month."""
    result: BudgetPlanned = outcome.result
    facts = {
        "months": len(result.months),
        "total": f"{result.months[-1].cumulative:f} {call.currency}" if result.months else None,
        "warnings": [each.message for each in outcome.warnings],
    }
    whole = Subject(_ALL, "budget", "The budget", None, always(facts), (0,), {"flowId": call.flow_id})
    return keyed((whole, *(_month(number, each) for number, each in enumerate(result.months, 1))))


def _month(number: int, month: BudgetMonth) -> Subject:
    amounts = {name: getattr(month, name) for name in ("migration", "run", "total", "actual", "variance")}
    facts = {name: f"{amount:f}" for name, amount in amounts.items() if amount is not None}
    name = f"{month.month:%Y-%m}"
    return Subject(f"M{number}", "month", name, month, always(facts), (1, number), {"month": name})


def _advise_costs(applying: Applying) -> None:
    for part in ("assumptions", "suggestions"):
        for item in applying.of(part):
            if keeps_to_the_plan(applying, item, item.value.text, "the analysis's"):
                applying.suggest(item, item.value.text)


REVIEWS = (
    PhaseReview(RUN_COSTS, RunCostsProposed, _run_costs, _advise_costs),
    PhaseReview(BUDGET, BudgetProposed, _budget, suggest_risks),
)
