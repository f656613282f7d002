from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from benchmarks.wave_cases import random_problem
from domain.errors import ErrorCode, Refused
from domain.planning.ports import SolveCancelled
from domain.planning.waves.placing import SearchBudget
from domain.planning.waves.problem import WaveLimits, WaveProblem
from solvers.child import SolverProcesses
from solvers.waves.answering import place
from solvers.waves.placer import ChildWavePlacer
from tests.unit.planning.waves.problems import apps, needs, tied


@pytest.fixture(scope="module")
def placer() -> Iterator[ChildWavePlacer]:
    processes = SolverProcesses()
    yield ChildWavePlacer(processes)
    processes.close()


def test_a_process_of_its_own_answers_as_the_search_does(placer: ChildWavePlacer) -> None:
    problem = WaveProblem(apps("abcde"), needs("ab"), tied("cd", "de"), limits=WaveLimits(2))

    found = placer.place(problem, SearchBudget(5))

    assert found == place(problem, SearchBudget(5))


def test_a_refusal_comes_back_whole(placer: ChildWavePlacer) -> None:
    with pytest.raises(Refused) as refused:
        placer.place(WaveProblem(apps("abc"), needs("ab", "bc", "ca"), limits=WaveLimits(2)), SearchBudget(5))

    problem = refused.value.problems[0]
    assert problem.code is ErrorCode.INFEASIBLE
    assert problem.details is not None
    assert problem.details["applicationIds"] == ["a", "b", "c"]


def test_a_cancelled_search_ends_at_once(placer: ChildWavePlacer) -> None:
    begun = time.monotonic()

    with pytest.raises(SolveCancelled):
        placer.place(random_problem(300, 500, 1, 5), SearchBudget(100), lambda: time.monotonic() > begun + 1)

    assert time.monotonic() < begun + 10


def test_the_clock_ends_a_search_and_says_so() -> None:
    problem = random_problem(100, 150, 1, 5)

    found = place(problem, _Hasty(50))

    assert found.time_limited
    assert len(found.numbers) == 100
    assert found.seconds < 20


class _Hasty(SearchBudget):
    """A budget whose guard ends it long before its work is done."""

    @property
    def seconds(self) -> float:
        return 0.5
