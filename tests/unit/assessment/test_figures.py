"""Migration readiness and business impact, exactly."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.application import Application, Criticality, Technology
from domain.flows.assessment.initialization import business_impact, migration_readiness
from domain.readiness import applicable_facts
from tests.unit.assessment.portfolios import application, component

BARE = replace(application("a"), criticality=None, environment=None, business_owner=None)


def knowing_everything(**facts: Any) -> Application:
    values = {"commercial_product": False}
    bare = application("a", **values)
    known: dict[str, Any] = {
        fact.key: "none" if "NONE" in fact.choices else "1" if fact.unit else "no"
        for fact in applicable_facts(bare, ())
        if fact.field is None
    }
    full = application("a", user_count=1, annual_cost=Decimal(1), technical_owner="Bob", **{**known, **values, **facts})
    return replace(
        full, technologies=(Technology("Java", "17", "language"), Technology("RHEL", "9", "operating_system"))
    )


def test_everything_known_and_no_gap_is_a_hundred() -> None:
    figure = migration_readiness(knowing_everything(), (component("a", "x"),))

    assert (figure.value, figure.missing) == (100.0, ())


def test_a_hard_block_leaves_twenty_at_most() -> None:
    assert migration_readiness(knowing_everything(legal_block="yes"), (component("a", "x"),)).value == 20
    assert migration_readiness(knowing_everything(), (component("a", "x", technical_block="yes"),)).value == 20


def test_each_gap_costs_ten_and_none_is_below_nought() -> None:
    full = knowing_everything()
    applicable = len(applicable_facts(full, ()))

    one = migration_readiness(replace(full, criticality=None), ())

    assert one.value == round(100 * round(1 - 1 / applicable, 4) - 10, 1)
    assert one.missing == ("criticality",)
    assert migration_readiness(BARE, ()).value == 0


@pytest.mark.parametrize(
    ("fields", "dependents", "value"),
    [
        ({}, 0, 0.0),
        ({"criticality": Criticality.LOW}, 0, 16.7),  # 4 x 25 / 6
        ({"criticality": Criticality.MISSION_CRITICAL}, 11, 100.0),
        ({"criticality": Criticality.HIGH, "user_count": 10}, 1, 52.5),  # (300 + 40 + 80) / 8
        ({"user_count": 100}, 0, 20.0),  # (80 + 0) / 4
        ({"user_count": 1_000}, 3, 50.0),  # (120 + 80) / 4
        ({"user_count": 10_000}, 4, 75.0),  # (160 + 140) / 4
        ({"user_count": 10_001}, 10, 85.0),  # (200 + 140) / 4
    ],
)
def test_business_impact_is_the_weighted_mean_of_what_is_known(
    fields: dict[str, Any], dependents: int, value: float
) -> None:
    assert business_impact(replace(BARE, **fields), (), dependents, ()).value == value


def test_cost_counts_by_its_percentile_in_the_engagement() -> None:
    costs = [Decimal(n) for n in (10, 20, 30, 40)]

    figure = business_impact(replace(BARE, annual_cost=Decimal(30)), (), 0, costs)

    assert figure.value == 25.0  # (2 x 0 + 1 x 75) / 3
    assert figure.known == ("dependents", "annual_cost")


def test_one_regulated_part_makes_the_whole_regulated() -> None:
    parts = (component("a", "x", regulated="yes"), component("a", "y", regulated="no"))

    assert business_impact(BARE, parts, 0, ()).value == 33.3  # (2 x 0 + 1 x 100) / 3
    assert business_impact(BARE, parts[1:], 0, ()).value == 0.0
