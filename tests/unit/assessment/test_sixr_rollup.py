"""Roll-up and compatibility."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import RefactorDepth, Strategy
from domain.dependency import DependencyKind
from domain.reference_data import read_csv
from domain.sixr.compatibility import component_issues, issue
from domain.sixr.factors import OPTIONS, Option
from domain.sixr.rollup import roll_up
from tests.unit.assessment.portfolios import component

REHOST, REPLATFORM, CODE, ARCHITECTURE, REWRITE = OPTIONS
RETIRE: Option = (Strategy.RETIRE, None)
RETAIN: Option = (Strategy.RETAIN, None)
REPURCHASE: Option = (Strategy.REPURCHASE, None)


def rolled(*parts: tuple[Option, int], needs: dict[str, tuple[str, ...]] | None = None) -> tuple[Option, list[str]]:
    components = [component("a", str(n), depends_on=(needs or {}).get(str(n), ())) for n in range(len(parts))]
    options = {part.id: option for part, (option, _) in zip(components, parts, strict=True)}
    reference = {part.id: Fraction(hours) for part, (_, hours) in zip(components, parts, strict=True)}
    result = roll_up(components, options, reference)
    return result.option, [part.removeprefix("a-") for part in result.dissenting]


@pytest.mark.parametrize(
    ("parts", "option", "dissenting"),
    [
        ([(RETIRE, 1), (RETIRE, 9)], RETIRE, []),
        ([(RETIRE, 9), (REHOST, 1)], REHOST, ["0"]),
        ([(RETAIN, 20), (REHOST, 80)], RETAIN, ["1"]),
        ([(RETAIN, 19), (REHOST, 81)], REHOST, ["0"]),
        ([(RETAIN, 19), (REHOST, 61), (RETIRE, 900)], RETAIN, ["1", "2"]),
        ([(REPURCHASE, 51), (REHOST, 49)], REPURCHASE, ["1"]),
        ([(REPURCHASE, 50), (REHOST, 50)], REHOST, ["0"]),
        ([(REWRITE, 20), (REHOST, 80)], REWRITE, ["1"]),
        ([(REWRITE, 19), (REHOST, 81)], REHOST, ["0"]),
        ([(REWRITE, 10), (ARCHITECTURE, 10), (REHOST, 80)], ARCHITECTURE, ["2"]),
        ([(REWRITE, 5), (ARCHITECTURE, 5), (CODE, 5), (REPLATFORM, 5), (REHOST, 80)], REPLATFORM, ["0", "1", "2", "4"]),
        ([(RETAIN, 19), (REPURCHASE, 50), (CODE, 20), (REHOST, 11)], CODE, ["0", "1", "3"]),
    ],
)
def test_roll_up(parts: list[tuple[Option, int]], option: Option, dissenting: list[str]) -> None:
    assert rolled(*parts) == (option, dissenting)


def test_a_small_part_that_must_stay_holds_back_the_rest_that_needs_it() -> None:
    assert rolled((RETAIN, 1), (REHOST, 99), needs={"1": ("0",)}) == (RETAIN, ["1"])
    assert rolled((RETAIN, 1), (REHOST, 99), needs={"0": ("1",)}) == (REHOST, ["0"])
    assert rolled((RETAIN, 1), (REHOST, 99), (RETIRE, 9), needs={"2": ("0",)}) == (REHOST, ["0", "2"])


ALL = [*OPTIONS, RETIRE, RETAIN, REPURCHASE]
PARTS = st.lists(st.tuples(st.sampled_from(ALL), st.integers(1, 99)), min_size=1, max_size=7)


@settings(deadline=None)
@given(PARTS)
def test_the_roll_up_never_invents_a_strategy(parts: list[tuple[Option, int]]) -> None:
    option, _ = rolled(*parts)

    assert option in {each for each, _ in parts}


@settings(deadline=None)
@given(st.integers(20, 100), st.sampled_from(OPTIONS))
def test_what_stays_and_holds_a_fifth_is_never_turned_into_a_move(share: int, move: Option) -> None:
    assert rolled((RETAIN, share), (move, 101 - share))[0] == (RETAIN if share * 5 >= 101 else move)


@settings(deadline=None)
@given(PARTS)
def test_dissenting_are_those_treated_otherwise(parts: list[tuple[Option, int]]) -> None:
    option, dissenting = rolled(*parts)

    assert dissenting == [str(n) for n, (each, _) in enumerate(parts) if each[0] is not option[0]]


def test_the_table_knows_every_pair_of_strategies_and_kind_of_dependency() -> None:
    assert len(read_csv("strategy_compatibility")) == 6 * 6 * 3
    for consumer in Strategy:
        for provider in Strategy:
            for kind in DependencyKind:
                issue(consumer, provider, kind)


@pytest.mark.parametrize(
    ("consumer", "provider", "kind", "fits"),
    [
        (Strategy.REHOST, Strategy.REHOST, DependencyKind.HARD, True),
        (Strategy.REHOST, Strategy.RETAIN, DependencyKind.HARD, False),
        (Strategy.REHOST, Strategy.RETAIN, DependencyKind.SOFT, True),
        (Strategy.RETAIN, Strategy.REHOST, DependencyKind.HARD, False),
        (Strategy.REHOST, Strategy.RETIRE, DependencyKind.SHARED_SERVICE, False),
        (Strategy.RETIRE, Strategy.RETIRE, DependencyKind.HARD, True),
        (Strategy.REFACTOR, Strategy.REPURCHASE, DependencyKind.HARD, True),
        (Strategy.REHOST, Strategy.REFACTOR, DependencyKind.HARD, False),
    ],
)
def test_compatibility(consumer: Strategy, provider: Strategy, kind: DependencyKind, fits: bool) -> None:
    assert (issue(consumer, provider, kind) is None) is fits


def test_a_component_says_which_neighbour_does_not_fit() -> None:
    parts = [component("a", "web", depends_on=("db",)), component("a", "db")]

    issues = component_issues(parts, {"a-web": Strategy.REHOST, "a-db": Strategy.RETAIN})

    assert issues == {
        "a-web": (
            "db: It moves away from what it calls synchronously; every call then crosses the link between the sites.",
        ),
        "a-db": (),
    }


def test_depths_are_ordered_shallowest_first() -> None:
    assert [depth for _, depth in OPTIONS] == [None, None, *RefactorDepth]
