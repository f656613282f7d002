"""Starting an execution: what may move; and what ending one gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domain.application import Application, ApplicationChange, Readiness
from domain.decision import Decision, Strategy
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.execution.scope import PATH

MOST_APPLICATIONS = 200
MOVABLE = frozenset({Readiness.READY_FOR_PLANNING, Readiness.PLANNED})
_STAYS = {
    Strategy.RETIRE: "is to be retired: it is decommissioned, not moved.",
    Strategy.RETAIN: "stays where it is: its decision is RETAIN.",
}
_UNREADY = {
    Readiness.IN_ASSESSMENT: "is in an assessment that has not ended.",
    Readiness.MIGRATING: "is being migrated by another execution.",
    Readiness.MIGRATED: "has been migrated.",
    Readiness.RETIRED: "has been retired.",
    Readiness.RETAINED: "stays where it is: its decision is RETAIN.",
}


def open_execution(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong. Nothing changes yet: applications are MIGRATING once they go."""
    problems = tuple(_problems(call))
    if problems:
        raise Refused(problems)
    return ()


def _problems(call: PhaseCall) -> Iterator[Problem]:
    ids = call.configuration.application_ids
    by_wave = call.configuration.wave_id is not None
    path = (*PATH, "waveId" if by_wave else "applicationIds")
    if not 1 <= len(ids) <= MOST_APPLICATIONS:
        message = f"An execution takes 1 to {MOST_APPLICATIONS} applications; these are {len(ids):,}."
        yield Problem(ErrorCode.INVALID_INPUT, message, path)
    found = {each.id: each for each in call.portfolio.applications}
    decisions = {each.application_id: each for each in call.portfolio.accepted}
    seen: set[str] = set()
    for index, id in enumerate(ids):
        at = path if by_wave else (*path, str(index))
        if id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", at)
        elif id not in found:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", at)
        elif why := unmovable(found[id], decisions.get(id), call.flow_id):
            yield Problem(ErrorCode.NOT_READY, f"{found[id].name} {why}", at)
        seen.add(id)


def unmovable(application: Application, decision: Decision | None, flow_id: str) -> str | None:
    """Why it cannot move now, to be read after its name; None where it can, or this flow moves or has moved it."""
    mine = application.held_by == flow_id and application.readiness in (Readiness.MIGRATING, Readiness.MIGRATED)
    if not mine and application.readiness not in MOVABLE:
        return _UNREADY.get(application.readiness, "has not been assessed.")
    if decision is None:
        return "has no accepted decision: accept one in an assessment, or set its readiness with one."
    return _STAYS.get(decision.strategy)


def close_execution(call: PhaseCall) -> tuple[Any, ...]:
    """Give back what is on its way; what has arrived stays where it is."""
    return tuple(value for each in call.portfolio.applications for value in given_back(each, call, "Given up."))


def taken_along(application: Application, call: PhaseCall) -> tuple[Application | ApplicationChange, ...]:
    """The application on its way, knowing what it was; nothing where it is so already."""
    if application.readiness not in MOVABLE:
        return ()
    held = replace(application, readiness_before=application.readiness, held_by=call.flow_id)
    return _moved(held, Readiness.MIGRATING, call, None)


def given_back(
    application: Application, call: PhaseCall, reason: str | None
) -> tuple[Application | ApplicationChange, ...]:
    """The application as it was before; nothing where this flow does not move it now."""
    if application.readiness is not Readiness.MIGRATING or application.held_by != call.flow_id:
        return ()
    before = application.readiness_before or Readiness.READY_FOR_PLANNING
    return _moved(replace(application, readiness_before=None, held_by=None), before, call, reason)


def arrived(
    application: Application, call: PhaseCall, reason: str | None
) -> tuple[Application | ApplicationChange, ...]:
    """The application at its new place; which execution brought it there is known from then on."""
    if application.readiness is not Readiness.MIGRATING or application.held_by != call.flow_id:
        return ()
    return _moved(application, Readiness.MIGRATED, call, reason)


def _moved(
    application: Application, readiness: Readiness, call: PhaseCall, reason: str | None
) -> tuple[Application | ApplicationChange, ...]:
    change = ApplicationChange(
        id=call.new_id(),
        application_id=application.id,
        field="readiness",
        before=application.readiness,
        after=readiness,
        by=call.by,
        reason=reason,
        flow_id=call.flow_id,
    )
    return replace(application, readiness=readiness, version=application.version + 1), change
