from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.errors import ErrorCode, Refused
from domain.planning.waves.input import check, find_problems
from domain.planning.waves.planning import plan_waves
from domain.planning.waves.problem import (
    GivenGroup,
    HardDependency,
    Move,
    PoolCapacity,
    SoftTie,
    WaveLimits,
    WaveProblem,
    WaveSetting,
)
from tests.unit.planning.waves.problems import InProcess, app, apps, needs


def test_everything_that_is_wrong_is_said_at_once_where_it_stands() -> None:
    hostile = WaveProblem(
        (*apps("ab"), app("a"), app("c", hours=-1, risk=2)),
        hard=(HardDependency("a", "x"), HardDependency("b", "b")),
        soft=(SoftTie(("a", "y"), -1),),
        groups=(GivenGroup(("a", "b"), "G"), GivenGroup(("b", "z", "c", "c"))),
        limits=WaveLimits(0, 29, 0),
        capacities=(PoolCapacity("engineer", Decimal(0)), PoolCapacity("engineer", Decimal(8))),
        settings=(WaveSetting(0, ("a", "q")), WaveSetting(2, ("a",), 0), WaveSetting(2)),
        moves=(Move("a", 0), Move("a", 3), Move("nobody", None)),
    )

    assert [(problem.message, ".".join(problem.path)) for problem in find_problems(hostile)] == [
        ("A wave takes at least 1 application.", "maxAppsPerWave"),
        ("A wave may last at least 30 days.", "waveDurationLimitDays"),
        ("At least 1 wave runs at a time.", "maxParallelWaves"),
        ("a is named twice.", "applicationIds.2"),
        ("C takes less than no hours.", "applications.3.hours"),
        ("The risk of C is not between 0 and 1.", "applications.3.risk"),
        ("x is not an application of this plan.", "hardDependencies.0.1"),
        ("An application does not depend on itself.", "hardDependencies.1"),
        ("y is not an application of this plan.", "softDependencies.0.1"),
        ("A weight is not negative.", "softDependencies.0.weight"),
        ("z is not an application of this plan.", "moveGroups.1.applicationIds.1"),
        ("c is named twice.", "moveGroups.1.applicationIds.3"),
        ("b is in the move group G already.", "moveGroups.1.applicationIds.0"),
        ("engineer is named twice.", "pools.1"),
        ("engineer gives no hours.", "pools.0.hoursPerDay"),
        ("2 is named twice.", "waves.2"),
        ("Waves are numbered from 1 to 1,004.", "waves.0.number"),
        ("q is not an application of this plan.", "waves.0.applicationIds.1"),
        ("A wave takes at least 1 application.", "waves.1.maxApplications"),
        ("a is locked in wave 0, too.", "waves.1.applicationIds.0"),
        ("a is named twice.", "moves.1.applicationId"),
        ("Waves are numbered from 1 to 1,004.", "moves.0.to"),
        ("nobody is not an application of this plan.", "moves.2.applicationId"),
    ]


def test_groups_larger_than_a_wave_are_infeasible_each_by_its_name() -> None:
    groups = (GivenGroup(("a", "b", "c"), "Payroll"), GivenGroup(("d", "e", "f")))

    found = list(find_problems(WaveProblem(apps("abcdef"), groups=groups, limits=WaveLimits(2))))

    assert [(problem.code, problem.message, problem.path) for problem in found] == [
        (
            ErrorCode.INFEASIBLE,
            "The move group Payroll has 3 applications; a wave takes at most 2.",
            ("moveGroups", "0"),
        ),
        (ErrorCode.INFEASIBLE, "The move group 2 has 3 applications; a wave takes at most 2.", ("moveGroups", "1")),
    ]


def test_a_plan_without_applications_is_refused() -> None:
    with pytest.raises(Refused, match="at least 1 application"):
        plan_waves(WaveProblem(()), InProcess())


def test_moves_that_cannot_be_are_refused_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        check(WaveProblem(apps("ab"), moves=(Move("x", 1), Move("a", 0))))

    assert [".".join(problem.path) for problem in refused.value.problems] == ["moves.0.applicationId", "moves.1.to"]


def test_circles_and_repeated_dependencies_are_no_mistake() -> None:
    check(replace(WaveProblem(apps("abc")), hard=needs("ab", "ba", "ab")))
