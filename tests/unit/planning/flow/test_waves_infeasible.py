"""Plans that cannot be: each is refused in words that name what is in conflict, and leaves everything as it was."""

from __future__ import annotations

from typing import Any

import pytest

from domain.application import Criticality
from domain.dependency import Dependency
from domain.errors import ErrorCode, Refused
from domain.flows.planning.configuration import MoveGroup
from domain.flows.planning.moving import MoveGiven, WaveGiven, move_applications, save_wave
from tests.unit.planning.flow.driving import Planning, application, needs, plan, pool

WAVES = "wave_planning"


def refused(planning: Planning) -> list[str]:
    """Why there are no waves; nothing is changed by asking."""
    before, results = planning.portfolio, dict(planning.results)
    with pytest.raises(Refused) as raised:
        planning.run(WAVES)
    assert {each.code for each in raised.value.problems} == {ErrorCode.INFEASIBLE}
    assert (planning.portfolio, planning.results) == (before, results)
    return [each.message for each in raised.value.problems]


def locked(planning: Planning, *waves: int) -> Planning:
    """The plan with those of its waves locked."""
    for number in waves:
        planning.change(WAVES, save_wave, WaveGiven(planning.wave(number).id, {"locked": True}), None)
    return planning


def found_later(planning: Planning, *dependencies: Dependency) -> Planning:
    """The plan once somebody learns of these dependencies."""
    held = planning.portfolio.dependencies
    planning.portfolio = planning.portfolio.after(dependencies)
    assert len(planning.portfolio.dependencies) == len(held) + len(dependencies)
    return planning


def in_waves(*waves: str, **configuration: Any) -> Planning:
    """A plan in which the applications are in these waves, without anybody's wish."""
    ids = "".join(waves)
    planning = plan(
        *ids, dependencies=[needs(one, other) for one, other in zip(ids[1:], ids, strict=False)], **configuration
    )
    planning.run(WAVES)
    assert planning.waves == {number: set(wave) for number, wave in enumerate(waves, 1)}
    return planning


def test_a_circle_larger_than_a_wave_is_named() -> None:
    planning = plan(*"abcd", dependencies=[needs("a", "b"), needs("b", "c"), needs("c", "a")], max_apps_per_wave=2)

    assert refused(planning) == ["A, B, C need each other and move together, 3 applications; a wave takes at most 2."]


def test_a_group_that_a_circle_makes_larger_than_a_wave_is_named_with_it() -> None:
    planning = plan(
        *"abcd",
        dependencies=[needs("b", "c"), needs("c", "b"), needs("d", "a")],
        max_apps_per_wave=2,
        move_groups=(MoveGroup(("a", "b"), "Payroll"),),
    )

    assert refused(planning) == [
        (
            "These cannot all hold: B needs C, which cuts over no later; C needs B, which cuts over no later; "
            "the move group Payroll moves together (2 applications); a wave takes at most 2 applications."
        ),
    ]


def test_a_locked_wave_whose_application_needs_a_later_one_is_named() -> None:
    planning = locked(in_waves("a", "b", max_apps_per_wave=1), 1)
    found_later(planning, needs("a", "b"))

    assert refused(planning) == [
        "These cannot all hold: A needs B, which cuts over no later; wave 1 is locked with nothing but A in it."
    ]


def test_a_group_of_which_a_part_is_locked_is_named() -> None:
    planning = locked(in_waves("ab", "cd", max_apps_per_wave=2), 1)
    planning.configuration = plan(
        *"abcd", max_apps_per_wave=2, move_groups=(MoveGroup(("b", "c"), "Payroll"),)
    ).configuration

    assert refused(planning) == [
        (
            "These cannot all hold: the move group Payroll moves together (2 applications); "
            "wave 1 is locked with nothing but A, B in it."
        ),
    ]


def test_too_many_that_must_be_early_are_named() -> None:
    late = application("c", criticality=Criticality.HIGH)
    planning = plan("a", "b", late, dependencies=[needs("b", "a")], max_apps_per_wave=1)
    planning.run(WAVES)
    assert planning.waves == {1: {"a"}, 2: {"b"}, 3: {"c"}}
    found_later(locked(planning, 2), needs("b", "c"))

    assert refused(planning) == [
        (
            "These cannot all hold: B needs A, which cuts over no later; B needs C, which cuts over no later; "
            "wave 2 is locked with nothing but B in it; a wave takes at most 1 application."
        ),
    ]


def test_work_for_generations_is_named() -> None:
    planning = plan("a", hours=1_000_000, pools=(pool("engineer", "19"), pool("tester", "19")))

    assert refused(planning) == [
        (
            "The role engineer has 500,000.00 hours to work at 19 a day: 26,315 working days, "
            "and a plan has at most 26,000. Give it more people."
        )
    ]


def test_two_circles_are_told_at_once() -> None:
    rings = [*zip("abc", "bca", strict=True), *zip("def", "efd", strict=True)]
    planning = plan(*"abcdefg", dependencies=[needs(one, other) for one, other in rings], max_apps_per_wave=2)

    assert sorted(refused(planning)) == [
        "A, B, C need each other and move together, 3 applications; a wave takes at most 2.",
        "D, E, F need each other and move together, 3 applications; a wave takes at most 2.",
    ]


def test_a_persons_moves_are_kept_and_what_they_leave_no_room_for_is_waived_and_told() -> None:
    planning = plan(*"abcd", max_apps_per_wave=2, move_groups=(MoveGroup(("a", "b"), "Payroll"),))
    planning.run(WAVES)
    waves = {number: wave.id for number, wave in ((each.number, each) for each in planning.plan.waves)}
    moves = [MoveGiven("a", wave_id=waves[1]), MoveGiven("b", wave_id=waves[2])]
    planning.change(WAVES, move_applications, moves, None, None)

    result = planning.run(WAVES)

    assert (planning.plan.numbers["a"], planning.plan.numbers["b"]) == (1, 2)
    assert planning.plan.wave_plan
    assert planning.plan.wave_plan.waived == ("the move group Payroll moves together (2 applications)",)
    assert result.violations == 1
    told = {each.code: each.message for each in planning.warnings[WAVES]}
    assert told["WAIVED"] == (
        "Moves and locks left no room for this: the move group Payroll moves together (2 applications)"
    )
    assert told["VIOLATION"] == "The move group Payroll (A, B) is split: it is in wave 1, wave 2."
