from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.planning.calendar import Blackout
from domain.planning.checking.waves import check_waves
from domain.planning.waves.dates import WaveDates
from domain.planning.waves.placement import arranged
from domain.planning.waves.problem import GivenGroup, Move, PoolCapacity, WaveLimits, WaveProblem, WaveSetting
from tests.unit.planning.waves.problems import app, apps, needs

PLAN = WaveProblem(
    (app("a", hours=100), app("b", hours=100), app("c")),
    limits=WaveLimits(2, 30),
    capacities=(PoolCapacity("engineer", Decimal(8)),),
    starts_on=date(2027, 1, 4),
)
GOOD = {"a": 1, "b": 2, "c": 2}


def messages(problem: WaveProblem, numbers: dict[str, int]) -> list[str]:
    return [violation.message for violation in check_waves(problem, arranged(problem, numbers))]


def test_a_lawful_plan_has_no_violations() -> None:
    assert messages(PLAN, GOOD) == []


@pytest.mark.parametrize(
    ("problem", "numbers", "expected"),
    [
        (PLAN, {"a": 1, "b": 2}, "C is in no wave."),
        (replace(PLAN, hard=needs("ab")), GOOD, "A needs B, which moves later, in wave 2 after wave 1."),
        (
            replace(PLAN, groups=(GivenGroup(("a", "b")),)),
            GOOD,
            "A move group (A, B) is split: it is in wave 1, wave 2.",
        ),
        (replace(PLAN, limits=WaveLimits(1, 30)), GOOD, "Wave 2 has 2 applications; it takes at most 1."),
        (
            replace(PLAN, settings=(WaveSetting(2, max_applications=1),)),
            GOOD,
            "Wave 2 has 2 applications; it takes at most 1.",
        ),
        (PLAN, {"a": 1, "b": 1, "c": 2}, "Wave 1 lasts 33 calendar days; the limit is 30."),
        (replace(PLAN, moves=(Move("a", 2),)), GOOD, "A person wants A in wave 2."),
        (replace(PLAN, moves=(Move("a", None),)), GOOD, "A person wants A in no wave."),
        (
            replace(PLAN, settings=(WaveSetting(1, ("a", "c")),)),
            GOOD,
            "Wave 1 is locked, and holds others than it did.",
        ),
    ],
)
def test_what_is_broken_is_said_in_words(problem: WaveProblem, numbers: dict[str, int], expected: str) -> None:
    assert messages(problem, numbers) == [expected]


def test_dates_are_walked_anew() -> None:
    waves = arranged(PLAN, GOOD)
    early = WaveDates(date(2026, 12, 28), date(2027, 1, 22), date(2027, 1, 18))
    short = replace(waves[1], days=19)

    assert [each.code for each in check_waves(PLAN, (replace(waves[0], dates=early), short))] == [
        "WRONG_LENGTH",
        "TOO_EARLY",
        "WRONG_DATES",
    ]


def test_nothing_cuts_over_in_a_blackout() -> None:
    waves = arranged(replace(PLAN, candidates=PLAN.candidates[:1]), {"a": 1})
    shut = replace(PLAN, candidates=PLAN.candidates[:1], blackouts=(Blackout(date(2027, 1, 25), date(2027, 1, 25)),))

    assert [each.message for each in check_waves(shut, waves)] == [
        "Wave 1 would cut over on 2027-01-26 and end on 2027-02-01."
    ]


def test_who_is_there_twice_or_does_not_belong_is_named() -> None:
    first, second = arranged(PLAN, GOOD)
    waves = (replace(first, application_ids=("a", "c", "x")), second)

    assert [each.code for each in check_waves(PLAN, waves)][:2] == ["FOREIGN", "TWICE"]


def test_waves_are_numbered_in_order() -> None:
    first, second = arranged(replace(PLAN, starts_on=None), GOOD)

    assert [each.code for each in check_waves(replace(PLAN, starts_on=None), (second, first))] == ["NUMBERS"]


def test_a_cut_over_after_the_consumers_breaks_a_dependency_whatever_the_numbers() -> None:
    problem = replace(PLAN, candidates=apps("ab"), hard=needs("ba"), limits=WaveLimits(1, 90, 2))
    first, second = arranged(problem, {"a": 1, "b": 2})
    assert second.dates is not None
    later = WaveDates(date(2027, 1, 11), date(2027, 2, 5), date(2027, 2, 1))

    assert [each.message for each in check_waves(problem, (replace(first, dates=later), second))] == [
        "B needs A, which cuts over later, on 2027-02-01."
    ]
