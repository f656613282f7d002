"""Of a wave, what moves in it: so much of a plan an execution takes over when it starts."""

from __future__ import annotations

from dataclasses import replace

from domain.definition import Settling
from domain.errors import ErrorCode, NotFound, refuse
from domain.flows.execution.configuration import ExecutionConfiguration
from domain.need import Need
from domain.planning.plan import Wave
from domain.portfolio import Portfolio

PATH = ("configuration", "execution")


def take_wave(configuration: ExecutionConfiguration, found: Portfolio) -> ExecutionConfiguration:
    """The configuration with the wave's applications; `found` holds its plan, if there is one."""
    wave = next((each for each in found.plan.waves if each.id == configuration.wave_id), None)
    if wave is None:
        raise NotFound("wave", (*PATH, "waveId"))
    ids = tuple(sorted(each.application_id for each in found.plan.placed if each.wave_id == wave.id))
    if not ids:
        message = f"{wave.name} is empty: move applications into it, or execute another wave."
        raise refuse(ErrorCode.NOT_READY, message, *PATH, "waveId")
    return replace(configuration, application_ids=ids)


SETTLING = Settling(Wave, lambda configuration: configuration.wave_id, frozenset({Need.PLAN}), take_wave)


def iterated(configuration: ExecutionConfiguration) -> tuple[str, ...]:
    """Two executions are iterations of one another when they carry out the same wave, else by their applications."""
    return (configuration.wave_id,) if configuration.wave_id else configuration.application_ids
