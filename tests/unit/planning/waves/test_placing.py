from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.planning.waves.placing import Level
from domain.planning.waves.planning import placement, plan_waves
from domain.planning.waves.problem import (
    GivenGroup,
    Move,
    PoolCapacity,
    SoftTie,
    WaveLimits,
    WaveProblem,
    WaveSetting,
)
from solvers.waves.answering import place
from tests.unit.planning.waves.problems import (
    PLENTY,
    InProcess,
    app,
    apps,
    best_by_trying,
    levels,
    needs,
    numbers,
    small_problems,
    tied,
)


def test_three_applications_at_two_per_wave_are_two_waves() -> None:
    plan = plan_waves(WaveProblem(apps("abc"), limits=WaveLimits(2)), InProcess(), PLENTY)

    assert [len(wave.application_ids) for wave in plan.waves] in ([1, 2], [2, 1])
    assert [(wave.number, wave.pilot) for wave in plan.waves] == [(1, True), (2, False)]
    assert plan.gap == 0
    assert plan.violations == ()


def test_a_provider_moves_no_later_than_its_consumer() -> None:
    found = numbers(WaveProblem(apps("abcd"), needs("ab", "bc", "cd"), limits=WaveLimits(1)))

    assert found == {"d": 1, "c": 2, "b": 3, "a": 4}


def test_what_is_softly_tied_moves_together() -> None:
    found = numbers(WaveProblem(apps("abcdef"), soft=tied("ad", "be", "cf"), limits=WaveLimits(2)))

    assert found["a"] == found["d"]
    assert found["b"] == found["e"]
    assert found["c"] == found["f"]


def test_a_hint_gives_way_to_what_weighs_more() -> None:
    hint = SoftTie(("a", "b"), 60, "hint")

    found = numbers(WaveProblem(apps("abc"), soft=(hint, *tied("bc")), limits=WaveLimits(2)))

    assert found["b"] == found["c"] != found["a"]


def test_a_hard_circle_and_a_given_group_move_as_one() -> None:
    group = GivenGroup(("d", "e"), "Payroll")
    problem = WaveProblem(apps("abcde"), needs("ab", "bc", "ca"), groups=(group,), limits=WaveLimits(3))

    found = numbers(problem)

    assert found["a"] == found["b"] == found["c"] != found["d"] == found["e"]


def test_a_circle_through_a_group_is_one_unit() -> None:
    problem = WaveProblem(apps("abc"), needs("ac", "cb"), groups=(GivenGroup(("a", "b")),), limits=WaveLimits(3))

    assert set(numbers(problem).values()) == {1}


def test_hours_beyond_the_limit_make_more_waves() -> None:
    pool = (PoolCapacity("engineer", Decimal(8)),)
    members = tuple(app(id, hours=88) for id in "abcd")

    # 30 calendar days hold 22 working days of 8 hours: two applications.
    plan = plan_waves(WaveProblem(members, limits=WaveLimits(4, 30), capacities=pool), InProcess(), PLENTY)

    assert [len(wave.application_ids) for wave in plan.waves] == [2, 2]
    assert [wave.days for wave in plan.waves] == [22, 22]
    assert plan.violations == ()


def test_an_application_too_long_for_any_wave_has_its_own_and_a_violation() -> None:
    pool = (PoolCapacity("engineer", Decimal(8)),)
    members = (app("a", hours=1000), app("b"), app("c"))

    plan = plan_waves(WaveProblem(members, limits=WaveLimits(5, 30), capacities=pool), InProcess(), PLENTY)

    assert sorted(wave.application_ids for wave in plan.waves) == [("a",), ("b", "c")]
    assert [violation.code for violation in plan.violations] == ["TOO_LONG"]
    assert plan.violations[0].application_ids == ("a",)


def test_a_pilot_is_of_low_risk_where_nothing_earlier_in_the_order_suffers() -> None:
    risky = tuple(app(id, risk=0.9) for id in "abc")
    calm = tuple(app(id, risk=0.1) for id in "xyz")

    plan = plan_waves(WaveProblem((*risky, *calm), limits=WaveLimits(3)), InProcess(), PLENTY)

    assert [wave.application_ids for wave in plan.waves] == [("x", "y", "z"), ("a", "b", "c")]
    assert plan.placements[3].because == "Its risk of 0.10 and 0 dependencies suit the pilot."


def test_priority_decides_what_is_left_open() -> None:
    members = tuple(app(id, priority=priority) for id, priority in (("a", 100), ("b", 300), ("c", 200)))

    found = numbers(WaveProblem(members, limits=WaveLimits(1, pilot=False)))

    assert found == {"b": 1, "c": 2, "a": 3}


def test_departments_stay_together_before_priority_counts() -> None:
    members = tuple(
        app(id, department=department, priority=priority)
        for id, department, priority in (("a", "red", 300), ("b", "blue", 200), ("c", "red", 100), ("d", "blue", 90))
    )

    found = numbers(WaveProblem(members, limits=WaveLimits(2, pilot=False)))

    assert found == {"a": 1, "c": 1, "b": 2, "d": 2}


def test_locked_waves_and_moves_survive_replanning() -> None:
    problem = WaveProblem(
        apps("abcdef"),
        soft=tied("ab", "cd", "ef"),
        limits=WaveLimits(2),
        settings=(WaveSetting(2, ("a", "c")),),
        moves=(Move("e", 3), Move("f", None)),
    )

    plan = plan_waves(problem, InProcess(), PLENTY)

    assert [(wave.number, wave.application_ids) for wave in plan.waves] == [
        (1, ("b", "d")),
        (2, ("a", "c")),
        (3, ("e",)),
    ]
    assert plan.unassigned == ("f",)
    assert plan.violations == ()


