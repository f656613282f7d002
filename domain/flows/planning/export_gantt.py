"""The Gantt chart of a plan: a row a wave, a bar a phase, and the days that matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from domain.document import Bar, Gantt, GanttRow, Milestone
from domain.flows.planning.export_sheet import Planned
from domain.planning.plan import PlanActivity
from domain.planning.wave_phases import WavePhase

_ORDER = {phase: number for number, phase in enumerate(WavePhase)}


def gantt(known: Planned) -> Gantt:
    """Waves without activities have no row. A cut-over is marked in its wave's row, and not among the milestones."""
    by_wave: dict[str, list[PlanActivity]] = defaultdict(list)
    for activity in sorted(known.plan.activities, key=lambda each: (each.starts_on, _ORDER[each.phase])):
        by_wave[activity.wave_id].append(activity)
    rows = [row for wave in known.waves if wave.id in by_wave for row in _rows(known, wave.id, by_wave[wave.id])]
    shown = {f"Cut-over of {wave.name}" for wave in known.waves}
    milestones = sorted(known.plan.milestones, key=lambda each: (each.day, each.number))
    return Gantt(
        title="Timeline",
        kinds=tuple(phase.capitalize() for phase in WavePhase),
        rows=tuple(rows),
        milestones=tuple(Milestone(each.name, each.day) for each in milestones if each.name not in shown),
        mark="Cut-over",
    )


def _rows(known: Planned, wave_id: str, activities: Sequence[PlanActivity]) -> Iterator[GanttRow]:
    """One, unless a person has set phases over each other: those that do not follow begin another."""
    cut_over = known.wave_of[wave_id].cut_over_on
    marks = (cut_over,) if cut_over else ()
    for run in _runs(activities):
        bars = tuple(Bar(each.phase.capitalize(), each.starts_on, each.ends_on, each.critical) for each in run)
        yield GanttRow(known.named(wave_id), bars, marks)
        marks = ()


def _runs(activities: Sequence[PlanActivity]) -> list[list[PlanActivity]]:
    runs: list[list[PlanActivity]] = []
    for each in activities:
        for run in runs:
            last = run[-1]
            if last.ends_on < each.starts_on and _ORDER[last.phase] < _ORDER[each.phase]:
                run.append(each)
                break
        else:
            runs.append([each])
    return runs
