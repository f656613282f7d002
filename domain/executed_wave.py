"""The wave of a plan that a flow carries out, with what of its plan matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.planning.plan import PlacedApplication, Wave


@dataclass(frozen=True, slots=True)
class ExecutedWave:
    """`waves` and `placed` are the whole plan's; `configuration` is what it was started with, as JSON."""

    wave: Wave
    plan_id: str
    plan_name: str
    waves: tuple[Wave, ...] = ()
    placed: tuple[PlacedApplication, ...] = ()
    configuration: Mapping[str, Any] = field(default_factory=dict)

    def number_of(self, application_id: str) -> int | None:
        """The number of the wave in which the plan moves it."""
        numbers = {wave.id: wave.number for wave in self.waves}
        found = next((each.wave_id for each in self.placed if each.application_id == application_id), None)
        return numbers.get(found) if found else None

    def blackout_on(self, day: date) -> str | None:
        """The reason of the blackout that the day lies in, or its days; None where it lies in none."""
        for each in self.configuration.get("blackouts") or ():
            if date.fromisoformat(each["startsOn"]) <= day <= date.fromisoformat(each["endsOn"]):
                return each.get("reason") or f"{each['startsOn']} to {each['endsOn']}"
        return None


@dataclass(frozen=True, slots=True)
class Execution:
    """An unfinished flow that carries out a wave of a plan."""

    flow_id: str
    name: str
    wave_number: int
