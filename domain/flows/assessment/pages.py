"""App on a page: each application's whole assessment on one page, from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.application import Component
from domain.debt import TechDebtItem
from domain.debt_severity import in_force, relieved_standards
from domain.decision import Decision, StrategyScore
from domain.definition import Outcome, PhaseCall
from domain.dependency import Dependency
from domain.flows.assessment.answers import refuse_unknown
from domain.flows.assessment.results import GeneratedPages, PagesAnswer
from domain.known import DatedChange
from domain.known_facts import as_text, fact_of, own_fact
from domain.page import AppOnPage, PageSection
from domain.readiness import applicable_facts, missing_facts
from domain.sixr.subject import Subject, subjects
from domain.sixr.verdict import named
from domain.standard import StandardException
from domain.tech_debt import live_dependencies

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one page is made of."""

    subject: Subject
    decision: Decision
    dependencies: tuple[Dependency, ...]
    exceptions: tuple[StandardException, ...]
    changes: tuple[DatedChange, ...]
    names: Mapping[str, str]
    call: PhaseCall


def generate_pages(call: PhaseCall) -> Outcome:
    """A page for each application that has a decision; sections that a person wrote stay as they are."""
    old = {page.application_id: page for page in call.portfolio.pages}
    pages = tuple(_page(sheet, old.get(sheet.decision.application_id)) for sheet in _sheets(call))
    ids = tuple(page.application_id for page in pages)
    gone = tuple(page for page in call.portfolio.pages if page.application_id not in ids)
    return Outcome(GeneratedPages(ids), saves=pages, removes=gone)


def propose_pages(call: PhaseCall) -> PagesAnswer:
    """All of them."""
    result: GeneratedPages = call.results[call.phase]
    return PagesAnswer(result.application_ids)


def approve_pages(call: PhaseCall) -> Outcome:
    """The pages that a person has read."""
    answer: PagesAnswer = call.input
    refuse_unknown(call, "approvedApplicationIds", answer.approved_application_ids)
    before: GeneratedPages = call.results[call.phase]
    return Outcome(replace(before, approved_application_ids=tuple(dict.fromkeys(answer.approved_application_ids))))


def _sheets(call: PhaseCall) -> list[Sheet]:
    portfolio = call.portfolio
    decisions = {each.application_id: each for each in portfolio.decisions}
    edges = tuple(live_dependencies(portfolio))
    names = {each.id: each.name for each in (*portfolio.applications, *portfolio.neighbours)}
    return [
        Sheet(
            subject=subject,
            decision=decisions[subject.application.id],
            dependencies=tuple(each for each in edges if subject.application.id in (each.from_id, each.to_id)),
            exceptions=tuple(each for each in portfolio.exceptions if each.application_id == subject.application.id),
            changes=tuple(each for each in portfolio.changes if each.change.application_id == subject.application.id),
            names=names,
            call=call,
        )
        for subject in subjects(portfolio, call.flow_id, call.as_of)
        if subject.application.id in decisions
    ]


def _page(sheet: Sheet, old: AppOnPage | None) -> AppOnPage:
    written = {section.key: section for section in old.sections if section.customized} if old else {}
    sections = [
        written.pop(key) if key in written else PageSection(key, title, body(sheet)) for key, title, body in _SECTIONS
    ]
    page = AppOnPage(
        id=old.id if old else sheet.call.new_id(),
        flow_id=sheet.call.flow_id,
        application_id=sheet.subject.application.id,
        headline=_headline(sheet),
        sections=(*sections, *written.values()),
        generated_at=sheet.call.now,
        customized=bool(old and old.customized),
        version=old.version + 1 if old else 1,
    )
    if old and replace(page, version=old.version, generated_at=old.generated_at) == old:
        return old
    return page


def _headline(sheet: Sheet) -> str:
    decision = sheet.decision
    option = named((decision.strategy, decision.depth))
    verdict = (
        "too close to call" if decision.too_close_to_call else f"confidence {decision.confidence * _PERCENT:.0f} %"
    )
    return f"{sheet.subject.application.name}: {option}, {verdict}, about {decision.effort.likely:f} hours"


def _overview(sheet: Sheet) -> Any:
    own = sheet.subject.application
    return {
        "name": own.name,
        "description": own.description,
        "criticality": own.criticality,
        "environment": own.environment,
        "department": own.department,
        "hosting": own.hosting,
        "users": own.user_count,
        "annualCost": None if own.annual_cost is None else str(own.annual_cost),
        "businessImpact": own.business_impact,
    }


def _ownership(sheet: Sheet) -> Any:
    own = sheet.subject.application
    return {"businessOwner": own.business_owner, "technicalOwner": own.technical_owner}


def _current_state(sheet: Sheet) -> Any:
    own = sheet.subject.application
    keys = ("server_count", "cpu_percent", "memory_percent", "data_volume_gb", "stability", "contract_end")
    facts = {key: as_text(value) for key in keys if (value := fact_of(own, key)) is not None}
    return {"technologies": [as_text(each) for each in own.technologies], "facts": facts}


def _integration(sheet: Sheet) -> Any:
    told = [fact_of(sheet.subject.application, "integration_kinds")]
    told += [own_fact(part, "integration_kinds") for part in sheet.subject.components]
    kinds = dict.fromkeys(kind for each in told for kind in each or ())
    protocols = sorted({each.protocol for each in sheet.dependencies if each.protocol})
    return {"kinds": list(kinds), "protocols": protocols}


