"""What a plan takes over from the one it is a clone of: everything people chose there, for its own applications."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.definition import PhaseCall
from domain.flows.planning.configuration import PlanningConfiguration
from domain.planning.choices import ActivityChoice, WaveChoice


def take_over(call: PhaseCall, clone_id: str) -> tuple[Any, ...]:
    """The choices of the plan that is called, as the clone's; those about applications it leaves out go.

    What was reported as done was done in the other plan.
    """
    chosen = call.portfolio.plan.choices
    if chosen is None:
        return ()
    configuration: PlanningConfiguration = call.input
    scope = frozenset(configuration.application_ids)
    moves = tuple(move for move in chosen.moves if move.application_id in scope)
    waves = tuple(_within(wave, scope) for wave in chosen.waves)
    activities = tuple(_not_begun(each) for each in chosen.activities)
    return (replace(chosen, id=clone_id, flow_id=clone_id, moves=moves, waves=waves, activities=activities),)


def _not_begun(choice: ActivityChoice) -> ActivityChoice:
    return replace(choice, percent_complete=None, actual_start=None, actual_end=None)


def _within(wave: WaveChoice, scope: frozenset[str]) -> WaveChoice:
    if wave.locked_ids is None:
        return wave
    return replace(wave, locked_ids=tuple(id for id in wave.locked_ids if id in scope))
