from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from domain.planning.waves.placement import WavePlacement
from domain.planning.waves.planning import moved, placement
from domain.planning.waves.problem import GivenGroup, Move, WaveLimits, WaveProblem, WaveSetting
from tests.unit.planning.waves.problems import apps, needs, tied

PLAN = WaveProblem(apps("abcd"), needs("ab"), tied("cd"), limits=WaveLimits(2))
NOW = {"a": 1, "b": 1, "c": 2, "d": 2}


def after(problem: WaveProblem, numbers: Mapping[str, int], moves: Sequence[Move]) -> WavePlacement:
    return placement(replace(problem, moves=tuple(moves)), moved(numbers, moves))


def test_moves_show_what_they_break_and_leave_everything_else_alone() -> None:
    plan = after(PLAN, NOW, [Move("b", 3), Move("c", 1), Move("d", None)])

    assert NOW == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert [(wave.number, wave.application_ids) for wave in plan.waves] == [(1, ("a", "c")), (3, ("b",))]
    assert plan.waves[0].total_hours == Decimal(20)
    assert plan.unassigned == ("d",)
    assert [violation.message for violation in plan.violations] == [
        "A needs B, which moves later, in wave 3 after wave 1."
    ]
    assert (plan.gap, plan.levels) == (None, ())


def test_moves_mend_what_was_broken() -> None:
    broken = {"a": 1, "b": 3, "c": 2, "d": 2}

    assert [violation.code for violation in placement(PLAN, broken).violations] == ["DEPENDENCY"]
    assert after(PLAN, broken, [Move("b", 1)]).violations == ()


def test_a_move_into_a_locked_wave_is_shown_as_what_it_breaks() -> None:
    plan = after(replace(PLAN, settings=(WaveSetting(1, ("a", "b")),)), NOW, [Move("c", 1)])

    assert [violation.code for violation in plan.violations] == ["TOO_MANY"]


def test_splitting_a_group_is_shown_with_its_name() -> None:
    plan = after(replace(PLAN, groups=(GivenGroup(("c", "d"), "Payroll"),)), NOW, [Move("d", None)])

    assert [violation.message for violation in plan.violations] == [
        "The move group Payroll (C, D) is split: it is in wave 2 and in none."
    ]
