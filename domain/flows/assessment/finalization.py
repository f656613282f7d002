"""The last phase: who can be handed to planning, the report on them, and the handoff itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application, Readiness
from domain.decision import Decision, Strategy
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.assessment.answers import refuse_unknown
from domain.flows.assessment.readiness import given_back, held_elsewhere, let_go, moved
from domain.flows.assessment.report import handoff, report
from domain.flows.assessment.results import Finalization, FinalizationAnswer, LeftOut
from domain.standard import ApprovalStatus

_NOT_MOVED = frozenset({Strategy.RETAIN, Strategy.RETIRE})
_TOO_LATE = frozenset({Readiness.MIGRATING, Readiness.MIGRATED, Readiness.RETIRED})


def prepare_finalization(call: PhaseCall) -> Outcome:
    """Who passes every gate, and for the others what keeps them."""
    return Outcome(_prepared(call), warnings=tuple(_warnings(call)))


def _prepared(call: PhaseCall) -> Finalization:
    gates = {each.id: tuple(_open_gates(call, each)) for each in call.portfolio.applications}
    passing = tuple(application_id for application_id, reasons in gates.items() if not reasons)
    left_out = tuple(LeftOut(application_id, reasons) for application_id, reasons in gates.items() if reasons)
    return Finalization(passing, left_out, report(call, _decisions(call, passing)))


def _warnings(call: PhaseCall) -> Iterator[Warning]:
    for application in call.portfolio.applications:
        for reason in _open_gates(call, application):
            yield Warning("LEFT_OUT", reason, details={"applicationId": application.id})
    names = {each.id: each.name for each in call.portfolio.applications}
    for decision in call.portfolio.decisions:
        if decision.changed_facts and decision.application_id in names:
            yield _stale(names[decision.application_id], decision)


def _stale(name: str, decision: Decision) -> Warning:
    """Nothing is decided anew unasked, and a decision may be right all the same: it is said, and not refused."""
    facts = ", ".join(decision.changed_facts)
    message = f"What the decision for {name} rests on has changed since: {facts}. Run the 6R phase again, or keep it."
    return Warning(
        "STALE_DECISION", message, details={"decisionId": decision.id, "facts": list(decision.changed_facts)}
    )


def _open_gates(call: PhaseCall, application: Application) -> Iterator[str]:
    decision = next((each for each in call.portfolio.decisions if each.application_id == application.id), None)
    if decision is None:
        yield f"{application.name} has no decision."
    elif decision.too_close_to_call:
        yield f"{application.name} is too close to call; override its decision, then accept it."
    elif not decision.accepted:
        yield f"The decision for {application.name} is not accepted."
    pending = [
        each
        for each in call.portfolio.exceptions
        if each.application_id == application.id and each.status is ApprovalStatus.PROPOSED
    ]
    if pending:
        yield f"{application.name} has {len(pending)} exception(s) that nobody has decided."
    if held_elsewhere(application, call):
        yield f"{application.name} is in another assessment that has not ended."
    if application.readiness in _TOO_LATE:
        yield f"{application.name} is {application.readiness}."


def propose_finalization(call: PhaseCall) -> FinalizationAnswer:
    """Everyone who passes."""
    return FinalizationAnswer(_prepared(call).application_ids)


def finalize(call: PhaseCall) -> Outcome:
    """Hand over whom the person names, or refuse naming each open gate; the others go back to what they were."""
    answer: FinalizationAnswer = call.input
    refuse_unknown(call, "applicationIds", answer.application_ids)
    wanted = tuple(dict.fromkeys(answer.application_ids))
    problems = tuple(_problems(call, wanted))
    if problems:
        raise Refused(problems)
    decisions = _decisions(call, wanted)
    result = replace(
        _prepared(call),
        application_ids=wanted,
        report=report(call, decisions),
        handoff=handoff(call, decisions),
    )
    return Outcome(result, saves=tuple(_changes(call, decisions)), warnings=tuple(_warnings(call)))


def _problems(call: PhaseCall, wanted: Sequence[str]) -> Iterator[Problem]:
    path = ("data", "applicationIds")
    applications = {each.id: each for each in call.portfolio.applications}
    if not wanted:
        yield Problem(ErrorCode.NOT_READY, "There is no application to finalize; accept a decision first.", path)
        for reason in (reason for each in applications.values() for reason in _open_gates(call, each)):
            yield Problem(ErrorCode.NOT_READY, reason, path)
    for index, application_id in enumerate(wanted):
        for reason in _open_gates(call, applications[application_id]):
            yield Problem(ErrorCode.NOT_READY, reason, (*path, str(index)))


def _decisions(call: PhaseCall, application_ids: Sequence[str]) -> tuple[Decision, ...]:
    found = {each.application_id: each for each in call.portfolio.decisions}
    return tuple(found[application_id] for application_id in application_ids)


def _changes(call: PhaseCall, decisions: Sequence[Decision]) -> Iterator[Any]:
    strategies = {each.application_id: each.strategy for each in decisions}
    for application in call.portfolio.applications:
        strategy = strategies.get(application.id)
        if strategy is None:
            yield from given_back(application, call)
            continue
        readiness = Readiness.RETAINED if strategy is Strategy.RETAIN else Readiness.READY_FOR_PLANNING
        if application.readiness is Readiness.PLANNED and strategy not in _NOT_MOVED:
            # It was decided anew without having been sent back: the plan in force tells that by being stale.
            continue
        if application.readiness is not readiness:
            # A plan in force rests on what was decided before: it holds the application again once it is adopted anew.
            yield from moved(replace(let_go(application), planned_by=None), readiness, call)
