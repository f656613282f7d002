"""What a client account may set, and what is wrong with what it sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customer import AccountPlan
from domain.customer_success.determination import stage_at
from domain.customer_success.priority import Work, score
from domain.customer_success.scoring_rules import (
    DEFAULTS,
    ArrTier,
    KeptScoringRules,
    OpportunityRule,
    PlanMultipliers,
    RenewalBase,
    SaveScoringRules,
    ScoringRules,
    StageDays,
    StrategicRule,
)
from domain.errors import ErrorCode, Refused, StaleVersion
from shapes.codec import Codec
from tests.unit.customer_success.samples import works

AT, LATER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
KEPT = KeptScoringRules("rules", DEFAULTS, "system", AT)


def wrong(rules: ScoringRules) -> list[tuple[str, ...]]:
    return [problem.path for problem in rules.problems()]


def test_the_defaults_have_nothing_wrong() -> None:
    assert wrong(DEFAULTS) == []
    assert DEFAULTS.checked() is DEFAULTS


def test_everything_wrong_is_told_at_once_and_where() -> None:
    rules = ScoringRules(
        stage_days=StageDays(signature=7, prepare=4_000),
        renewal_base=RenewalBase(overdue=-1),
        strategic=StrategicRule(other=1_001),
        opportunity=OpportunityRule(from_score=101, per_point=nan),
        plan=PlanMultipliers(none=10.5),
        arr_tiers=(ArrTier(-1, 1), ArrTier(5, inf), ArrTier(5, 1)),
        arr_otherwise=11,
        escalation=-1,
    )

    with pytest.raises(Refused) as refused:
        rules.checked("rules")

    assert [problem.path[0] for problem in refused.value.problems] == ["rules"] * 13
    assert {problem.code for problem in refused.value.problems} == {ErrorCode.INVALID_INPUT}
    assert [".".join(problem.path[1:]) for problem in refused.value.problems] == [
        "stageDays.signature",
        "stageDays.prepare",
        "stageDays.monitor",
        "renewalBase.overdue",
        "strategic.other",
        "opportunity.fromScore",
        "opportunity.perPoint",
        "plan.none",
        "arrOtherwise",
        "escalation",
        "arrTiers.0.fromArr",
        "arrTiers.1.multiplier",
        "arrTiers.2.fromArr",
    ]


def test_a_problem_says_what_would_mend_it() -> None:
    days = ScoringRules(stage_days=StageDays(finalize=14, negotiate=0))
    numbers = ScoringRules(per_other_workflow=1_000.5, arr_tiers=(ArrTier(1, 1), ArrTier(1, 2)))

    assert [problem.message for problem in (*days.problems(), *numbers.problems())] == [
        "FINALIZE must begin with more days left than SIGNATURE, which has 14.",
        "A stage begins with 1 to 3,650 days left.",
        "This is a number from 0 to 1,000.",
        "Another tier begins with the same ARR; keep one of them.",
    ]


def test_there_are_no_more_tiers_than_a_person_can_read() -> None:
    tiers = tuple(ArrTier(at, 1) for at in range(21))

    assert wrong(ScoringRules(arr_tiers=tiers[:20])) == []
    assert wrong(ScoringRules(arr_tiers=tiers)) == [("arrTiers",)]


@given(st.lists(st.integers(-5, 4_000), min_size=7, max_size=7))
def test_days_are_right_exactly_where_each_stage_has_one(days: list[int]) -> None:
    stages = StageDays(*days)

    whole = {stage_at(day, stages) for day in range(-1, 3_651)} if sorted(days) == days else set()

    assert (wrong(ScoringRules(stage_days=stages)) == []) == (len(whole) == 9)


numbers = st.floats(0, 10)


@given(works, st.builds(PlanMultipliers, numbers, numbers, numbers, numbers, numbers), st.integers(0, 1_000))
def test_rules_with_nothing_wrong_give_every_workflow_a_score(
    work: Work, plan: PlanMultipliers, escalation: int
) -> None:
    rules = ScoringRules(plan=plan, escalation=escalation)

    assert wrong(rules) == []
    assert 0 <= score(work, rules).total < 2**31


def test_a_document_is_read_back_as_it_was() -> None:
    codec = Codec()

    document: dict[str, Any] = codec.encode(DEFAULTS)

    assert codec.decode(ScoringRules, document) == DEFAULTS
    assert document["experience"] == {"expert": 1.2, "senior": 1.1, "mid": 1.0, "junior": 0.9}
    assert document["arrTiers"] == [{"fromArr": 150000, "multiplier": 2}, {"fromArr": 100000, "multiplier": 1.5}]


def test_what_a_document_leaves_out_is_as_by_default() -> None:
    read = Codec().decode(ScoringRules, {"renewalBonus": {"overdue": 30}, "strategic": {"plans": ["INVEST"]}})

    bonus, strategic = replace(DEFAULTS.renewal_bonus, overdue=30), StrategicRule(plans=(AccountPlan.INVEST,))
    assert read == replace(DEFAULTS, renewal_bonus=bonus, strategic=strategic)


@pytest.mark.parametrize("document", [{"colour": 1}, {"plan": {"gold": 2}}, {"escalation": 2.5}, {"plan": [1]}])
def test_a_document_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Codec().decode(ScoringRules, document)


def test_other_rules_are_one_more_version() -> None:
    other = ScoringRules(escalation=30)

    kept = KEPT.change(SaveScoringRules(other, " More for what is escalated. ", 1), "ann", LATER)

    assert kept == KeptScoringRules("rules", other, "ann", LATER, 2, "More for what is escalated.")


def test_the_same_rules_are_no_new_version() -> None:
    assert KEPT.change(SaveScoringRules(ScoringRules()), "ann", LATER) is KEPT


def test_rules_somebody_else_changed_are_not_overwritten() -> None:
    with pytest.raises(StaleVersion) as stale:
        KEPT.change(SaveScoringRules(ScoringRules(escalation=30), expected_version=2), "ann", LATER)

    assert stale.value.problems[0].details == {
        "expectedVersion": 2,
        "currentVersion": 1,
        "changedBy": "system",
        "changedAt": "2026-11-20T00:00:00.000Z",
        "changed": ["rules"],
    }
    assert KeptScoringRules("rules", ScoringRules(), "system", AT) == KEPT


def test_wrong_rules_and_too_long_a_description_are_refused_together() -> None:
    with pytest.raises(Refused) as refused:
        KEPT.change(SaveScoringRules(ScoringRules(escalation=-1), "x" * 1_001), "ann", LATER)

    assert [problem.path for problem in refused.value.problems] == [("rules", "escalation"), ("description",)]
    assert KeptScoringRules("rules", ScoringRules(), "system", AT) == KEPT
