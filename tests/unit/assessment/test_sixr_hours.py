"""Person-hours, exactly as the field's table has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from domain.application import Criticality
from domain.decision import HoursRange, RefactorDepth, Strategy
from domain.rates import blended_rate, rounded
from domain.sixr.hours import Complexity, Work, complexity, complexity_points, treatment_hours, works
from domain.sixr.subject import Subject, distributed
from tests.unit.assessment.portfolios import TODAY, application, component

LOW, MEDIUM, HIGH = Complexity.LOW, Complexity.MEDIUM, Complexity.HIGH


def work(level: Complexity = LOW, servers: int = 1, **fields: Any) -> Work:
    usual = {"size": Fraction(1), "disaster_recovery": False, "technology_change": False, **fields}
    return Work(level, Fraction(servers), **usual)


def hours(low: str, likely: str, high: str) -> HoursRange:
    return HoursRange(Decimal(low), Decimal(likely), Decimal(high))


@pytest.mark.parametrize(
    ("made_of", "strategy", "depth", "expected"),
    [
        (work(LOW), Strategy.REHOST, None, hours("10", "12", "14")),
        (work(MEDIUM), Strategy.REHOST, None, hours("16", "20", "24")),
        (work(HIGH), Strategy.REHOST, None, hours("26", "32", "38")),
        (work(LOW, 3), Strategy.REHOST, None, hours("30", "36", "42")),
        (work(LOW, disaster_recovery=True), Strategy.REHOST, None, hours("13", "16", "19")),
        (work(MEDIUM, disaster_recovery=True), Strategy.REHOST, None, hours("20", "25", "30")),
        (work(HIGH, disaster_recovery=True), Strategy.REHOST, None, hours("34", "42", "50")),
        (work(LOW), Strategy.REPLATFORM, None, hours("11", "14", "17")),
        (work(MEDIUM), Strategy.REPLATFORM, None, hours("18", "23.5", "29")),
        (work(HIGH), Strategy.REPLATFORM, None, hours("30", "38", "46")),
        (work(LOW, technology_change=True), Strategy.REPLATFORM, None, hours("20", "24.5", "29")),
        (work(MEDIUM, technology_change=True), Strategy.REPLATFORM, None, hours("36", "45", "54")),
        (work(HIGH, technology_change=True), Strategy.REPLATFORM, None, hours("66", "82", "98")),
        # 40 h x 2 x 1 x 0.7 = 56
        (work(LOW), Strategy.REFACTOR, RefactorDepth.CODE, hours("52", "68", "98")),
        # 40 h x 5 x 2 x 1 = 400
        (work(MEDIUM, size=Fraction(2)), Strategy.REFACTOR, RefactorDepth.ARCHITECTURE, hours("316", "420", "624")),
        # 40 h x 10 x 4 x 1.5 = 2,400
        (work(HIGH, size=Fraction(4)), Strategy.REFACTOR, RefactorDepth.REWRITE, hours("1826", "2432", "3638")),
        (work(HIGH, 2), Strategy.RETIRE, None, hours("8", "12", "16")),
        (work(HIGH), Strategy.RETAIN, None, hours("0", "0", "0")),
    ],
)
def test_hours_by_strategy(
    made_of: Work, strategy: Strategy, depth: RefactorDepth | None, expected: HoursRange
) -> None:
    found = made_of.hours(strategy, depth).rounded()

    assert (found.low, found.likely, found.high) == (expected.low, expected.likely, expected.high)


def test_a_repurchase_is_counted_once_an_application() -> None:
    found = treatment_hours(
        {"a": work(servers=1), "b": work(servers=3), "c": work()},
        {"a": (Strategy.REPURCHASE, None), "b": (Strategy.REPURCHASE, None), "c": (Strategy.RETAIN, None)},
    )

    assert found["a"].rounded() == hours("10.00", "20.00", "40.00")
    assert found["b"].rounded() == hours("30.00", "60.00", "120.00")


@pytest.mark.parametrize(
    ("facts", "dependencies", "points"),
    [
        ({}, 0, 0),
        ({"server_count": 3}, 3, 0),
        ({"server_count": 4}, 4, 2),
        ({"server_count": 11}, 11, 4),
        ({"integration_kinds": "REST"}, 0, 0),
        ({"integration_kinds": "REST; file"}, 0, 1),
        ({"integration_kinds": "REST; file; MQ; mail"}, 0, 2),
        ({"data_volume_gb": 99}, 0, 0),
        ({"data_volume_gb": 100}, 0, 1),
        ({"data_volume_gb": 1000}, 0, 2),
        ({"regulated": "yes"}, 0, 1),
        ({"criticality": Criticality.HIGH}, 0, 1),
        ({"criticality": Criticality.MISSION_CRITICAL}, 0, 2),
    ],
)
def test_complexity_points(facts: dict[str, Any], dependencies: int, points: int) -> None:
    subject = Subject(application("a", **facts), (component("a", "x"),), TODAY, dependencies=dependencies)

    assert complexity_points(subject) == points


@pytest.mark.parametrize(("servers", "regulated", "level"), [(1, "yes", LOW), (11, "yes", MEDIUM)])
def test_complexity_classes(servers: int, regulated: str, level: Complexity) -> None:
    subject = Subject(application("a", server_count=servers, regulated=regulated), (component("a", "x"),), TODAY)

    assert complexity(subject) is level


def test_six_points_are_high() -> None:
    facts = {"server_count": 11, "data_volume_gb": 5000, "criticality": Criticality.MISSION_CRITICAL}
    subject = Subject(application("a", **facts), (component("a", "x"),), TODAY)

    assert complexity_points(subject) == 6
    assert complexity(subject) is HIGH


def test_servers_of_the_whole_are_spread_over_the_parts_that_name_none() -> None:
    parts = (component("a", "x", server_count=2), component("a", "y"), component("a", "z"))

    assert distributed(application("a", server_count=7), parts, "server_count") == {
        "a-x": Fraction(2),
        "a-y": Fraction(5, 2),
        "a-z": Fraction(5, 2),
    }
    assert distributed(application("a"), parts, "server_count")["a-y"] is None


@pytest.mark.parametrize(
    ("facts", "size"),
    [({"thousand_lines": 25}, 2.5), ({"thousand_lines": 5}, 1), ({"thousand_lines": 900}, 4), ({"server_count": 3}, 3)],
)
def test_size_is_by_lines_where_they_are_known_else_by_servers(facts: dict[str, Any], size: float) -> None:
    subject = Subject(application("a", **facts), (component("a", "x"),), TODAY)

    assert works(subject)["a-x"].size == size


def test_the_newest_rate_of_the_day_counts() -> None:
    assert blended_rate("USD", date(2025, 12, 31), {}).hourly == 110
    assert blended_rate("USD", TODAY, {}).hourly == 115
    assert blended_rate("EUR", TODAY, {"blendedRate": "99.5"}).hourly == Decimal("99.5")
    assert blended_rate("XAU", TODAY, {"blendedRate": "many"}).currency == "USD"


@pytest.mark.parametrize(("currency", "amount"), [("USD", "10.13"), ("JPY", "10"), ("KWD", "10.125")])
def test_amounts_are_rounded_half_up_to_the_smallest_unit(currency: str, amount: str) -> None:
    assert rounded(Decimal("10.125"), currency) == Decimal(amount)
