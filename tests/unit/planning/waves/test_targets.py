from __future__ import annotations

import pytest

from benchmarks.wave_cases import random_problem
from benchmarks.wave_references import affinity, first_fit
from domain.planning.checking.waves import check_waves
from domain.planning.waves.placement import arranged
from domain.planning.waves.placing import Level
from domain.planning.waves.planning import plan_waves, search_budget
from solvers.waves.condensing import condense
from solvers.waves.scoring import score
from tests.unit.planning.waves.problems import InProcess


@pytest.mark.parametrize("per_wave", [5, 20])
def test_the_references_keep_the_constraints_so_that_they_compare(per_wave: int) -> None:
    problem = random_problem(60, 90, 1, per_wave)
    instance = condense(problem)

    for place in (first_fit, affinity):
        numbers = {id: wave for unit, wave in zip(instance.units, place(instance), strict=True) for id in unit.ids}
        assert check_waves(problem, arranged(problem, numbers)) == ()


def test_the_same_seed_makes_the_same_portfolio() -> None:
    assert random_problem(50, 80, 3, 5) == random_problem(50, 80, 3, 5)
    assert random_problem(50, 80, 3, 5) != random_problem(50, 80, 4, 5)


def test_even_the_guard_of_the_clock_keeps_the_promised_seconds() -> None:
    assert search_budget(200).seconds < 10
    assert search_budget(2000).seconds < 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("per_wave", [5, 20])
def test_two_hundred_applications_are_placed_far_better_than_by_greedy_rules(per_wave: int, seed: int) -> None:
    problem = random_problem(200, 300, seed, per_wave)
    instance = condense(problem)

    plan = plan_waves(problem, InProcess())

    assert plan.violations == ()
    reports = {report.level: report for report in plan.levels}
    assert reports[Level.WAVES].proven
    assert reports[Level.SPLIT].value <= 0.6 * score(instance, first_fit(instance), Level.SPLIT)
    assert reports[Level.SPLIT].value <= 0.9 * score(instance, affinity(instance), Level.SPLIT)


@pytest.mark.slow
@pytest.mark.parametrize("per_wave", [5, 20])
def test_two_thousand_applications_are_placed_no_worse_than_by_affinity(per_wave: int) -> None:
    problem = random_problem(2000, 4000, 1, per_wave)
    instance = condense(problem)

    plan = plan_waves(problem, InProcess())

    reference = affinity(instance)
    assert plan.violations == ()
    assert len(plan.waves) <= score(instance, reference, Level.WAVES)
    assert plan.levels[1].value <= score(instance, reference, Level.SPLIT)
