from __future__ import annotations

from decimal import Decimal

import pytest

from domain.application import Criticality, Environment
from domain.decision import MoveGroupHint, RefactorDepth, Strategy
from domain.dependency import Dependency, DependencyKind
from domain.planning.waves.priority import PriorityInputs, priority
from domain.planning.waves.problem import HardDependency, SoftTie
from domain.planning.waves.risk import RiskInputs, application_risk, suits_pilot, wave_risk
from domain.planning.waves.ties import ties
from domain.sixr.hours import Complexity

EARLIEST = PriorityInputs(Environment.TEST, Criticality.LOW, False, 3, 3, Strategy.REHOST)
LATEST = PriorityInputs(Environment.PRODUCTION, Criticality.MISSION_CRITICAL, True, 11, 11, Strategy.REFACTOR)


def test_the_priority_sum_weighs_servers_and_strategy_less() -> None:
    # 80 + 60 + 60 + 60 x 0.8 + 70 + 70 x 0.6
    assert priority(EARLIEST) == Decimal(360)
    # 20 + 10 + 10 + 20 x 0.8 + 10 + 10 x 0.6
    assert priority(LATEST) == Decimal(72)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        # 50 + 40 + 60 + 40 x 0.8 + 30 + 30 x 0.6
        (PriorityInputs(Environment.DEVELOPMENT, Criticality.MEDIUM, False, 10, 10, Strategy.REPLATFORM), 230),
        # 80 + 20 + 60 + 40 x 0.8 + 30 + 30 x 0.6
        (PriorityInputs(Environment.STAGING, Criticality.HIGH, False, 4, 4, Strategy.REPURCHASE), 240),
        # What is unknown: as production, medium, refactor; 20 + 40 + 60 + 60 x 0.8 + 70 + 10 x 0.6
        (PriorityInputs(None, None, False, 0, 0, None), 244),
    ],
)
def test_each_attribute_gives_its_points(inputs: PriorityInputs, expected: int) -> None:
    assert priority(inputs) == Decimal(expected)


@pytest.mark.parametrize("environment", [Environment.OTHER, Environment.DR, None])
def test_other_and_unknown_environments_count_as_production(environment: Environment | None) -> None:
    inputs = PriorityInputs(environment, Criticality.LOW, False, 1, 0, Strategy.REHOST)

    assert priority(inputs) == Decimal(300)


def test_the_risk_of_an_application_is_the_mean_of_its_four_parts() -> None:
    worst = RiskInputs(Criticality.MISSION_CRITICAL, Complexity.HIGH, Strategy.REFACTOR, RefactorDepth.REWRITE, 10)
    middle = RiskInputs(Criticality.HIGH, Complexity.MEDIUM, Strategy.REFACTOR, RefactorDepth.ARCHITECTURE, 5)

    assert application_risk(worst) == 1
    assert application_risk(RiskInputs(Criticality.LOW, Complexity.LOW, Strategy.REHOST, None, 0)) == 0
    assert application_risk(middle) == pytest.approx((2 / 3 + 0.5 + 0.75 + 0.5) / 4)


def test_what_is_unknown_does_not_count_and_nothing_known_is_middling() -> None:
    assert application_risk(RiskInputs(criticality=Criticality.MISSION_CRITICAL)) == 1
    assert application_risk(RiskInputs(strategy=Strategy.REPLATFORM, debt=7.5)) == 0.5
    assert application_risk(RiskInputs()) == 0.5


def test_the_risk_of_a_wave_goes_by_hours() -> None:
    assert wave_risk([(Decimal(30), 0.9), (Decimal(10), 0.1)]) == pytest.approx(0.7)
    assert wave_risk([(Decimal(0), 0.9), (Decimal(0), 0.1)]) == 0.5
    assert wave_risk([]) is None


def test_a_pilot_is_of_low_risk_and_few_dependencies() -> None:
    assert suits_pilot(0.35, 3)
    assert not suits_pilot(0.36, 3)
    assert not suits_pilot(0.35, 4)


def test_dependencies_tie_by_their_kind_and_hints_by_their_strength() -> None:
    dependencies = [
        Dependency("1", "a", "b", DependencyKind.HARD, "x"),
        Dependency("2", "b", "c", DependencyKind.SOFT, "x", Criticality.MISSION_CRITICAL, confidence=0.5),
        Dependency("3", "a", "c", DependencyKind.SHARED_SERVICE, "x"),
        Dependency("4", "a", "elsewhere", DependencyKind.HARD, "x"),
        Dependency("5", "c", "a", DependencyKind.SOFT, "x", Criticality.LOW),
    ]
    hints = [
        MoveGroupHint("data", "They share a database.", ("a", "b", "elsewhere"), 0.8),
        MoveGroupHint("one", "Alone.", ("c", "elsewhere"), 1.0),
    ]

    found = ties(dependencies, hints, {"a", "b", "c"})

    assert found.hard == (HardDependency("a", "b"),)
    assert found.soft == (SoftTie(("b", "c"), 100), SoftTie(("c", "a"), 50), SoftTie(("a", "b"), 80, "data"))
