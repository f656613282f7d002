"""Conditions of templates: what they say of values, what cannot be told, and that none costs much."""

from __future__ import annotations

import time

import pytest

from shapes import conditions

VALUES = {
    "customer": {"arr": 120_000, "risk": None, "plan": "INVEST", "open": 3, "name": "Ardent"},
    "steps": {"hear": {"leaving": True, "causes": ["price", "support"]}},
}


@pytest.mark.parametrize(
    "condition",
    [
        "customer.arr >= 100000",
        "customer.open == 3",
        "customer.open > 2.5 && customer.plan == 'INVEST'",
        "customer.plan in ['INVEST', 'EXPAND']",
        "'price' in steps.hear.causes && size(steps.hear.causes) == 2",
        "customer.risk == null || customer.risk > 70",
        "customer.risk > 70 || steps.hear.leaving",
        "customer.name.startsWith('Ard') && !has(customer.nothing)",
        "customer.arr * (1 + 10 / 100) > 131999",
    ],
)
def test_what_holds(condition: str) -> None:
    assert conditions.read(condition).mistake is None
    assert conditions.holds(condition, VALUES)


@pytest.mark.parametrize(
    "condition",
    [
        "customer.arr < 100000",
        "customer.risk > 70",
        "!(customer.risk > 70)",
        "customer.risk > 70 && steps.hear.leaving",
        "customer.nothing == 1",
        "nothing.at.all",
        "customer.arr",
        "'x' + 1 == 'x1'",
        "'%999999999d' % 1 == 'x'",
        "1 +",
    ],
)
def test_what_does_not_hold_or_cannot_be_told(condition: str) -> None:
    assert not conditions.holds(condition, VALUES)


def test_paths_are_told_whole() -> None:
    read = conditions.read("customer.arr > 1 && has(steps.hear.leaving) && 'a' in extra['x y']")

    assert read.paths == {"customer.arr", "steps.hear.leaving", "extra"}


@pytest.mark.parametrize(
    ("condition", "mistake"),
    [
        ("a" * 501, "A condition has at most 500 characters."),
        (
            "steps.hear.causes.exists(each, each == 'x')",
            "There is no function exists here. There are contains, endsWith, has, matches, size, startsWith.",
        ),
        (
            "1 +",
            (
                "This condition cannot be read at line 1, column 3."
                " It is written in CEL: customer.arr >= 100000 && renewal.daysUntil < 30."
            ),
        ),
    ],
)
def test_what_cannot_be_read_says_why(condition: str, mistake: str) -> None:
    assert conditions.read(condition).mistake == mistake


@pytest.mark.parametrize("operator", ["||", "&&"])
def test_many_unknown_values_cost_no_more_than_many_known(operator: str) -> None:
    condition = f" {operator} ".join(["customer.risk > 1"] * 23)
    conditions.read(condition)

    begun = time.perf_counter()

    assert not conditions.holds(condition, VALUES)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("condition", ["(" * 20 + "1" + ")" * 20 + " == 1", "!" * 100 + "true"])
def test_what_is_nested_as_people_nest_is_evaluated(condition: str) -> None:
    assert (conditions.read(condition).mistake, conditions.holds(condition, {})) == (None, True)


@pytest.mark.parametrize(
    "condition", ["[" * 245 + "]" * 245 + " == 1", "(" * 60 + "1" + ")" * 60 + " == 1", "!" * 400 + "true"]
)
def test_what_is_nested_so_deep_that_it_could_not_be_evaluated_is_no_condition(condition: str) -> None:
    assert "nested too deeply" in (conditions.read(condition).mistake or "")
    assert not conditions.holds(condition, {})
