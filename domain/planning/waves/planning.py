"""From a problem to its wave plan, and what a person's moves make of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from domain.planning.checking.waves import check_waves
from domain.planning.waves.explaining import explain
from domain.planning.waves.input import check
from domain.planning.waves.placement import WavePlacement, arranged
from domain.planning.waves.placing import Assignment, Level, LevelReport, SearchBudget, WavePlacer
from domain.planning.waves.problem import Move, WaveProblem
from domain.planning.wording import counted

# Work for each application, at least and at most so much in all. Even the clock's guard, three times as long, ends 200
# applications within 10 s and 2,000 within a minute.
_WORK_PER_APPLICATION, _LEAST_WORK, _MOST_WORK = 0.016, 2.0, 19.0


def search_budget(applications: int) -> SearchBudget:
    """How much work placing so many is given."""
    return SearchBudget(min(_MOST_WORK, max(_LEAST_WORK, _WORK_PER_APPLICATION * applications)))


def plan_waves(
    problem: WaveProblem,
    placer: WavePlacer,
    budget: SearchBudget | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> WavePlacement:
    """The best plan around what a person has settled; Refused with all that is wrong, or with what is in conflict."""
    check(problem)
    found = placer.place(problem, budget or search_budget(len(problem.candidates)), cancelled)
    placed = placement(problem, dict(found.numbers))
    return replace(
        placed,
        levels=found.levels,
        gap=found.gap,
        rationale=" ".join(_rationale(problem, found, len(placed.waves))),
        time_limited=found.time_limited,
        waived=found.waived,
        seconds=found.seconds,
    )


def placement(problem: WaveProblem, numbers: Mapping[str, int]) -> WavePlacement:
    """The plan that these numbers make, as a person has changed it: nothing is proven of it."""
    waves = arranged(problem, numbers)
    return WavePlacement(
        waves=waves,
        placements=explain(problem, waves),
        unassigned=tuple(sorted(each.id for each in problem.candidates if each.id not in numbers)),
        violations=check_waves(problem, waves),
        levels=(),
        gap=None,
        rationale="A person changed this plan.",
    )


def moved(numbers: Mapping[str, int], moves: Sequence[Move]) -> dict[str, int]:
    """The numbers with the moves made."""
    after = dict(numbers)
    for each in moves:
        if each.number is None:
            after.pop(each.application_id, None)
        else:
            after[each.application_id] = each.number
    return after


def _rationale(problem: WaveProblem, found: Assignment, waves: int) -> Iterator[str]:
    """How good it is, what is known of that, and what of it people settled."""
    yield f"{'; '.join(_said(report, waves) for report in found.levels)}."
    locked = sum(each.locked_ids is not None for each in problem.settings)
    if problem.moves or locked:
        yield f"Kept as people want it: {counted(len(problem.moves), 'move')}, {counted(locked, 'locked wave')}."
    if found.time_limited:
        yield "The clock ended the search before its work was done."


def _said(report: LevelReport, waves: int) -> str:
    end = "proven" if report.proven else f"at least {_number(report.bound)}"
    value = _number(report.value)
    if report.level is Level.WAVES and report.value != waves:
        value = f"{waves}, numbered up to {value}"
    return f"{_WORDS[report.level]}: {value} ({end})"


def _number(value: float) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".")


_WORDS = {
    Level.WAVES: "Waves",
    Level.SPLIT: "split weight of soft dependencies",
    Level.PILOT: "applications by which the pilot misses its wish",
    Level.RISING: "drops of risk from wave to wave",
    Level.SPREAD: "highest risk of a wave",
    Level.DEPARTMENTS: "further waves of departments",
    Level.PRIORITY: "priority times wave number",
}
