"""The flow of AI software builds: five roles work on one in turn, and a gate stands behind each of their phases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from domain.builds.build_state import TITLE
from domain.builds.results import RESULTS
from domain.builds.table import ROLES, BuildRole, BuildState, phase_of
from domain.definition import Agent, FlowDefinition, Opening, Outcome, Pause, Phase, PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.build import by_rules, playing
from domain.flows.build.answers import ANSWERS
from domain.flows.build.configuration import BuildConfiguration
from domain.need import Need
from domain.play import Play

# Not an address of anything: it only keeps these ids apart from others made of the same words.
_SCOPES = uuid.UUID("5f0c9a54-3a0e-5b7d-9a3e-2f6b1d7c8e90")

_GOALS = {
    BuildState.DISCOVERY: "Find out what is wanted, and how one will know.",
    BuildState.PLANNING: "Plan it so that somebody who knows only the plan can build it.",
    BuildState.IMPLEMENTATION: "Write the code that the plan names, whole and ready to run.",
    BuildState.TESTING: "Find out whether it does what was asked, in figures.",
    BuildState.VERIFICATION: "Decide whether it may be released.",
    BuildState.DEPLOYMENT: "Bring it to where it is used, so that it can be taken back.",
}
_WEIGHTS = {
    BuildState.DISCOVERY: 15,
    BuildState.PLANNING: 15,
    BuildState.IMPLEMENTATION: 25,
    BuildState.TESTING: 15,
    BuildState.VERIFICATION: 15,
    BuildState.DEPLOYMENT: 15,
}
_RULES: dict[BuildState, Callable[[PhaseCall], Outcome]] = {
    BuildState.DISCOVERY: by_rules.ask_what_is_wanted,
    BuildState.PLANNING: by_rules.plan_steps,
}


def _scope(configuration: BuildConfiguration) -> tuple[str, ...]:
    """One id for the project and the build together: an earlier flow of the same is the iteration before."""
    return (str(uuid.uuid5(_SCOPES, f"{configuration.project_id}\0{configuration.build_id}")),)


def _open(call: PhaseCall) -> tuple[object, ...]:
    named = {"projectId": call.configuration.project_id, "buildId": call.configuration.build_id}
    problems = [
        Problem(ErrorCode.INVALID_INPUT, "Name the project and the build.", ("configuration", "build", field))
        for field, value in named.items()
        if not value.strip()
    ]
    if problems:
        raise Refused(problems)
    return ()


def _arrive(call: PhaseCall) -> tuple[object, ...]:
    """Nobody here knows what its roles made; they have ended all the same."""
    build = call.portfolio.build
    return (replace(build, state=BuildState.COMPLETE),) if build else ()


def _phase(state: BuildState, before: BuildState | None) -> Phase:
    role: BuildRole = ROLES[state]
    return Phase(
        phase_of(state),
        phase_of(state).capitalize(),
        RESULTS[state],
        rules=_RULES.get(state) or partial(_nobody, role),
        weight=_WEIGHTS[state],
        requires=(phase_of(before),) if before else (),
        needs=frozenset({Need.BUILD_HISTORY}),
        pause=Pause(ANSWERS[state], propose=lambda _call: None, decide=playing.complete, needs=frozenset({Need.BUILD})),
        agents=(Agent(role.lower(), TITLE[role].capitalize(), _GOALS[state]),),
        play=Play(playing.question, playing.read, playing.keep),
    )


def _nobody(role: BuildRole, _call: PhaseCall) -> Outcome:
    return by_rules.nobody_plays(role)


_STATES = tuple(ROLES)

DEFINITION = FlowDefinition(
    kind="build",
    title="Build",
    summary="Build software by five roles in turn, played by models of yours or by our own crew, past a gate each.",
    configuration=BuildConfiguration,
    area="builds",
    opening=Opening(decide=_open),
    scope=_scope,
    sparse=False,
    arriving=Opening(frozenset({Need.BUILD}), decide=_arrive),
    phases=tuple(_phase(state, before) for state, before in zip(_STATES, (None, *_STATES), strict=False)),
)
