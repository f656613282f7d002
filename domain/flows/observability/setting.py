"""What each application promises: proposed by its criticality and kind, changed and confirmed by people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.observability.files import files_of
from domain.flows.observability.reference import (
    allowed_minutes,
    availability_of,
    bounds,
    latency_of,
    latency_percent,
    shown,
    window,
)
from domain.flows.observability.results import MonitoringSet, Objective, ObjectivesAnswer
from domain.observability import Indicator, ServiceLevelObjective
from domain.source import Source
from domain.tech_debt import components_of

SETUP = "monitoring_setup"
LONGEST = 2_000


def set_objectives(call: PhaseCall) -> Outcome:
    """Availability for every application, and latency where somebody waits for its answers."""
    held = {(each.application_id, each.indicator): each.id for each in call.portfolio.objectives}
    found = components_of(call.portfolio)
    objectives: list[Objective] = []
    for application in sorted(call.portfolio.applications, key=lambda each: (each.name.casefold(), each.id)):
        types = [part.type for part in found.get(application.id, ())]
        for indicator, target, because in _proposed(application, types):
            known = held.get((application.id, indicator)) or call.new_id()
            objectives.append(Objective(known, application.id, indicator, target, window()[0], because))
    result = MonitoringSet(tuple(objectives), call.as_of)
    return replace(_kept(call, result), warnings=tuple(_warnings(call)))


def _proposed(application: Application, types: Sequence[str]) -> Iterator[tuple[Indicator, float, str]]:
    target, taken = availability_of(application.criticality)
    word = taken.replace("_", " ").lower()
    known = (
        f"Its criticality is {word}" if application.criticality else f"Nobody knows its criticality; taken as {word}"
    )
    yield Indicator.AVAILABILITY, target, f"{known}: {_allowing(target)}"
    latency = latency_of(types)
    if latency.milliseconds is not None:
        kind = f"By its components it is a {latency.name}" if latency.told else f"Taken for a {latency.name}"
        said = f"{shown(latency_percent())} of 100 requests within {shown(latency.milliseconds)} ms"
        yield Indicator.LATENCY, latency.milliseconds, f"{kind}: {said}."


def _allowing(target: float) -> str:
    minutes = shown(round(allowed_minutes(target), 1))
    return f"{shown(target)} % over {window()[1]} days leave {minutes} minutes without an answer."


def propose_objectives(call: PhaseCall) -> ObjectivesAnswer:
    """All of them."""
    return ObjectivesAnswer(tuple(each.objective_id for each in call.results[SETUP].objectives))


def confirm_objectives(call: PhaseCall) -> Outcome:
    """The objectives that a person stands by, and their files; Refused where there is no such objective."""
    result: MonitoringSet = call.results[SETUP]
    known = {each.objective_id for each in result.objectives}
    path = ("data", "objectiveIds")
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such objective in this flow.", (*path, str(index)))
        for index, id in enumerate(call.input.objective_ids)
        if id not in known
    ]
    if not call.input.objective_ids:
        problems.append(Problem(ErrorCode.INVALID_INPUT, "Confirm at least one objective.", path))
    if problems:
        raise Refused(problems)
    chosen = frozenset(call.input.objective_ids)
    ids = tuple(each.objective_id for each in result.objectives if each.objective_id in chosen)
    return _filed(call, _kept(call, replace(result, confirmed_objective_ids=ids)), Source.RULES)


def reset_objectives(call: PhaseCall) -> Outcome:
    """Objectives as a person has them: other targets, other reasons, or fewer; files follow once they are confirmed."""
    given: MonitoringSet = call.input
    before: Mapping[str, Objective] = {each.objective_id: each for each in call.results[SETUP].objectives}
    problems = tuple(_problems(given, before))
    if problems:
        raise Refused(problems)
    objectives = tuple(_changed(each, before[each.objective_id]) for each in given.objectives)
    left = frozenset(each.objective_id for each in objectives)
    stood_by = call.results[SETUP].confirmed_objective_ids
    confirmed = tuple(id for id in stood_by if id in left)
    outcome = _kept(call, replace(call.results[SETUP], objectives=objectives, confirmed_objective_ids=confirmed))
    return _filed(call, outcome, Source.USER) if stood_by else outcome


def _problems(given: MonitoringSet, before: Mapping[str, Objective]) -> Iterator[Problem]:
    path = ("data", "objectives")
    if not given.objectives:
        yield Problem(ErrorCode.INVALID_INPUT, "At least one objective is left.", path)
    seen: set[str] = set()
    for index, each in enumerate(given.objectives):
        at, known = (*path, str(index)), before.get(each.objective_id)
        if known is None:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such objective in this flow.", (*at, "objectiveId"))
        elif each.objective_id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", (*at, "objectiveId"))
        elif (each.application_id, each.indicator, each.window) != (
            known.application_id,
            known.indicator,
            known.window,
        ):
            message = "Its target and its rationale may change, and nothing else of it."
            yield Problem(ErrorCode.INVALID_INPUT, message, at)
        seen.add(each.objective_id)
        yield from _figures(each, at)


def _figures(given: Objective, at: tuple[str, ...]) -> Iterator[Problem]:
    least, most = bounds(given.indicator)
    if not least <= given.target <= most:
        unit = "%" if given.indicator is Indicator.AVAILABILITY else "ms"
        message = f"A target is from {least:,} to {most:,} {unit}."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "target"))
    if not 0 < len(given.rationale.strip()) <= LONGEST:
        yield Problem(ErrorCode.INVALID_INPUT, f"Give 1 to {LONGEST:,} characters.", (*at, "rationale"))


def _changed(given: Objective, before: Objective) -> Objective:
    """What a person changed is his; a reason for another target is none for this one."""
    given = replace(given, source=before.source)
    if given == before:
        return before
    because = given.rationale
    if given.target != before.target and because == before.rationale:
        unit = "%" if given.indicator is Indicator.AVAILABILITY else "ms"
        because = f"Set by a person, instead of {shown(before.target)} {unit}."
        if given.indicator is Indicator.AVAILABILITY:
            because = f"{because} {_allowing(given.target)}"
    return replace(given, rationale=because, source=Source.USER)


def _kept(call: PhaseCall, result: MonitoringSet) -> Outcome:
    """With its rows."""
    saves, gone = _rows(call, result)
    return Outcome(result, saves, removes=gone)


def _filed(call: PhaseCall, outcome: Outcome, source: Source) -> Outcome:
    """With its files beside."""
    files, without = files_of(call, outcome.result, source)
    return replace(outcome, saves=(*outcome.saves, *files), removes=(*outcome.removes, *without))


def _rows(call: PhaseCall, result: MonitoringSet) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """A row for each objective, and those that are none any more."""
    chosen = frozenset(result.confirmed_objective_ids)
    rows = tuple(
        ServiceLevelObjective(
            id=each.objective_id,
            flow_id=call.flow_id,
            application_id=each.application_id,
            number=number,
            indicator=each.indicator,
            target=each.target,
            window=each.window,
            rationale=each.rationale,
            source=each.source,
            confirmed=each.objective_id in chosen,
        )
        for number, each in enumerate(result.objectives, 1)
    )
    kept = {each.id for each in rows}
    return rows, tuple(each for each in call.portfolio.objectives if each.id not in kept)


def _warnings(call: PhaseCall) -> Iterator[Warning]:
    unknown = sorted(each.name for each in call.portfolio.applications if each.criticality is None)
    if unknown:
        message = f"Nobody knows how much depends on it, and so its objective is assumed: {', '.join(unknown[:10])}."
        yield Warning("CRITICALITY_ASSUMED", message, details={"applications": unknown[:100]})