def _components(sheet: Sheet) -> Any:
    return [
        {"name": part.name, "type": part.type, "technologies": [as_text(each) for each in part.technologies]}
        for part in sheet.subject.components
    ]


def _debt(sheet: Sheet) -> Any:
    relieved = relieved_standards(sheet.exceptions, sheet.subject.application.id, sheet.call.as_of)
    items = [_debt_item(item, excepted=item.standard_id in relieved) for item in sheet.subject.debt]
    return {"score": sheet.subject.debt_score, "items": items}


def _debt_item(item: TechDebtItem, *, excepted: bool) -> Any:
    return {
        "title": item.title,
        "severity": item.severity,
        "evidence": item.evidence,
        "remediationHours": str(item.remediation_hours),
        "underException": excepted,
    }


def _treatments(sheet: Sheet) -> Any:
    parts: Mapping[str, Component] = {part.id: part for part in sheet.subject.components}
    return [
        {
            "component": parts[each.component_id].name if each.component_id in parts else each.component_id,
            "strategy": named((each.strategy, each.depth)),
            "recommended": each.recommended,
            "decidedBy": each.source,
            "likelyHours": str(each.effort.likely),
            "why": each.rationale,
            "compatibilityIssues": list(each.compatibility_issues),
        }
        for each in sheet.decision.treatments
    ]


def _alternatives(sheet: Sheet) -> Any:
    return [_alternative(each) for each in sheet.decision.alternatives]


def _alternative(score: StrategyScore) -> Any:
    return {"strategy": named((score.strategy, score.depth)), "score": score.score, "source": score.source}


def _compliance(sheet: Sheet) -> Any:
    own = sheet.subject.application
    keys = ("regulated", "internet_facing", "tls", "central_authentication", "encryption_at_rest", "disaster_recovery")
    return {
        "facts": {key: as_text(value) for key in keys if (value := fact_of(own, key)) is not None},
        "exceptions": [_exception(sheet, each) for each in sheet.exceptions],
    }


def _exception(sheet: Sheet, exception: StandardException) -> Any:
    standards = {each.id: each.name for each in sheet.call.portfolio.standards}
    return {
        "kind": exception.kind,
        "standard": standards.get(exception.standard_id or ""),
        "requirement": exception.requirement,
        "status": exception.status,
        "inForce": in_force(exception, sheet.call.as_of),
        "rationale": exception.rationale,
        "expiresOn": _day(exception),
    }


def _day(exception: StandardException) -> str | None:
    return exception.expires_on.isoformat() if exception.expires_on else None


def _dependencies(sheet: Sheet) -> Any:
    own = sheet.subject.application.id
    return {
        "needs": [_end(sheet, each.to_id, each) for each in sheet.dependencies if each.from_id == own],
        "neededBy": [_end(sheet, each.from_id, each) for each in sheet.dependencies if each.to_id == own],
    }


def _end(sheet: Sheet, application_id: str, dependency: Dependency) -> Any:
    return {"name": sheet.names.get(application_id, application_id), "kind": dependency.kind}


def _move_group(sheet: Sheet) -> Any:
    return [
        {
            "group": hint.group,
            "reason": hint.reason,
            "strength": hint.strength,
            "applications": [sheet.names.get(each, each) for each in hint.application_ids],
        }
        for hint in sheet.decision.move_group_hints
    ]


def _risks(sheet: Sheet) -> Any:
    return [
        {"title": risk.title, "severity": risk.severity, "mitigation": risk.mitigation} for risk in sheet.decision.risks
    ]


def _readiness(sheet: Sheet) -> Any:
    own, decision = sheet.subject.application, sheet.decision
    return {
        "readiness": own.readiness,
        "migrationReadiness": own.migration_readiness,
        "accepted": decision.accepted,
        "gaps": list(own.readiness_gaps),
        "effortHours": {name: str(getattr(decision.effort, name)) for name in ("low", "likely", "high")},
        "cost": {"amount": str(decision.cost), "currency": sheet.call.currency},
    }


def _history(sheet: Sheet) -> Any:
    decision = sheet.decision
    return {
        "assessedOn": sheet.call.as_of.isoformat(),
        "decisionVersion": decision.version,
        "recommended": decision.recommended,
        "decidedBy": decision.source,
        "why": decision.rationale,
        "changes": [_change(each) for each in sheet.changes],
    }


def _change(dated: DatedChange) -> Any:
    change = dated.change
    return {
        "on": dated.at.date().isoformat(),
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "by": change.by,
        "reason": change.reason,
    }


def _unknown(sheet: Sheet) -> Any:
    own, parts = sheet.subject.application, sheet.subject.components
    missing = missing_facts(own, parts)
    share = len(missing) / len(applicable_facts(own, parts))
    return {"share": round(share, 4), "facts": list(missing)}


_SECTIONS: tuple[tuple[str, str, Callable[[Sheet], Any]], ...] = (
    ("overview", "Overview", _overview),
    ("ownership", "Ownership", _ownership),
    ("current_state", "Current state", _current_state),
    ("integration", "Integration", _integration),
    ("components", "Components", _components),
    ("tech_debt", "Technical debt", _debt),
    ("treatments", "Treatments, and why", _treatments),
    ("alternatives", "Alternatives", _alternatives),
    ("compliance", "Compliance and exceptions", _compliance),
    ("dependencies", "Dependencies", _dependencies),
    ("move_group", "Move group", _move_group),
    ("risks", "Risks and mitigations", _risks),
    ("readiness", "Readiness for planning", _readiness),
    ("history", "History of changes", _history),
    ("unknown_facts", "What is not known", _unknown),
)
