"""How urgent a workflow is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Experience
from domain.customer import AccountPlan
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.priority import Owner, PriorityScore, Work, order_of, score
from domain.customer_success.scoring_rules import (
    ArrTier,
    PlanMultipliers,
    RenewalBase,
    RenewalBonus,
    ScoringRules,
)
from tests.unit.customer_success.samples import TODAY, customer, works

K, P, E = WorkflowKind, AccountPlan, Experience


def renewal(days: int | None) -> Work:
    return Work(K.RENEWAL, customer(days=days), TODAY)


@pytest.mark.parametrize(
    ("days", "base", "bonus"),
    [
        (-1, 100, 20),
        (0, 90, 15),
        (6, 90, 15),
        (7, 80, 10),
        (13, 80, 10),
        (14, 70, 0),
        (29, 70, 0),
        (30, 60, 0),
        (60, 50, 0),
        (90, 40, 0),
        (119, 40, 0),
        (120, 30, 0),
        (179, 30, 0),
        (180, 20, 0),
    ],
)
def test_a_renewal_starts_with_the_points_of_its_stage(days: int, base: int, bonus: int) -> None:
    found = score(renewal(days))

    assert (found.base_score, found.stage_bonus, found.total) == (Decimal(base), Decimal(bonus), base + bonus)


@pytest.mark.parametrize(
    ("plan", "base", "total"),
    [(P.INVEST, 70, 105), (P.EXPAND, 60, 78), (P.MANAGE, 50, 50), (P.MONITOR, 50, 40), (None, 50, 50)],
)
def test_strategic_work_starts_with_the_points_of_the_plan(plan: AccountPlan | None, base: int, total: int) -> None:
    found = score(Work(K.STRATEGIC, customer(days=3, account_plan=plan), TODAY))

    assert (found.base_score, found.stage_bonus) == (Decimal(base), Decimal(0))
    assert (found.stage, found.total) == (None, total)


@pytest.mark.parametrize(
    ("kind", "points", "base", "total"),
    [
        (K.OPPORTUNITY, "70", "85", 85),
        (K.OPPORTUNITY, "73", "86.5", 87),
        (K.OPPORTUNITY, "100", "100", 100),
        (K.RISK, "60", "96", 96),
        (K.RISK, "62", "97.2", 97),
        (K.RISK, "62.5", "97.5", 98),
        (K.RISK, "100", "120", 120),
    ],
)
def test_a_score_adds_its_share(kind: WorkflowKind, points: str, base: str, total: int) -> None:
    both = customer(opportunity_score=Decimal(points), risk_score=Decimal(points))
    found = score(Work(kind, both, TODAY))

    assert (found.base_score, found.total) == (Decimal(base), total)


@pytest.mark.parametrize(
    ("arr", "multiplier"),
    [("0", "1"), ("99999.99", "1"), ("100000", "1.5"), ("149999.99", "1.5"), ("150000", "2"), ("9000000", "2")],
)
def test_more_revenue_weighs_more(arr: str, multiplier: str) -> None:
    assert score(Work(K.STRATEGIC, customer(arr=arr), TODAY)).arr_multiplier == Decimal(multiplier)


@pytest.mark.parametrize(
    ("experience", "total"), [(E.EXPERT, 84), (E.SENIOR, 77), (E.MID, 70), (None, 70), (E.JUNIOR, 63)]
)
def test_experience_weighs_and_unknown_is_mid(experience: Experience | None, total: int) -> None:
    assert score(replace(renewal(20), owner=Owner(experience))).total == total


def test_all_factors_together() -> None:
    found = score(
        Work(
            K.RENEWAL,
            customer(days=12, arr="120000", account_plan=P.EXPAND),
            TODAY,
            Owner(E.SENIOR, 2),
            escalated=True,
        )
    )

    assert (found.unrounded, found.rounded, found.total) == (Decimal("189.05"), 189, 209)
    assert found.stage is RenewalStage.CRITICAL
    assert found.explanation == (
        "Renewal in 12 days (CRITICAL): (80 + 10 bonus) x 1.5 for the ARR x 1.3 for the plan x 1.1 for experience"
        " - 4 for 2 other workflows of the owner = 189.05, rounded to 189, and 20 for the escalation makes 209."
    )
    assert [(factor.key, factor.points) for factor in found.factors] == [
        ("base", 80),
        ("stageBonus", 10),
        ("arr", 45),
        ("plan", Decimal("40.5")),
        ("experience", Decimal("17.55")),
        ("workload", -4),
        ("rounding", Decimal("-0.05")),
        ("escalation", 20),
    ]


def test_each_factor_has_a_sentence() -> None:
    found = score(Work(K.RISK, customer(arr="1234567.5", risk_score=Decimal(62)), TODAY, Owner(None, 1)))

    assert [factor.because for factor in found.factors] == [
        "Risk score 62: 60 + 0.6 x 62 = 97.2 points.",
        "Only renewals have a bonus.",
        "An ARR of 1,234,567.5: times 2.",
        "No account plan: times 1.",
        "An unknown experience, taken for MID: times 1.",
        "1 other workflow of the owner: 2 points less.",
        "Rounded half up to a whole number.",
        "Not escalated.",
    ]


@pytest.mark.parametrize(
    ("days", "begins"),
    [
        (1, "Renewal in 1 day (EMERGENCY)"),
        (0, "Renewal today (EMERGENCY)"),
        (-1, "Renewal 1 day overdue (OVERDUE)"),
        (-40, "Renewal 40 days overdue (OVERDUE)"),
        (None, "Renewal without a date, taken for MONITOR"),
    ],
)
def test_the_sentence_begins_with_what_it_is_about(days: int | None, begins: str) -> None:
    assert score(renewal(days)).explanation.startswith(f"{begins}: (")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (K.STRATEGIC, "Strategic work with the account plan EXPAND: 60 x 1 for the ARR x 1.3 for the plan"),
        (K.OPPORTUNITY, "Opportunity score 73.5: (50 + 0.5 x 73.5) x 1 for the ARR x 1.3 for the plan"),
        (K.RISK, "Risk score unknown: 60 x 1 for the ARR x 1.3 for the plan"),
    ],
)
def test_the_sentence_says_how_the_base_is_made(kind: WorkflowKind, sentence: str) -> None:
    one = customer(account_plan=P.EXPAND, opportunity_score=Decimal("73.5"))

    assert score(Work(kind, one, TODAY)).explanation.startswith(sentence)


def test_a_renewal_without_a_date_is_the_least_urgent() -> None:
    found = score(renewal(None))

    assert (found.base_score, found.stage_bonus) == (Decimal(20), Decimal(0))
    assert (found.stage, found.total) == (None, 20)


def test_an_unknown_score_adds_nothing() -> None:
    totals = [score(Work(kind, customer(), TODAY)).total for kind in (K.OPPORTUNITY, K.RISK)]

    assert totals == [50, 60]


def test_a_score_is_never_below_nought_and_an_escalation_counts_in_full() -> None:
    swamped = replace(renewal(300), owner=Owner(E.JUNIOR, 30))

    assert (score(swamped).unrounded, score(swamped).total) == (Decimal(-42), 0)
    assert score(replace(swamped, escalated=True)).total == 20
    assert score(swamped).explanation.endswith(" - 60 for 30 other workflows of the owner = -42, which counts as 0.")
    assert "A score is never below 0." in [factor.because for factor in score(swamped).factors]


def test_what_a_float_would_push_off_the_half_is_rounded_up() -> None:
    rules = ScoringRules(plan=PlanMultipliers(none=1.15))

    found = score(renewal(60), rules)

    assert floor(50 * 1.15 + 0.5) == 57
    assert (found.unrounded, found.total) == (Decimal("57.5"), 58)


def test_the_rules_are_what_counts() -> None:
    rules = ScoringRules(
        renewal_base=RenewalBase(overdue=7),
        renewal_bonus=RenewalBonus(overdue=1),
        arr_tiers=(ArrTier(10, 3), ArrTier(40_000, 0.5), ArrTier(20, 4)),
        per_other_workflow=0.25,
        escalation=5,
    )

    found = score(replace(renewal(-1), owner=Owner(None, 2), escalated=True), rules)

    assert (found.arr_multiplier, found.unrounded, found.total) == (Decimal("0.5"), Decimal("3.5"), 9)


def test_without_tiers_all_revenue_weighs_the_same() -> None:
    rules = ScoringRules(arr_tiers=(), arr_otherwise=1.25)

    assert score(Work(K.STRATEGIC, customer(arr="9000000"), TODAY), rules).total == 63


def by_fractions(found: PriorityScore) -> int:
    """The formula of the domain, written a second time over the factors shown."""
    product = Fraction(found.base_score + found.stage_bonus)
    for factor in (found.arr_multiplier, found.plan_multiplier, found.experience_multiplier):
        product *= Fraction(factor)
    return max(0, floor(product - Fraction(found.workload_penalty) + Fraction(1, 2))) + int(found.escalation_bonus)


@given(works)
def test_the_total_is_the_formula_over_the_factors_shown(work: Work) -> None:
    found = score(work)

    assert found.total == by_fractions(found)


@given(works)
def test_points_add_up_to_the_total(work: Work) -> None:
    found = score(work)

    assert sum(factor.points for factor in found.factors) == found.total
    assert all(factor.because.endswith(".") for factor in found.factors)


@given(works)
def test_an_escalation_adds_its_points_once(work: Work) -> None:
    usual, escalated = score(replace(work, escalated=False)), score(replace(work, escalated=True))

    assert escalated.total == usual.total + 20


@given(works, st.integers(1, 50))
def test_more_work_never_makes_more_urgent(work: Work, more: int) -> None:
    busier = replace(work.owner, other_workflows=work.owner.other_workflows + more)

    less = score(replace(work, owner=busier))

    assert less.total <= score(work).total
    assert less.unrounded == score(work).unrounded - 2 * more


@given(works, st.decimals(0, 10**6, places=2))
def test_more_revenue_never_makes_less_urgent(work: Work, more: Decimal) -> None:
    richer = replace(work.customer, arr=work.customer.arr + more)

    assert score(replace(work, customer=richer)).total >= score(work).total


@given(works, works)
def test_work_is_ordered_by_priority_then_renewal_then_name(one: Work, other: Work) -> None:
    first, second = sorted((score(one), score(other)), key=order_of)

    assert first.total >= second.total
    if first.total == second.total and first.work.customer.renewal_date is None:
        assert second.work.customer.renewal_date is None


def test_ties_go_to_the_earlier_renewal_then_to_the_name() -> None:
    by_date = [Work(K.STRATEGIC, customer(str(days), days), TODAY) for days in (None, 40, 30)]
    by_name = [Work(K.STRATEGIC, customer(str(at), 50, name=name), TODAY) for at, name in enumerate(["b", "C", "A"])]

    found = sorted((score(work) for work in (*by_date, *by_name)), key=order_of)

    assert [each.work.customer.name for each in found] == ["30", "40", "A", "b", "C", "None"]
