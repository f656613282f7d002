"""What a person sets of a cost line, and what it comes to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.definition import Pattern
from domain.errors import ErrorCode, NotFound, Refused, StaleVersion
from domain.flows.planning.costs import CostGiven, override_cost_line
from domain.learning import Lesson
from domain.planning.choices import CostChoice, PlanChoices
from domain.planning.plan import CostEstimate, CostLine
from domain.source import Source
from tests.unit.planning.flow.costed import small_plan
from tests.unit.planning.flow.driving import TODAY, Planning

COSTS = "cost_estimation"


@pytest.fixture
def planning() -> Planning:
    found = small_plan()
    found.run(COSTS)
    return found


def line(planning: Planning, key: str) -> CostLine:
    return next(each for each in planning.plan.cost_lines if each.key == key)


def given(planning: Planning, key: str, rationale: str = "We have an offer.", **given: Any) -> CostGiven:
    numbers = {name: value if value is None else Decimal(value) for name, value in given.items()}
    return CostGiven(line(planning, key).id, rationale, numbers)


def estimate(planning: Planning) -> CostEstimate:
    assert planning.plan.cost is not None
    return planning.plan.cost


def test_the_line_and_all_sums_follow(planning: Planning) -> None:
    before, tools = estimate(planning), line(planning, "tooling:0001")

    revised = planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost="99.995"), 1)

    after = line(planning, "tooling:0001")
    assert (after.id, after.quantity, after.unit_cost, after.amount) == (
        tools.id, Decimal(2), Decimal("99.995"), Decimal("199.99"))  # fmt: skip
    assert after.overridden
    assert after.provenance.startswith(
        "A person set the unit cost to 99.995 (by the rules 150): We have an offer. Before: A licence for each of 2"
    )
    cost = estimate(planning)
    assert (cost.id, cost.subtotal) == (before.id, before.subtotal - Decimal("100.01"))
    assert (cost.contingency, cost.total) == (Decimal("5579.42"), Decimal("42775.52"))
    assert (cost.source, cost.version) == (Source.USER, 2)
    assert cost.last_change is not None
    assert cost.last_change.by == "ada"
    assert "lines" in cost.last_change.fields
    assert planning.results[COSTS].total == cost.total
    assert revised.subject == cost.id


def test_labor_keeps_its_shares_of_low_and_high(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "labor:0001:engineer", quantity=10), None)

    engineers = line(planning, "labor:0001:engineer")
    assert (engineers.low_amount, engineers.amount, engineers.high_amount) == (
        Decimal("800.00"), Decimal("1000.00"), Decimal("1500.00"))  # fmt: skip


def test_what_is_absent_stays_and_null_is_the_rules_again(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=10), None)
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", quantity=7), None)
    both = line(planning, "tooling:0001")
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=None), None)
    one = line(planning, "tooling:0001")
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", quantity=None), None)
    none = line(planning, "tooling:0001")

    assert [str(each.amount) for each in (both, one, none)] == ["70.00", "1050.00", "300.00"]
    assert [each.overridden for each in (both, one, none)] == [True, True, False]
    assert planning.plan.choices == PlanChoices("flow", "flow")
    assert (estimate(planning).source, estimate(planning).version) == (Source.RULES, 5)
    assert str(estimate(planning).total) == "42890.53"


def test_it_is_told_and_learned(planning: Planning) -> None:
    before = line(planning, "tooling:0001")

    revised = planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=100), None)

    assert (revised.override.before, revised.override.after) == (
        {
            "line": "tooling:0001",
            "description": before.description,
            "quantity": "2",
            "unitCost": "150",
            "amount": "300.00",
            "overridden": False,
        },
        {
            "line": "tooling:0001",
            "description": before.description,
            "quantity": "2",
            "unitCost": "100",
            "amount": "200.00",
            "overridden": True,
        },
    )
    assert revised.override.rationale == "We have an offer."
    lessons = [each for each in revised.outcome.saves if isinstance(each, Lesson)]
    assert [(each.kind, each.data["proposed"], each.data["chosen"]) for each in lessons] == [
        (
            "planning.cost_estimation",
            {"quantity": "2", "unitCost": "150"},
            {"quantity": "2", "unitCost": "100"},
        )
    ]


def test_planning_again_keeps_it(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=100), None)
    before = planning.plan

    planning.run(COSTS)

    assert planning.plan == before


def test_what_was_set_of_a_line_that_is_gone_is_left_out_and_said(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=100), None)
    planning._planned(placed=tuple(each for each in planning.plan.placed if each.application_id != "shop"))

    planning.run(COSTS)

    assert "COST_CHOICES_LEFT_OUT" in planning.codes(COSTS)
    assert estimate(planning).source is Source.RULES
    assert planning.plan.choices is not None
    assert planning.plan.choices.cost_lines == (
        CostChoice("tooling:0001", None, Decimal(100), "We have an offer."),
    )  # fmt: skip


def test_prices_are_those_of_the_estimates_day(planning: Planning) -> None:
    planning.results[COSTS] = replace(planning.results[COSTS], as_of=TODAY.replace(year=2025))

    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=100), None)

    assert line(planning, "labor:0001:role:database").unit_cost == Decimal(116)
    assert planning.results[COSTS].as_of == TODAY.replace(year=2025)


def test_somebody_else_was_first(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=100), 1)
    before = planning.plan

    with pytest.raises(StaleVersion) as refused:
        planning.change(COSTS, override_cost_line, given(planning, "tooling:0001", unit_cost=110), 1)

    details = refused.value.problems[0].details
    assert details is not None
    assert (details["currentVersion"], details["changedBy"], details["changed"][0]) == (2, "ada", "lines")
    assert planning.plan == before


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (CostGiven("x", " ", {"quantity": Decimal(-1), "unit_cost": Decimal("0.0000001")}),
         [("rationale",), ("quantity",), ("unitCost",), ("lineId",)]),
        (CostGiven("x", "Why.", {}), [(), ("lineId",)]),
        (CostGiven("x", "Why.", {"quantity": Decimal("NaN"), "unit_cost": Decimal(10**15)}),
         [("quantity",), ("unitCost",), ("lineId",)]),
        (CostGiven("x", "y" * 10_001, {"quantity": None}), [("rationale",), ("lineId",)]),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_told_at_once(
    planning: Planning, wanted: CostGiven, paths: list[tuple[str, ...]]
) -> None:
    before = planning.plan

    with pytest.raises(Refused) as refused:
        planning.change(COSTS, override_cost_line, wanted, None)

    assert [problem.path for problem in refused.value.problems] == paths
    assert refused.value.problems[-1].code is ErrorCode.NOT_FOUND
    assert planning.plan == before


def test_a_plan_costs_less_than_a_quadrillion(planning: Planning) -> None:
    before = planning.plan
    wanted = given(planning, "tooling:0001", quantity="999999999999999", unit_cost="999999999999999.999999")

    with pytest.raises(Refused) as refused:
        planning.change(COSTS, override_cost_line, wanted, None)

    assert [problem.path for problem in refused.value.problems] == [("quantity",), ("unitCost",)]
    assert planning.plan == before


def test_products_of_many_digits_are_exact(planning: Planning) -> None:
    wanted = given(planning, "tooling:0001", quantity="12345678.123455", unit_cost="10000000.000001")

    planning.change(COSTS, override_cost_line, wanted, None)

    # 123456781234550 + 12.345678123455
    assert str(line(planning, "tooling:0001").amount) == "123456781234562.35"


def test_before_costs_are_estimated_there_is_no_line() -> None:
    planning = small_plan()

    with pytest.raises(Refused) as refused:
        planning.change(COSTS, override_cost_line, CostGiven("x", "Why.", {"quantity": Decimal(1)}), None)

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.NOT_FOUND]
    assert not isinstance(refused.value, NotFound)


def test_what_a_unit_cost_in_an_earlier_plan_is_told_and_not_taken_over(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0002", unit_cost=100), None)
    lesson = planning.lessons[-1]
    later = small_plan()
    learned = Pattern(lesson.kind, lesson.summary, {**lesson.data, "flowId": "earlier"}, 0.75, "pattern-1", lesson.key)
    later.patterns = (learned,)

    later.run(COSTS)

    assert later.warnings[COSTS][-1].message == (
        "In earlier plans people set other unit costs. Migration tools for the servers of Wave 1: 100 instead of 150 "
        "per unit of servers."
    )
    assert later.used[COSTS] == ("pattern-1",)
    assert line(later, "tooling:0001").unit_cost == Decimal(150)


def test_what_a_plan_taught_itself_is_no_earlier_plans(planning: Planning) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0002", unit_cost=100), None)
    lesson = planning.lessons[-1]
    planning.patterns = (Pattern(lesson.kind, lesson.summary, lesson.data, 0.75, "pattern-1", lesson.key),)

    planning.run(COSTS)

    assert "LEARNED_UNIT_COSTS" not in planning.codes(COSTS)
    assert planning.used[COSTS] == ()


@pytest.mark.parametrize(
    "data",
    [{}, {"currency": "EUR"}, {"proposed": {"unitCost": "100"}}, {"chosen": None}, {"chosen": {"unitCost": "many"}}],
)
def test_what_says_nothing_of_a_unit_cost_is_not_told(planning: Planning, data: dict[str, Any]) -> None:
    planning.change(COSTS, override_cost_line, given(planning, "tooling:0002", unit_cost=100), None)
    lesson = planning.lessons[-1]
    known = {**lesson.data, "flowId": "earlier", **data} if data else {}
    later = small_plan()
    later.patterns = (Pattern(lesson.kind, lesson.summary, known, 0.75, "pattern-1", lesson.key),)

    later.run(COSTS)

    assert "LEARNED_UNIT_COSTS" not in later.codes(COSTS)
    assert later.used[COSTS] == ()
