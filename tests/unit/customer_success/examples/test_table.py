"""The table of examples is well-formed and large enough; what the rules make of it is tested elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.unit.customer_success.examples import table
from tests.unit.customer_success.examples.table import (
    Example,
    Kind,
    OrderExample,
    ScoreExample,
    Stage,
    StageExample,
    TodayExample,
    WorkloadExample,
)

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "stages": table.stages(),
    "todays": table.todays(),
    "determinations": table.determinations(),
    "scores": table.scores(),
    "workloads": table.workloads(),
    "orders": table.orders(),
    "templates": table.templates(),
    "presences": table.presences(),
}
BOUNDARIES = {-1, 0, 6, 7, 13, 14, 29, 30, 59, 60, 89, 90, 119, 120, 179, 180}
by_score = pytest.mark.parametrize("example", table.scores(), ids=lambda example: example.name)


@pytest.mark.parametrize("examples", EXAMPLES.values(), ids=EXAMPLES)
def test_examples_have_names_of_their_own_and_say_why(examples: tuple[Example, ...]) -> None:
    assert len({example.name for example in examples}) == len(examples)
    for example in examples:
        assert example.why.endswith(".")
        assert (example.question is None) is (example.answer is None)


def test_the_table_is_large_enough() -> None:
    determined_and_scored = len(table.determinations()) + len(table.scores()) + len(table.stages())

    assert determined_and_scored >= 100
    assert {example.kind for example in table.scores()} == set(Kind)
    assert {example.stage for example in table.stages()} == set(Stage)


def test_both_ends_of_every_stage_are_there() -> None:
    assert {example.days for example in table.stages()} >= BOUNDARIES


def test_every_step_of_the_revenue_is_there_to_the_cent() -> None:
    told = {example.told.arr for example in table.scores()}

    assert told >= {Decimal(text) for text in ("0", "99999.99", "100000", "149999.99", "150000")}


def test_days_are_those_between_the_dates() -> None:
    dated: tuple[StageExample | TodayExample, ...] = (*table.stages(), *table.todays())

    for example in dated:
        assert example.renewal - example.today == timedelta(days=example.days), example.name


def test_today_is_the_day_of_the_zone() -> None:
    for example in table.todays():
        assert example.now.astimezone(ZoneInfo(example.zone)).date() == example.today, example.name


@by_score
def test_the_arithmetic_names_the_factors_and_ends_in_the_total(example: ScoreExample) -> None:
    factors = example.factors
    plain = example.arithmetic.replace("\N{MULTIPLICATION SIGN}", "*").replace("\N{MINUS SIGN}", "-")

    assert f"* {factors.arr} * {factors.plan} * {factors.experience} - {factors.workload} = " in plain
    assert example.arithmetic.replace(",", "").replace(":", "").split()[-1] == str(example.total)


@pytest.mark.parametrize("example", table.workloads(), ids=lambda example: example.name)
def test_what_is_counted_is_held_and_not_what_is_asked(example: WorkloadExample) -> None:
    ids = Counter(each.id for each in example.held)

    assert set(ids.values()) == {1}
    assert example.asked in ids
    assert example.counted <= ids.keys() - {example.asked}


@pytest.mark.parametrize("example", table.orders(), ids=lambda example: example.name)
def test_an_order_has_all_that_is_given_and_is_not_given_already(example: OrderExample) -> None:
    given = tuple(each.id for each in example.given)

    assert sorted(given) == sorted(example.right)
    assert given != example.right
