"""Starting a decommission: what may be switched off at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.application import Application, Readiness
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.decommission.configuration import DecommissionConfiguration
from domain.flows.decommission.facts import Known
from domain.given import LONGEST_NAME

MOST_APPLICATIONS = 500
MOST_YEARS = 100
_PATH = ("configuration", "decommission")
_BUSY = {
    Readiness.IN_ASSESSMENT: "is in an assessment that has not ended.",
    Readiness.MIGRATING: "is being migrated.",
    Readiness.RETIRED: "has been retired.",
}


def open_decommission(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong. Nothing changes until something is switched off."""
    problems = (*_applications(call), *_options(call.configuration))
    if problems:
        raise Refused(problems)
    return ()


def _applications(call: PhaseCall) -> Iterator[Problem]:
    ids, path = call.configuration.application_ids, (*_PATH, "applicationIds")
    if not 1 <= len(ids) <= MOST_APPLICATIONS:
        message = f"A decommission takes 1 to {MOST_APPLICATIONS} applications; these are {len(ids):,}."
        yield Problem(ErrorCode.INVALID_INPUT, message, path)
    known = Known(call)
    seen: set[str] = set()
    for index, id in enumerate(ids):
        at = (*path, str(index))
        application = known.applications.get(id)
        if id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", at)
        elif application is None:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", at)
        elif why := _kept(known, application):
            yield Problem(ErrorCode.NOT_READY, f"{application.name} {why}", at)
        seen.add(id)


def _kept(known: Known, application: Application) -> str | None:
    if why := _BUSY.get(application.readiness):
        return why
    if known.reason(application) is not None:
        return None
    if application.readiness is Readiness.MIGRATED:
        return "has moved, and its source is switched off already."
    return "stays: it has neither an accepted decision to RETIRE it, nor has it moved."


def _options(configuration: DecommissionConfiguration) -> Iterator[Problem]:
    options, path = configuration.options, (*_PATH, "options")
    if not 0 < len(options.archive_destination.strip()) <= LONGEST_NAME:
        message = f"The destination of archives has 1 to {LONGEST_NAME} characters."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*path, "archiveDestination"))
    for kind, years in options.retention_years.items():
        if not 0 <= years <= MOST_YEARS:
            message = f"Data are kept 0 to {MOST_YEARS} years."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*path, "retentionYears", kind))
