"""A wave plan: what is in each wave, why, when, and how good and how lawful it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain.planning.wave_phases import wave_days
from domain.planning.waves.dates import WaveDates, wave_dates
from domain.planning.waves.placing import LevelReport
from domain.planning.waves.problem import Candidate, WaveProblem
from domain.planning.waves.risk import wave_risk
from domain.planning.waves.violation import Violation


@dataclass(frozen=True, slots=True)
class PlacedWave:
    """`days` are working days; `hours` are by pool; dates are there where the plan has a start."""

    number: int
    application_ids: tuple[str, ...]
    hours: tuple[tuple[str, Decimal], ...]
    days: int
    risk: float | None
    pilot: bool
    dates: WaveDates | None = None

    @property
    def total_hours(self) -> Decimal:
        return sum((hours for _, hours in self.hours), Decimal(0))


@dataclass(frozen=True, slots=True)
class Because:
    """Why an application is where it is."""

    application_id: str
    because: str


@dataclass(frozen=True, slots=True)
class WavePlacement:
    """The whole answer. `gap` is None once a person has changed it; `waived` is what his moves left no room for."""

    waves: tuple[PlacedWave, ...]
    placements: tuple[Because, ...]
    unassigned: tuple[str, ...]
    violations: tuple[Violation, ...]
    levels: tuple[LevelReport, ...]
    gap: float | None
    rationale: str
    time_limited: bool = False
    waived: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)


def arranged(problem: WaveProblem, numbers: Mapping[str, int]) -> tuple[PlacedWave, ...]:
    """The waves that applications make, with their hours, days, risk and dates."""
    members: dict[int, list[Candidate]] = {}
    for each in sorted(problem.candidates, key=lambda each: each.id):
        if each.id in numbers:
            members.setdefault(numbers[each.id], []).append(each)
    days = {number: _days(problem, found) for number, found in members.items()}
    dates = wave_dates(problem, days)
    return tuple(
        PlacedWave(
            number=number,
            application_ids=tuple(each.id for each in members[number]),
            hours=_hours(members[number]),
            days=days[number],
            risk=wave_risk((each.total_hours, each.risk) for each in members[number]),
            pilot=problem.limits.pilot and number == 1,
            dates=dates.get(number),
        )
        for number in sorted(members)
    )


def _hours(members: list[Candidate]) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for each in members:
        for pool, hours in each.hours:
            found[pool] = found.get(pool, Decimal(0)) + hours
    return tuple(sorted(found.items()))


def _days(problem: WaveProblem, members: list[Candidate]) -> int:
    """By the pools there are; work of a role without one is a gap that resources tell of."""
    hours = dict(_hours(members))
    return wave_days((hours.get(each.pool, Decimal(0)), each.hours_per_day) for each in problem.capacities)
