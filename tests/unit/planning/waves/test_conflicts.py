from __future__ import annotations

import time
from dataclasses import replace

import pytest

from domain.errors import ErrorCode, Refused
from domain.planning.waves.problem import GivenGroup, HardDependency, Move, WaveLimits, WaveProblem, WaveSetting
from solvers.waves.answering import place
from solvers.waves.conflicts import conflict, irreducible, possible
from solvers.waves.constraints import constraints, only, words
from tests.unit.planning.waves.problems import PLENTY, app, apps, needs

SIX = WaveProblem(apps("abcdef"), limits=WaveLimits(2))


def refusal(problem: WaveProblem) -> list[str]:
    with pytest.raises(Refused) as refused:
        place(problem, PLENTY)
    assert {each.code for each in refused.value.problems} == {ErrorCode.INFEASIBLE}
    return [each.message for each in refused.value.problems]


def test_a_circle_larger_than_a_wave_is_named() -> None:
    assert refusal(replace(SIX, hard=needs("ab", "bc", "ca", "de"))) == [
        "A, B, C need each other and move together, 3 applications; a wave takes at most 2."
    ]


def test_a_group_that_a_circle_makes_larger_than_a_wave_is_named_with_it() -> None:
    problem = replace(SIX, hard=needs("bc", "cb", "df"), groups=(GivenGroup(("a", "b"), "Payroll"),))

    assert refusal(problem) == [
        (
            "These cannot all hold: B needs C, which cuts over no later; C needs B, which cuts over no later; "
            "the move group Payroll moves together (2 applications); a wave takes at most 2 applications."
        )
    ]


def test_locks_that_contradict_a_hard_dependency_through_others_are_named() -> None:
    locked = (WaveSetting(1, ("a",)), WaveSetting(3, ("c",)))
    problem = replace(SIX, hard=needs("ab", "bc", "de", "ef"), settings=locked)

    # The first wave is locked, so nothing else comes into it, and b would have to.
    assert refusal(problem) == [
        ("These cannot all hold: A needs B, which cuts over no later; wave 1 is locked with nothing but A in it.")
    ]


def test_a_group_of_which_a_part_is_locked_is_named() -> None:
    problem = replace(SIX, groups=(GivenGroup(("a", "b"), "Payroll"),), settings=(WaveSetting(1, ("a",)),))

    assert refusal(problem) == [
        (
            "These cannot all hold: the move group Payroll moves together (2 applications); "
            "wave 1 is locked with nothing but A in it."
        )
    ]


def test_too_many_that_must_be_early_are_named() -> None:
    locked = (WaveSetting(2, ("a", "b")),)
    problem = replace(SIX, hard=needs("ac", "ad", "be"), settings=locked)

    assert refusal(problem) == [
        (
            "These cannot all hold: A needs C, which cuts over no later; A needs D, which cuts over no later; "
            "B needs E, which cuts over no later; wave 2 is locked with nothing but A, B in it; "
            "a wave takes at most 2 applications."
        )
    ]


def test_independent_conflicts_are_told_at_once() -> None:
    problem = replace(SIX, hard=needs("ab", "bc", "ca", "de", "ef", "fd"))

    assert refusal(problem) == [
        "D, E, F need each other and move together, 3 applications; a wave takes at most 2.",
        "A, B, C need each other and move together, 3 applications; a wave takes at most 2.",
    ]


def test_nothing_can_be_left_out_of_a_conflict() -> None:
    problem = replace(SIX, hard=needs("ac", "ad", "be", "ef"), settings=(WaveSetting(2, ("a", "b")),))
    found = conflict(problem)

    assert not possible(only(problem, set(found)))
    for each in found:
        assert possible(only(problem, set(found) - {each}))


def test_a_group_gives_way_to_moves_that_tear_it_apart() -> None:
    problem = replace(SIX, groups=(GivenGroup(("a", "b"), "Payroll"),), moves=(Move("a", 1), Move("b", 2)))

    found = place(problem, PLENTY)

    assert dict(found.numbers)["a"] == 1
    assert dict(found.numbers)["b"] == 2
    assert found.waived == ("the move group Payroll moves together (2 applications)",)


def test_a_dependency_gives_way_to_a_move_that_leaves_no_room_for_the_provider() -> None:
    problem = replace(
        SIX, hard=needs("ab"), limits=WaveLimits(1), settings=(WaveSetting(1, ("c",)),), moves=(Move("a", 1),)
    )

    found = place(problem, PLENTY)

    assert dict(found.numbers)["a"] == dict(found.numbers)["c"] == 1
    assert found.waived == ("A needs B, which cuts over no later",)


def test_a_conflict_among_thousands_is_named_within_ten_seconds() -> None:
    ids = [f"app {number}" for number in range(2000)]
    chain = tuple(HardDependency(one, other) for one, other in zip(ids[1:], ids, strict=False))
    across = tuple(HardDependency(one, other) for one, other in zip(ids[2:], ids, strict=False))
    locked = (WaveSetting(1, (ids[-1],)), WaveSetting(2, (ids[0],)))
    problem = WaveProblem(tuple(app(id) for id in ids), (*chain, *across), settings=locked)
    begun = time.process_time()

    found = conflict(problem)

    assert time.process_time() - begun < 10
    assert len(found) == 2
    assert words(problem, found)[1] == "wave 1 is locked with nothing but APP 1999 in it"


def test_what_is_not_needed_is_left_out() -> None:
    numbers = constraints(replace(SIX, hard=needs("ab", "bc", "cd", "de", "ef")))

    found = irreducible(numbers, lambda kept: {numbers[1], numbers[4]} <= set(kept))

    assert found == [numbers[1], numbers[4]]
