"""A plan as work for a tracker: an epic a wave, and in it a task an application and a task an activity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from types import MappingProxyType

from domain.application import Application, Criticality
from domain.document import WorkItem, WorkKind
from domain.flows.planning.export_sheet import Planned
from domain.planning.plan import PlanActivity, Wave

_USUAL = 3
_PRIORITY: Mapping[str, int] = MappingProxyType(
    {Criticality.MISSION_CRITICAL: 1, Criticality.HIGH: 2, Criticality.MEDIUM: 3, Criticality.LOW: 4}
)
_EARLIER, _CRITICAL = 2, "critical-path"


def work(known: Planned) -> tuple[WorkItem, ...]:
    """What nothing else belongs to comes first. What no wave moves is no work of this plan."""
    numbers = count(1)
    epics = {wave.id: _epic(known, wave, next(numbers)) for wave in known.waves}
    tasks = (item for wave in known.waves for item in _tasks(known, wave, epics[wave.id].number, numbers))
    return (*epics.values(), *tasks)


def _epic(known: Planned, wave: Wave, number: int) -> WorkItem:
    return WorkItem(
        number=number,
        kind=WorkKind.EPIC,
        title=known.named(wave.id),
        description=f"Migration wave {wave.number} of the plan {known.call.flow.name}.\n{wave.rationale}",
        labels=_labels(wave, "pilot" if wave.pilot else None),
        starts_on=wave.starts_on,
        due_on=wave.ends_on,
    )


def _tasks(known: Planned, wave: Wave, parent: int, numbers: Iterator[int]) -> Iterator[WorkItem]:
    for application in known.applications:
        placed = known.placed.get(application.id)
        if placed and placed.wave_id == wave.id:
            yield _move(known, application, wave, (next(numbers), parent))
    own = sorted(known.plan.activities, key=lambda each: each.number)
    for activity in own:
        if activity.wave_id == wave.id:
            yield _step(activity, wave, (next(numbers), parent))


def _move(known: Planned, application: Application, wave: Wave, place: tuple[int, int]) -> WorkItem:
    used = known.used.get(application.id)
    strategy = used.strategy.capitalize() if used else "Move"
    return WorkItem(
        number=place[0],
        kind=WorkKind.TASK,
        parent=place[1],
        title=f"{strategy}: {application.name}",
        description=f"Why in this wave: {known.placed[application.id].because}",
        priority=_PRIORITY.get(application.criticality or "", _USUAL),
        labels=_labels(wave, "application", strategy.lower()),
        starts_on=wave.starts_on,
        due_on=wave.cut_over_on or wave.ends_on,
        hours=used.hours if used else None,
    )


def _step(activity: PlanActivity, wave: Wave, place: tuple[int, int]) -> WorkItem:
    """Its hours are those of the applications, and stand there."""
    days, late = _days(activity.working_days), _days(activity.float_days)
    slack = f"may end {late} later before others wait for it" if activity.float_days > 0 else "others wait for its end"
    return WorkItem(
        number=place[0],
        kind=WorkKind.TASK,
        parent=place[1],
        title=f"Activity {activity.number}: {activity.name}",
        description=f"Takes {days}; {slack}.",
        priority=_EARLIER if activity.critical else _USUAL,
        labels=_labels(wave, "activity", activity.phase, _CRITICAL if activity.critical else None),
        starts_on=activity.starts_on,
        due_on=activity.ends_on,
    )


def _days(number: int) -> str:
    return "1 working day" if number == 1 else f"{number} working days"


def _labels(wave: Wave, *words: str | None) -> tuple[str, ...]:
    return (f"wave-{wave.number}", *(re.sub(r"\s+", "-", word) for word in words if word))
