"""pre_migration: is everything ready, and who goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from domain.check import Check
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.execution.answers import PATH, confirmed
from domain.flows.execution.check_list import (
    Finding,
    gone,
    kinds,
    of_application,
    of_run,
    open_checks,
    renewed,
)
from domain.flows.execution.facts import moving
from domain.flows.execution.opening import given_back, taken_along
from domain.flows.execution.readiness_facts import OF_APPLICATION, OF_RUN, Known
from domain.flows.execution.results import ConfirmedApplications, ReadinessChecked

_UNDECIDED = Finding(None)
NO_ONE = "No application passes its checks; record them, or mend what they name."


def check_readiness(call: PhaseCall) -> Outcome:
    """Every check with what the facts say; people's words of earlier runs stay where the facts are the same."""
    checks = readiness_checks(call)
    result = _result(call, checks)
    return Outcome(result, saves=checks, removes=gone(call, checks), warnings=tuple(_warnings(checks)))


def readiness_checks(call: PhaseCall) -> tuple[Check, ...]:
    """The checks as they are now: what the facts say is never older than the answer that rests on it."""
    return renewed(call, _checks(call))


def _checks(call: PhaseCall) -> Iterator[Check]:
    known = Known(call)
    for kind in kinds("readiness", "run"):
        yield of_run(call, kind, OF_RUN[kind.key](known) if kind.decided else _UNDECIDED)
    for each in moving(call):
        for kind in kinds("readiness", "application"):
            if kind.applies(each):
                finding = OF_APPLICATION[kind.key](known, each) if kind.decided else _UNDECIDED
                yield of_application(call, kind, finding, each)


def _result(call: PhaseCall, checks: Sequence[Check]) -> ReadinessChecked:
    return ReadinessChecked(
        as_of=call.as_of,
        checks=len(checks),
        blocking=sum(check.blocking for check in checks),
        application_ids=_passing(call, checks),
    )


def _passing(call: PhaseCall, checks: Sequence[Check]) -> tuple[str, ...]:
    """Nobody goes while a check of the whole run is open."""
    if open_checks(checks):
        return ()
    ids = (each.application.id for each in moving(call))
    return tuple(id for id in ids if not open_checks(checks, id))


def _warnings(checks: Sequence[Check]) -> Iterator[Warning]:
    for check in checks:
        if check.found is False:
            details = {"checkId": check.id, "blocking": check.blocking}
            if check.application_id:
                details["applicationId"] = check.application_id
            yield Warning("CHECK_WAIVED" if check.waived else "CHECK_FAILED", check.told, details=details)


def propose_going(call: PhaseCall) -> ConfirmedApplications:
    """Everyone whose blocking checks are passed."""
    return ConfirmedApplications(_passing(call, readiness_checks(call)))


def let_go(call: PhaseCall) -> Outcome:
    """Whom the person names is MIGRATING from now on; NOT_READY names each check that is open."""
    checks = readiness_checks(call)
    going = confirmed(call, call.configuration.application_ids)
    problems = tuple(_problems(checks, going))
    if problems:
        raise Refused(problems)
    result = ReadinessChecked(call.as_of, len(checks), sum(c.blocking for c in checks), going, going=True)
    warnings = (*_warnings(checks), *_left(call, going))
    return Outcome(result, (*checks, *_moves(call, going)), gone(call, checks), warnings)


def _problems(checks: Sequence[Check], going: Sequence[str]) -> Iterator[Problem]:
    for check in open_checks(checks):
        yield Problem(ErrorCode.NOT_READY, check.told, PATH)
    if not going:
        yield Problem(ErrorCode.NOT_READY, NO_ONE, PATH)
        for check in checks:
            if check.open and check.application_id is not None:
                yield Problem(ErrorCode.NOT_READY, check.told, PATH)
    for index, id in enumerate(going):
        for check in open_checks(checks, id):
            yield Problem(ErrorCode.NOT_READY, check.told, (*PATH, str(index)))


def _moves(call: PhaseCall, going: Sequence[str]) -> Iterator[Any]:
    for application in call.portfolio.applications:
        if application.id in going:
            yield from taken_along(application, call)
        else:
            yield from given_back(application, call, "It does not go with the others.")


def _left(call: PhaseCall, going: Sequence[str]) -> Iterator[Warning]:
    for application in call.portfolio.applications:
        if application.id not in going:
            message = f"{application.name} does not go with the others."
            yield Warning("LEFT_OUT", message, details={"applicationId": application.id})
