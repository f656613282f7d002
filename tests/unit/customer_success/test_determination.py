"""Which workflows a customer gets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customer import AccountPlan, Customer, RenewalStatus
from domain.customer_success.determination import Reason, determine, reason_for, renewal_stage, stage_at
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.scoring_rules import (
    DEFAULTS,
    OpportunityRule,
    RiskRule,
    ScoringRules,
    StageDays,
    StrategicRule,
)
from tests.unit.customer_success.samples import TODAY, customer, customers

S, K = RenewalStage, WorkflowKind
NEAREST_FIRST = list(RenewalStage)


def kinds(of: Customer, rules: ScoringRules = DEFAULTS) -> list[WorkflowKind]:
    return [reason.kind for reason in determine(of, TODAY, rules)]


@pytest.mark.parametrize(
    ("first", "last", "stage"),
    [
        (-1000, -1, S.OVERDUE),
        (0, 6, S.EMERGENCY),
        (7, 13, S.CRITICAL),
        (14, 29, S.SIGNATURE),
        (30, 59, S.FINALIZE),
        (60, 89, S.NEGOTIATE),
        (90, 119, S.ENGAGE),
        (120, 179, S.PREPARE),
        (180, 4000, S.MONITOR),
    ],
)
def test_a_stage_reaches_from_its_first_to_its_last_day(first: int, last: int, stage: RenewalStage) -> None:
    assert {stage_at(days) for days in range(first, last + 1)} == {stage}


@given(st.integers(-5000, 5000), st.integers(0, 5000))
def test_a_later_renewal_is_never_in_a_nearer_stage(days: int, later: int) -> None:
    assert NEAREST_FIRST.index(stage_at(days)) <= NEAREST_FIRST.index(stage_at(days + later))


def test_stages_begin_where_the_rules_say() -> None:
    rules = StageDays(critical=3, signature=4)

    assert [stage_at(days, rules) for days in (2, 3, 4, 29, 30)] == [
        S.EMERGENCY,
        S.CRITICAL,
        S.SIGNATURE,
        S.SIGNATURE,
        S.FINALIZE,
    ]


def test_a_customer_of_whom_nothing_is_known_gets_nothing() -> None:
    assert determine(customer(), TODAY) == ()


@pytest.mark.parametrize(
    ("days", "status", "gets"),
    [
        (0, RenewalStatus.OPEN, True),
        (0, RenewalStatus.WON, True),
        (400, RenewalStatus.LOST, True),
        (-1, RenewalStatus.OPEN, True),
        (-400, RenewalStatus.OPEN, True),
        (-1, RenewalStatus.WON, False),
        (-1, RenewalStatus.LOST, False),
    ],
)
def test_a_past_renewal_is_to_be_done_while_it_is_open(days: int, status: RenewalStatus, *, gets: bool) -> None:
    assert kinds(customer(days=days, renewal_status=status)) == ([K.RENEWAL] if gets else [])


@pytest.mark.parametrize("plan", [None, *AccountPlan])
def test_invest_and_expand_are_strategic(plan: AccountPlan | None) -> None:
    expected = [K.STRATEGIC] if plan in (AccountPlan.INVEST, AccountPlan.EXPAND) else []

    assert kinds(customer(account_plan=plan)) == expected


@pytest.mark.parametrize(
    ("opportunity", "risk", "expected"),
    [
        ("69.99", "59.99", []),
        ("70", "59.99", [K.OPPORTUNITY]),
        ("69.99", "60", [K.RISK]),
        ("100", "100", [K.OPPORTUNITY, K.RISK]),
        ("0", "0", []),
    ],
)
def test_a_score_counts_from_its_threshold_on(opportunity: str, risk: str, expected: list[WorkflowKind]) -> None:
    assert kinds(customer(opportunity_score=Decimal(opportunity), risk_score=Decimal(risk))) == expected


def test_one_customer_may_get_all_four_in_the_order_of_the_kinds() -> None:
    everything = customer(
        days=20, account_plan=AccountPlan.INVEST, opportunity_score=Decimal(80), risk_score=Decimal(65)
    )

    assert determine(everything, TODAY) == (
        Reason(K.RENEWAL, S.SIGNATURE, everything.renewal_date),
        Reason(K.STRATEGIC, account_plan=AccountPlan.INVEST),
        Reason(K.OPPORTUNITY, score=Decimal(80)),
        Reason(K.RISK, score=Decimal(65)),
    )


def test_thresholds_and_plans_are_the_rules() -> None:
    rules = ScoringRules(
        strategic=StrategicRule(plans=(AccountPlan.MONITOR,)),
        opportunity=OpportunityRule(from_score=0.1),
        risk=RiskRule(from_score=0),
    )

    assert kinds(customer(account_plan=AccountPlan.MONITOR), rules) == [K.STRATEGIC]
    assert kinds(customer(account_plan=AccountPlan.INVEST), rules) == []
    assert kinds(customer(opportunity_score=Decimal("0.1")), rules) == [K.OPPORTUNITY]
    assert kinds(customer(risk_score=Decimal(0)), rules) == [K.RISK]


@given(customers())
def test_each_kind_is_there_once_and_for_its_own_reason(drawn: Customer) -> None:
    found = determine(drawn, TODAY)

    assert [reason.kind for reason in found] == [kind for kind in K if kind in {reason.kind for reason in found}]
    assert all(reason == reason_for(reason.kind, drawn, TODAY) for reason in found)
    assert all((reason.stage is None) == (reason.kind is not K.RENEWAL) for reason in found)


@given(customers())
def test_what_one_kind_rests_on_says_nothing_of_another(drawn: Customer) -> None:
    bare = replace(drawn, risk_score=None, opportunity_score=None, account_plan=None)

    expected = [K.RENEWAL] if K.RENEWAL in kinds(drawn) else []
    assert kinds(bare) == expected


def test_the_stage_goes_by_the_days_whatever_became_of_the_renewal() -> None:
    assert renewal_stage(customer(days=-3, renewal_status=RenewalStatus.WON), TODAY) is S.OVERDUE
    assert renewal_stage(customer(), TODAY) is None


@pytest.mark.parametrize("score", ["-0.01", "100.01", "NaN", "Infinity"])
def test_a_score_lies_between_0_and_100(score: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        customer(risk_score=Decimal(score))
