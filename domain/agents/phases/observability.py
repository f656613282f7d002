"""Observability as agents see it: what applications promise, and what was found; they only suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.agents.applying import Applying, PhaseReview
from domain.agents.permission import FINDINGS, OBJECTIVES
from domain.agents.phases.plans import keeps_to_the_plan
from domain.agents.phases.suggesting import suggest_risks, suggest_texts
from domain.agents.proposals import FindingsProposed, ObjectivesProposed
from domain.agents.subjects import Subject, always, applications_of, keyed, saved
from domain.application import Application
from domain.definition import Outcome, PhaseCall
from domain.observability import OptimizationFinding, ServiceLevelObjective


def _promising(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each application with its objectives."""
    found: list[ServiceLevelObjective] = saved(outcome, ServiceLevelObjective)
    parts = {id: [part.type for part in call.portfolio.components if part.application_id == id] for id in _ids(call)}
    return keyed(_promises(call, found, parts))


def _ids(call: PhaseCall) -> tuple[str, ...]:
    return tuple(each.id for each in call.portfolio.applications)


def _promises(call: PhaseCall, found: list[ServiceLevelObjective], parts: Mapping[str, list[str]]) -> Iterator[Subject]:
    for key, application in applications_of(call):
        own = [each for each in found if each.application_id == application.id]
        facts = {
            **_facts(application),
            "components": parts[application.id],
            "objectives": [f"{each.indicator} {each.target:g}. {each.rationale}" for each in own],
        }
        yield _subject(key, application, facts, (0, key))


def _found(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each finding, and each application."""
    found: list[OptimizationFinding] = sorted(saved(outcome, OptimizationFinding), key=lambda each: each.number)
    names = {each.id: each.name for each in call.portfolio.applications}
    return keyed((*(_finding(each, names) for each in found), *_measured(call, found)))


def _finding(found: OptimizationFinding, names: Mapping[str, str]) -> Subject:
    facts = {
        "metric": found.metric,
        "observed": found.observed,
        "objective": found.objective,
        "severity": found.severity,
        "recommendation": found.recommendation,
    }
    name = f"{names.get(found.application_id, found.application_id)}: {found.metric}"
    refs = {"applicationId": found.application_id}
    return Subject(f"F{found.number}", "finding", name, found, always(facts), (0, found.number), refs)


def _measured(call: PhaseCall, found: list[OptimizationFinding]) -> Iterator[Subject]:
    for key, application in applications_of(call):
        own = [f"F{each.number}" for each in found if each.application_id == application.id]
        yield _subject(key, application, {**_facts(application), "findings": own}, (1, key))


def _facts(application: Application) -> dict[str, Any]:
    return {
        "criticality": application.criticality,
        "environment": application.environment,
        "department": application.department,
        "users": application.user_count,
    }


def _subject(key: str, application: Application, facts: Mapping[str, Any], rank: tuple[Any, ...]) -> Subject:
    refs = {"applicationId": application.id}
    return Subject(key, "application", application.name, application, always(facts), rank, refs)


def _advise_objectives(applying: Applying) -> None:
    suggest_texts(applying, "suggestions")


def _advise_findings(applying: Applying) -> None:
    for item in applying.of("hints"):
        if keeps_to_the_plan(applying, item, item.value.text, "the findings'"):
            applying.suggest(item, item.value.text)
    suggest_risks(applying)


REVIEWS = (
    PhaseReview(OBJECTIVES, ObjectivesProposed, _promising, _advise_objectives),
    PhaseReview(FINDINGS, FindingsProposed, _found, _advise_findings),
)
