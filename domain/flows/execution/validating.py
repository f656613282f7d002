"""post_migration: does it work at its new place, and who signs for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from domain.check import Check
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.execution.answers import PATH, confirmed
from domain.flows.execution.check_list import Finding, gone, kinds, of_application, open_checks, renewed
from domain.flows.execution.facts import MIGRATION, Moving, moving
from domain.flows.execution.migrating import Standing, going
from domain.flows.execution.opening import arrived, given_back
from domain.flows.execution.results import ConfirmedApplications, MigrationValidated
from domain.runbook import RunbookStep, StepStatus

SIGNED_OFF, WENT_BACK = "Signed off.", "It went back: it was not signed off."


def list_validations(call: PhaseCall) -> Outcome:
    """What is to be seen of each application that has arrived."""
    checks = validations(call)
    result = MigrationValidated(
        as_of=call.as_of,
        validations=len(checks),
        blocking=sum(check.blocking for check in checks),
        application_ids=_passing(call, checks),
    )
    return Outcome(result, saves=checks, removes=gone(call, checks), warnings=tuple(_warnings(checks)))


def validations(call: PhaseCall) -> tuple[Check, ...]:
    """The checks as they are now: steps may be taken back while people look."""
    return renewed(call, _checks(call))


def _checks(call: PhaseCall) -> Iterator[Check]:
    standing = Standing.of(call)
    for each in moving(call, call.results[MIGRATION].application_ids):
        for kind in kinds("validation", "application"):
            if kind.applies(each):
                finding = _runbook(standing, each) if kind.decided else Finding(None)
                yield of_application(call, kind, finding, each)


def _runbook(standing: Standing, each: Moving) -> Finding:
    steps = standing.own(each.application.id)
    waiting = [step for step in steps if not step.passed]
    if waiting:
        return Finding(False, f"{len(waiting)} of {len(steps)} steps are not done.")
    left = [step.title for step in steps if step.status is StepStatus.SKIPPED]
    taken = _taken(steps)
    said = f"{len(steps)} steps, {taken} of {sum(step.planned_minutes for step in steps)} planned minutes"
    return Finding(True, f"{said}; left out: {', '.join(left)}." if left else f"{said}.")


def _taken(steps: Sequence[RunbookStep]) -> int:
    """Minutes that the steps took together, as people reported them."""
    spans = [step.finished_at - step.started_at for step in steps if step.started_at and step.finished_at]
    return round(sum(span.total_seconds() for span in spans) / 60)


def _passing(call: PhaseCall, checks: Sequence[Check]) -> tuple[str, ...]:
    standing = Standing.of(call)
    ids = call.results[MIGRATION].application_ids
    return tuple(id for id in ids if standing.arrived(id) and not open_checks(checks, id))


def _warnings(checks: Sequence[Check]) -> Iterator[Warning]:
    for check in checks:
        if check.passed is False:
            details = {"checkId": check.id, "blocking": check.blocking, "applicationId": check.application_id}
            yield Warning("VALIDATION_FAILED", check.told, details=details)


def propose_sign_off(call: PhaseCall) -> ConfirmedApplications:
    """Everyone whose runbook is done and whose blocking validations are passed."""
    return ConfirmedApplications(_passing(call, validations(call)))


def sign_off(call: PhaseCall) -> Outcome:
    """Whom the person names is MIGRATED; the others must have been rolled back, and are again what they were."""
    checks, signed = validations(call), confirmed(call, call.results[MIGRATION].application_ids)
    problems = tuple(_problems(call, checks, signed))
    if problems:
        raise Refused(problems)
    before: MigrationValidated = call.results[call.phase]
    result = MigrationValidated(
        as_of=before.as_of,
        validations=len(checks),
        blocking=sum(check.blocking for check in checks),
        application_ids=signed,
        returned_application_ids=tuple(id for id in going(call) if id not in signed),
        signed_off_by=call.by,
    )
    warnings = (*_warnings(checks), *_left(call, signed))
    return Outcome(result, (*checks, *_moves(call, signed)), gone(call, checks), warnings)


def _problems(call: PhaseCall, checks: Sequence[Check], signed: Sequence[str]) -> Iterator[Problem]:
    standing = Standing.of(call)
    names = {each.id: each.name for each in call.portfolio.applications}
    for index, id in enumerate(signed):
        path = (*PATH, str(index))
        if not standing.arrived(id):
            message = f"{names.get(id, id)}: its runbook is not done; some of it was taken back."
            yield Problem(ErrorCode.NOT_READY, message, path)
        for check in open_checks(checks, id):
            yield Problem(ErrorCode.NOT_READY, check.told, path)
    for id in going(call):
        if id not in signed and not standing.returned(id):
            yield from _unfinished(names.get(id, id), checks, id)


def _unfinished(name: str, checks: Sequence[Check], id: str) -> Iterator[Problem]:
    """Who is not signed off is rolled back, or passes what keeps him from it."""
    message = f"{name} is at its new place and not signed off: pass its validations, or roll its runbook back."
    yield Problem(ErrorCode.NOT_READY, message, PATH)
    for check in open_checks(checks, id):
        yield Problem(ErrorCode.NOT_READY, check.told, PATH)


def _moves(call: PhaseCall, signed: Sequence[str]) -> Iterator[Any]:
    comment = call.input.comment
    for application in call.portfolio.applications:
        if application.id in signed:
            yield from arrived(application, call, comment or SIGNED_OFF)
        else:
            yield from given_back(application, call, comment or WENT_BACK)


def _left(call: PhaseCall, signed: Sequence[str]) -> Iterator[Warning]:
    for application in call.portfolio.applications:
        if application.id in going(call) and application.id not in signed:
            message = f"{application.name} went back: it is to be executed anew."
            yield Warning("WENT_BACK", message, details={"applicationId": application.id})
