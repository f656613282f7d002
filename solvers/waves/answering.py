"""One placement from beginning to end, in the process that is there for it."""

from __future__ import annotations

from dataclasses import replace

from domain.errors import ErrorCode, Problem, Refused
from domain.planning.waves.placing import Assignment, SearchBudget
from domain.planning.waves.problem import Move, WaveProblem, WaveSetting
from solvers.waves.condensing import Contradiction, condense
from solvers.waves.conflicts import problems, relax
from solvers.waves.search import Search
from solvers.waves.settling import Undecided, settle
from solvers.waves.start import start
from solvers.waves.work import Work


def answer_of(request: tuple[WaveProblem, SearchBudget]) -> Assignment | tuple[Problem, ...]:
    """What the child answers: a refusal's problems are an answer, too."""
    try:
        return place(*request)
    except Refused as refused:
        return refused.problems


def place(problem: WaveProblem, budget: SearchBudget) -> Assignment:
    """The best placement found with that budget."""
    work = Work(budget)
    problem, waived = relax(_placed_only(problem))
    try:
        instance = condense(problem)
        settled = settle(instance)
    except Contradiction:
        raise Refused(problems(problem)) from None
    except Undecided:
        raise Refused([Problem(ErrorCode.INFEASIBLE, _UNDECIDED)]) from None
    search = Search(instance, start(instance, settled), work)
    search.run()
    numbers = {id: wave for unit, wave in zip(instance.units, search.numbers, strict=True) for id in unit.ids}
    return Assignment(tuple(sorted(numbers.items())), search.reports(), work.ended, waived, work.seconds)


_UNDECIDED = "No placement was found around the locked waves and the moves in the time there is; unlock a wave."


def _placed_only(problem: WaveProblem) -> WaveProblem:
    """The problem of the applications that a person did not take out of the plan."""
    gone = {move.application_id for move in problem.moves if move.number is None}
    if not gone:
        return problem
    return replace(
        problem,
        candidates=tuple(each for each in problem.candidates if each.id not in gone),
        hard=tuple(each for each in problem.hard if gone.isdisjoint((each.consumer_id, each.provider_id))),
        soft=tuple(replace(each, application_ids=_rest(each.application_ids, gone)) for each in problem.soft),
        groups=tuple(replace(each, application_ids=_rest(each.application_ids, gone)) for each in problem.groups),
        settings=tuple(_setting(each, gone) for each in problem.settings),
        moves=tuple(_kept_moves(problem)),
    )


def _kept_moves(problem: WaveProblem) -> list[Move]:
    return [each for each in problem.moves if each.number is not None]


def _rest(ids: tuple[str, ...], gone: set[str]) -> tuple[str, ...]:
    return tuple(id for id in ids if id not in gone)


def _setting(setting: WaveSetting, gone: set[str]) -> WaveSetting:
    return setting if setting.locked_ids is None else replace(setting, locked_ids=_rest(setting.locked_ids, gone))
