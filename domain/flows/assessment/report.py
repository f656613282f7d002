"""The report of an assessment, and what it hands to planning."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from domain.debt import Severity
from domain.debt_severity import in_force
from domain.decision import Decision, MoveGroupHint, Risk, Strategy
from domain.definition import PhaseCall
from domain.flows.assessment.results import Handoff, Report, StrategyApplications, TechDebtAnalysis

_MOST_RISKS = 5
_RANK = tuple(Severity)


def report(call: PhaseCall, decisions: Sequence[Decision]) -> Report:
    """The decisions in numbers."""
    ids = {each.application_id for each in decisions}
    analysis: TechDebtAnalysis = call.results["tech_debt_analysis"]
    strategies = [each.strategy for each in decisions]
    by_strategy = tuple(StrategyApplications(each, strategies.count(each)) for each in Strategy if each in strategies)
    hours = sum((each.effort.likely for each in decisions), Decimal(0))
    cost = sum((each.cost for each in decisions), Decimal(0))
    return Report(
        summary=_summary(call, by_strategy, hours, cost),
        applications=len(decisions),
        by_strategy=by_strategy,
        tech_debt_score=analysis.score,
        total_effort_hours=hours,
        total_cost=cost,
        top_risks=_top_risks(decisions),
        exceptions=sum(each.application_id in ids and in_force(each, call.as_of) for each in call.portfolio.exceptions),
        generated_at=call.now,
    )


def _summary(
    call: PhaseCall, by_strategy: Sequence[StrategyApplications], hours: Decimal, cost: Decimal
) -> str:  # fmt: skip
    count = sum(each.applications for each in by_strategy)
    if not count:
        return "No application is decided yet."
    parts = ", ".join(f"{each.applications} {each.strategy}" for each in by_strategy)
    who = "1 application" if count == 1 else f"{count} applications"
    return f"{who}: {parts}; about {hours:,.0f} person-hours, {cost:,f} {call.currency}."


def _top_risks(decisions: Sequence[Decision]) -> tuple[Risk, ...]:
    """The worst, and of those equally bad the most frequent; each once."""
    risks = [risk for each in decisions for risk in each.risks]
    titles = [risk.title for risk in risks]
    worst: dict[str, Risk] = {}
    for risk in sorted(risks, key=lambda risk: _RANK.index(risk.severity)):
        worst.setdefault(risk.title, risk)
    order = sorted(worst.values(), key=lambda risk: (_RANK.index(risk.severity), -titles.count(risk.title), risk.title))
    return tuple(order[:_MOST_RISKS])


def handoff(call: PhaseCall, decisions: Sequence[Decision]) -> Handoff:
    """Who moves and who does not, with the hints on groups among those who do."""
    staying = {Strategy.RETAIN, Strategy.RETIRE}
    moving = tuple(each.application_id for each in decisions if each.strategy not in staying)
    return Handoff(
        application_ids=moving,
        retained_ids=tuple(each.application_id for each in decisions if each.strategy is Strategy.RETAIN),
        decommission_ids=tuple(each.application_id for each in decisions if each.strategy is Strategy.RETIRE),
        move_groups=_groups(decisions, frozenset(moving)),
        exported_at=call.now,
    )


def _groups(decisions: Sequence[Decision], moving: frozenset[str]) -> tuple[MoveGroupHint, ...]:
    """Hints of the same name as one: two people may have put two applications into one group."""
    merged: dict[str, MoveGroupHint] = {}
    for hint in (hint for each in decisions for hint in each.move_group_hints):
        members = tuple(each for each in hint.application_ids if each in moving)
        known = merged.get(hint.group)
        ids = tuple(sorted({*members, *(known.application_ids if known else ())}))
        strength = max(hint.strength, known.strength if known else 0.0)
        merged[hint.group] = MoveGroupHint(hint.group, hint.reason, ids, strength)
    return tuple(hint for hint in merged.values() if len(hint.application_ids) > 1)
