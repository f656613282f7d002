"""The full look at technical debt, measured by the standards that were confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from domain.debt import Severity, TechDebtItem
from domain.definition import Outcome, PhaseCall
from domain.flows.assessment.answers import refuse_unknown
from domain.flows.assessment.results import (
    ApplicationDebt,
    ArchitectureMinimums,
    SeverityItems,
    TechDebtAnalysis,
    TechDebtAnswer,
)
from domain.tech_debt import full_look, mean_score, relieved_standards, replaced, score


def analyse_debt(call: PhaseCall) -> Outcome:
    """Every finding with its evidence; what persons wrote or dismissed stays."""
    minimums: ArchitectureMinimums = call.results["architecture_minimums"]
    standards = [each for each in call.portfolio.standards if each.id in minimums.standard_ids]
    items = full_look(call, standards)
    gone = replaced(call, items)
    return Outcome(sum_debt(call, (*items, *_written(call, items))), saves=items, removes=gone)


def _written(call: PhaseCall, items: Sequence[TechDebtItem]) -> tuple[TechDebtItem, ...]:
    """What stands beside the rules' items: what a person wrote in this flow."""
    gone = {item.id for item in replaced(call, items)} | {item.id for item in items}
    return tuple(item for item in call.portfolio.debt if item.flow_id == call.flow_id and item.id not in gone)


def sum_debt(call: PhaseCall, items: Sequence[TechDebtItem]) -> TechDebtAnalysis:
    """The debt of each application, dismissed items left out."""
    by_application: defaultdict[str, list[TechDebtItem]] = defaultdict(list)
    for item in items:
        if not item.dismissed:
            by_application[item.application_id].append(item)
    sums = []
    for application in call.portfolio.applications:
        relieved = relieved_standards(call.portfolio.exceptions, application.id, call.as_of)
        sums.append(
            _sum(application.id, by_application[application.id], score(by_application[application.id], relieved))
        )
    return TechDebtAnalysis(call.as_of, mean_score([each.score for each in sums]), tuple(sums))


def _sum(application_id: str, items: Sequence[TechDebtItem], value: float) -> ApplicationDebt:
    severities = [item.severity for item in items]
    return ApplicationDebt(
        application_id=application_id,
        score=value,
        items=len(items),
        by_severity=tuple(SeverityItems(each, severities.count(each)) for each in Severity if each in severities),
        remediation_hours=sum((item.remediation_hours for item in items), Decimal(0)),
    )


def propose_debt(call: PhaseCall) -> TechDebtAnswer:
    """All applications."""
    analysis: TechDebtAnalysis = call.results[call.phase]
    return TechDebtAnswer(tuple(each.application_id for each in analysis.applications))


def confirm_debt(call: PhaseCall) -> Outcome:
    """The person has looked; what he edited before counts."""
    answer: TechDebtAnswer = call.input
    refuse_unknown(call, "confirmedApplicationIds", answer.confirmed_application_ids)
    own = [item for item in call.portfolio.debt if item.flow_id == call.flow_id]
    before: TechDebtAnalysis = call.results[call.phase]
    confirmed = tuple(dict.fromkeys(answer.confirmed_application_ids))
    summed = sum_debt(replace(call, as_of=before.as_of), own)
    return Outcome(replace(summed, confirmed_application_ids=confirmed))
