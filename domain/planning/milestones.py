"""The days to look forward to: the pilot's end, each cut-over, half of the portfolio, and all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.planning.wave_request import PlannedWave, TimelineRequest


@dataclass(frozen=True, slots=True)
class Milestone:
    """Numbered by date."""

    number: int
    name: str
    date: date
    description: str


def milestones(
    request: TimelineRequest, cut_overs: Mapping[int, date], closures: Mapping[int, date]
) -> tuple[Milestone, ...]:
    """From each wave's last migration day and last day of closure."""
    waves = sorted(request.moving_waves, key=lambda wave: (cut_overs[wave.number], wave.number))
    found = sorted(_found(request, waves, cut_overs, closures), key=lambda each: each[0])
    return tuple(Milestone(number, name, day, said) for number, (day, name, said) in enumerate(found, 1))


def _found(
    request: TimelineRequest,
    waves: list[PlannedWave],
    cut_overs: Mapping[int, date],
    closures: Mapping[int, date],
) -> Iterator[tuple[date, str, str]]:
    portfolio = request.portfolio or sum(wave.applications for wave in waves)
    moved, half = 0, False
    for wave in waves:
        day = cut_overs[wave.number]
        yield day, f"Cut-over of {wave.name}", f"{_counted(wave.applications)} of {wave.name} run in the target."
        moved += wave.applications
        if not half and 2 * moved >= portfolio:
            half = True
            yield day, "Half of the portfolio migrated", f"{moved} of {_counted(portfolio)} run in the target."
        if wave.pilot:
            yield closures[wave.number], "Pilot complete", f"{wave.name} is closed; what it taught can be used."
    if waves:
        last = cut_overs[waves[-1].number]
        # What a person took out of every wave is not migrated by the last of them.
        name = "All applications migrated" if moved >= portfolio else "Last cut-over"
        yield last, name, f"{moved} of {_counted(portfolio)} run in the target."


def _counted(applications: int) -> str:
    return "1 application" if applications == 1 else f"{applications} applications"
