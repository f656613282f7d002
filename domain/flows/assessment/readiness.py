"""Taking applications into an assessment, and giving them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domain.application import Application, ApplicationChange, Readiness
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.assessment.results import MOST_APPLICATIONS

ASSESSABLE = frozenset(
    {Readiness.READY_FOR_ASSESSMENT, Readiness.READY_FOR_PLANNING, Readiness.PLANNED, Readiness.RETAINED}
)
_PATH = ("configuration", "assessment", "applicationIds")


def open_assessment(call: PhaseCall) -> tuple[Any, ...]:
    """Take every application of the scope in, or refuse, naming each that cannot be."""
    problems = tuple(_problems(call))
    if problems:
        raise Refused(problems)
    return tuple(value for application in call.portfolio.applications for value in taken_in(application, call))


def close_assessment(call: PhaseCall) -> tuple[Any, ...]:
    """Give back what the assessment holds; what it has finalized stays as it is."""
    return tuple(value for application in call.portfolio.applications for value in given_back(application, call))


def taken_in(application: Application, call: PhaseCall) -> tuple[Application | ApplicationChange, ...]:
    """The application held by an assessment, knowing what it was; nothing where it is held already."""
    if application.readiness not in ASSESSABLE:
        return ()
    held = replace(application, readiness_before=application.readiness, held_by=call.flow_id)
    return moved(held, Readiness.IN_ASSESSMENT, call)


def given_back(application: Application, call: PhaseCall) -> tuple[Application | ApplicationChange, ...]:
    """The application as it was before; nothing where another assessment, or none, holds it."""
    if application.readiness is not Readiness.IN_ASSESSMENT or application.held_by != call.flow_id:
        return ()
    before = application.readiness_before or Readiness.READY_FOR_ASSESSMENT
    return moved(let_go(application), before, call)


def let_go(application: Application) -> Application:
    """The application, held by no assessment."""
    return replace(application, readiness_before=None, held_by=None)


def held_elsewhere(application: Application, call: PhaseCall) -> bool:
    """True when another assessment has it now."""
    return application.readiness is Readiness.IN_ASSESSMENT and application.held_by != call.flow_id


def moved(
    application: Application, readiness: Readiness, call: PhaseCall
) -> tuple[Application | ApplicationChange, ...]:
    """The application with that readiness, and the line of its history that says so."""
    change = ApplicationChange(
        id=call.new_id(),
        application_id=application.id,
        field="readiness",
        before=application.readiness,
        after=readiness,
        by=call.by,
        flow_id=call.flow_id,
    )
    return replace(application, readiness=readiness, version=application.version + 1), change


def _problems(call: PhaseCall) -> Iterator[Problem]:
    ids = call.configuration.application_ids
    if not 1 <= len(ids) <= MOST_APPLICATIONS:
        message = f"An assessment takes 1 to {MOST_APPLICATIONS} applications; these are {len(ids)}."
        yield Problem(ErrorCode.INVALID_INPUT, message, _PATH)
    found = {application.id: application for application in call.portfolio.applications}
    seen: set[str] = set()
    for index, application_id in enumerate(ids):
        path = (*_PATH, str(index))
        if application_id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", path)
        elif application_id not in found:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", path)
        elif found[application_id].readiness not in ASSESSABLE and found[application_id].held_by != call.flow_id:
            yield Problem(ErrorCode.NOT_READY, _refusal(found[application_id]), path)
        seen.add(application_id)


def _refusal(application: Application) -> str:
    name, readiness = application.name, application.readiness
    if readiness is Readiness.IN_ASSESSMENT:
        return f"{name} is in another assessment that has not ended."
    if readiness in (Readiness.DISCOVERED, Readiness.NOT_READY):
        gaps = " ".join(application.readiness_gaps)
        return f"{name} is not ready for assessment. {gaps}".rstrip()
    return f"{name} cannot be assessed: it is {readiness}."