def test_a_move_that_breaks_a_dependency_is_kept_and_shown() -> None:
    problem = WaveProblem(apps("abc"), needs("ab"), limits=WaveLimits(1), moves=(Move("a", 1), Move("b", 3)))

    plan = plan_waves(problem, InProcess(), PLENTY)

    assert {id: wave.number for wave in plan.waves for id in wave.application_ids} == {"a": 1, "c": 2, "b": 3}
    assert [violation.message for violation in plan.violations] == [
        "A needs B, which moves later, in wave 3 after wave 1."
    ]
    assert plan.waived == ("A needs B, which cuts over no later",)


def test_more_moves_into_a_wave_than_it_takes_are_kept_and_shown() -> None:
    problem = WaveProblem(apps("abcd"), limits=WaveLimits(2), moves=tuple(Move(id, 1) for id in "abc"))

    plan = plan_waves(problem, InProcess(), PLENTY)

    assert [wave.application_ids for wave in plan.waves] == [("a", "b", "c"), ("d",)]
    assert [violation.code for violation in plan.violations] == ["TOO_MANY"]


def test_a_waves_own_limit_holds_for_it_alone() -> None:
    settings_ = (WaveSetting(1, max_applications=1),)

    plan = plan_waves(WaveProblem(apps("abcde"), limits=WaveLimits(2), settings=settings_), InProcess(), PLENTY)

    assert [len(wave.application_ids) for wave in plan.waves] == [1, 2, 2]


def test_a_group_larger_than_a_wave_fits_where_a_person_gave_a_wave_more_room() -> None:
    problem = WaveProblem(
        apps("abcd"), needs("ab", "bc", "ca"), limits=WaveLimits(2), settings=(WaveSetting(2, max_applications=3),)
    )

    assert numbers(problem) == {"d": 1, "a": 2, "b": 2, "c": 2}


def test_waves_have_dates_where_the_plan_has_a_start() -> None:
    problem = WaveProblem(apps("ab"), limits=WaveLimits(1), starts_on=date(2027, 1, 4))

    plan = plan_waves(problem, InProcess(), PLENTY)

    dates = [wave.dates for wave in plan.waves if wave.dates]
    assert [each.starts_on for each in dates] == [date(2027, 1, 4), date(2027, 2, 1)]
    assert [each.ends_on for each in dates] == [date(2027, 1, 29), date(2027, 2, 26)]


@settings(max_examples=40)
@given(small_problems(most=5))
def test_every_level_of_a_small_problem_is_the_best_there_is(problem: WaveProblem) -> None:
    found = place(problem, PLENTY)

    values = tuple(report.value for report in found.levels)
    assert values == best_by_trying(problem)
    assert values[1:] == levels(problem, dict(found.numbers))
    assert all(report.proven for report in found.levels)


@settings(max_examples=40)
@given(small_problems())
def test_the_order_of_the_input_decides_nothing(problem: WaveProblem) -> None:
    shuffled = replace(
        problem,
        candidates=tuple(reversed(problem.candidates)),
        hard=tuple(reversed(problem.hard)),
        soft=tuple(replace(tie, application_ids=tie.application_ids[::-1]) for tie in reversed(problem.soft)),
    )

    assert place(shuffled, PLENTY) == place(problem, PLENTY) == place(problem, PLENTY)


@pytest.mark.slow
@settings(max_examples=40)
@given(small_problems(), st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=3))
def test_the_checker_accepts_every_plan_but_for_what_a_person_moved(
    problem: WaveProblem, wishes: list[tuple[int, int]]
) -> None:
    moves = {problem.candidates[place % len(problem.candidates)].id: wave for place, wave in wishes}

    plain = plan_waves(problem, InProcess(), PLENTY)
    around = plan_waves(replace(problem, moves=tuple(Move(*each) for each in moves.items())), InProcess(), PLENTY)

    assert plain.violations == ()
    after = {id: wave.number for wave in around.waves for id in wave.application_ids}
    assert {id: after[id] for id in moves} == moves
    assert {violation.code for violation in around.violations} <= {"DEPENDENCY", "GROUP_SPLIT", "TOO_MANY", "TOO_LONG"}
    if around.violations:
        assert moves


def test_a_plan_says_what_its_levels_came_to() -> None:
    found = place(WaveProblem(apps("abc"), soft=tied("ab", "bc"), limits=WaveLimits(2)), PLENTY)

    assert [report.level for report in found.levels] == list(Level)
    assert [(report.value, report.bound) for report in found.levels][:2] == [(2, 2), (100, 100)]
    assert found.gap == 0
    assert not found.time_limited


def test_nothing_is_proven_of_a_plan_that_a_person_changed() -> None:
    changed = placement(WaveProblem(apps("ab")), {"a": 1})

    assert changed.gap is None
    assert changed.unassigned == ("b",)
    assert [violation.message for violation in changed.violations] == ["B is in no wave."]


def test_one_wave_less_is_no_proof_that_there_are_not_two_less() -> None:
    # The greedy start needs more waves than there must be: hours of 9 and 13 days fit in pairs of 22 only.
    pool = (PoolCapacity("engineer", Decimal(8)),)
    hours = (72, 104, 72, 104, 72, 104, 64, 48, 64, 120, 56, 120)
    members = tuple(app(f"app {number:02}", hours=each) for number, each in enumerate(hours))

    found = place(WaveProblem(members, limits=WaveLimits(3, 30), capacities=pool), PLENTY)

    assert found.levels[0].value == found.levels[0].bound == math.ceil(sum(hours) / 176)
