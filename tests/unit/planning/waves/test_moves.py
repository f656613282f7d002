from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domain.planning.waves.planning import cross_wave_dependencies, preview_moves
from domain.planning.waves.problem import GivenGroup, Move, WaveLimits, WaveProblem, WaveSetting
from tests.unit.planning.waves.problems import apps, needs, tied

PLAN = WaveProblem(apps("abcd"), needs("ab"), tied("cd"), limits=WaveLimits(2))
NOW = {"a": 1, "b": 1, "c": 2, "d": 2}


def test_a_preview_shows_what_moves_break_and_leaves_the_plan_alone() -> None:
    effect = preview_moves(PLAN, NOW, [Move("b", 3), Move("c", 1), Move("d", None)])

    assert NOW == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert [(wave.number, wave.application_ids) for wave in effect.waves] == [(1, ("a", "c")), (3, ("b",))]
    assert effect.waves[0].total_hours == Decimal(20)
    assert effect.before == ()
    assert [violation.message for violation in effect.after] == [
        "A needs B, which moves later, in wave 3 after wave 1."
    ]
    assert effect.cross_wave_dependencies == 1


def test_a_preview_shows_what_moves_mend() -> None:
    broken = {"a": 1, "b": 3, "c": 2, "d": 2}

    effect = preview_moves(replace(PLAN, moves=(Move("b", 3),)), broken, [Move("b", 1)])

    assert [violation.code for violation in effect.before] == ["DEPENDENCY"]
    assert effect.after == ()


def test_a_move_into_a_locked_wave_is_shown_as_what_it_breaks() -> None:
    effect = preview_moves(replace(PLAN, settings=(WaveSetting(1, ("a", "b")),)), NOW, [Move("c", 1)])

    assert [violation.code for violation in effect.after] == ["TOO_MANY"]


def test_splitting_a_group_is_shown_with_its_name() -> None:
    grouped = replace(PLAN, groups=(GivenGroup(("c", "d"), "Payroll"),))

    effect = preview_moves(grouped, NOW, [Move("d", None)])

    assert [violation.message for violation in effect.after] == [
        "The move group Payroll (C, D) is split: it is in wave 2 and in none."
    ]


def test_dependencies_across_waves_are_counted_hard_and_soft() -> None:
    assert cross_wave_dependencies(PLAN, NOW) == 0
    assert cross_wave_dependencies(PLAN, {"a": 2, "b": 1, "c": 1, "d": 2}) == 2
    assert cross_wave_dependencies(PLAN, {"a": 2, "c": 1, "d": 2}) == 1
