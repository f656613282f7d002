"""Executions and decommissions as agents see them: runs, applications, steps and data sets; they only suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.agents.applying import Applying, PhaseReview
from domain.agents.permission import ARCHIVES, CANDIDATES, READINESS, RUNBOOK
from domain.agents.phases.suggesting import suggest_risks, suggest_texts
from domain.agents.proposals import ArchivesProposed, CandidatesProposed, ReadinessProposed, RunbookProposed
from domain.agents.subjects import Subject, always, applications_of, keyed, saved
from domain.application import Application
from domain.check import Check
from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.definition import Outcome, PhaseCall
from domain.runbook import RunbookStep

_RUN = "RUN"


def _facts(application: Application) -> dict[str, Any]:
    return {
        "criticality": application.criticality,
        "environment": application.environment,
        "department": application.department,
        "users": application.user_count,
    }


def _readiness(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The run with the checks of all that is done together, and each application with its own."""
    checks: list[Check] = saved(outcome, Check)
    told = [_check(each) for each in checks if each.application_id is None]
    run = Subject(_RUN, "run", "The run", None, always({"checks": told}), (0,), {"flowId": call.flow_id})
    return keyed((run, *_checked(call, checks)))


def _checked(call: PhaseCall, checks: list[Check]) -> Iterator[Subject]:
    for key, application in applications_of(call):
        own = [_check(each) for each in checks if each.application_id == application.id]
        facts = {**_facts(application), "checks": own}
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, application, always(facts), (1, key), refs)


def _check(check: Check) -> str:
    standing = {True: "passed", False: "not passed", None: "nobody has looked"}[check.passed]
    return f"{check.title}: {standing}. {check.because or ''}".strip()


def _runbook(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each application, and each step of the runbook in order."""
    steps: list[RunbookStep] = sorted(saved(outcome, RunbookStep), key=lambda each: each.number)
    return keyed((*_moved(call, steps), *_steps(steps)))


def _moved(call: PhaseCall, steps: list[RunbookStep]) -> Iterator[Subject]:
    for key, application in applications_of(call):
        own = [each for each in steps if each.application_id == application.id]
        minutes = sum(each.planned_minutes for each in own)
        facts = {**_facts(application), "steps": len(own), "plannedMinutes": minutes}
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, application, always(facts), (0, key), refs)


def _steps(steps: list[RunbookStep]) -> Iterator[Subject]:
    numbers = {each.id: each.number for each in steps}
    for each in steps:
        facts = {
            "kind": each.kind,
            "owner": each.owner,
            "plannedMinutes": each.planned_minutes,
            "after": [f"S{numbers[id]}" for id in each.depends_on if id in numbers],
            "rollback": each.rollback,
        }
        yield Subject(f"S{each.number}", "step", each.title, each, always(facts), (1, each.number), {"stepId": each.id})


def _candidates(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each candidate with what stands in its way."""
    found: dict[str, DecommissionCandidate] = {
        each.application_id: each for each in saved(outcome, DecommissionCandidate)
    }
    return keyed(_candidate(key, each, found.get(each.id)) for key, each in applications_of(call))


def _candidate(key: str, application: Application, found: DecommissionCandidate | None) -> Subject:
    blockers = [each.message for each in found.standing] if found else []
    facts = {**_facts(application), "why": found.reason if found else None, "blockers": blockers}
    refs = {"applicationId": application.id}
    return Subject(key, "application", application.name, application, always(facts), (0, key), refs)


def _archives(_call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each data set with how long it is kept."""
    found: list[ArchivePlan] = sorted(saved(outcome, ArchivePlan), key=lambda each: each.number)
    return keyed(_archive(each) for each in found)


def _archive(archive: ArchivePlan) -> Subject:
    facts = {
        "kind": archive.kind,
        "keptUntil": archive.retention_until.isoformat() if archive.retention_until else "its legal hold ends",
        "because": archive.basis,
        "destination": archive.destination,
    }
    refs = {"applicationId": archive.application_id}
    rank = (0, archive.number)
    return Subject(f"D{archive.number}", "data set", archive.data_set, archive, always(facts), rank, refs)


def _advise_runbook(applying: Applying) -> None:
    suggest_texts(applying, "hints")
    suggest_risks(applying)


def _advise_archives(applying: Applying) -> None:
    suggest_texts(applying, "suggestions")


REVIEWS = (
    PhaseReview(READINESS, ReadinessProposed, _readiness, suggest_risks),
    PhaseReview(RUNBOOK, RunbookProposed, _runbook, _advise_runbook),
    PhaseReview(CANDIDATES, CandidatesProposed, _candidates, suggest_risks),
    PhaseReview(ARCHIVES, ArchivesProposed, _archives, _advise_archives),
)
