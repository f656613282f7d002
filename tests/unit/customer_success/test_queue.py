"""What is to be done, in which order, and in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Experience
from domain.customer import AccountPlan, Customer
from domain.customer_success.determination import Reason, determine, reason_for
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.priority import order_of
from domain.customer_success.queue import (
    Assignment,
    QueueStats,
    StartedWorkflow,
    Team,
    WorkflowState,
    assign,
    by_customer,
    ended_for,
    named_by,
    open_workflows,
    statistics,
)
from domain.customer_success.scoring_rules import ScoringRules
from domain.customer_success.workflow import EndedWith
from tests.unit.customer_success.samples import TODAY, customer, customers

K, P, S, W = WorkflowKind, AccountPlan, RenewalStage, WorkflowState
NOBODY = Team()
ACME = customer("acme", 20, account_plan=P.INVEST, risk_score=Decimal(60))
BOLT = customer("bolt", 5, opportunity_score=Decimal(70))
CORA = customer("cora", 300)
BARE = customer("bare")
RUNNING = StartedWorkflow("flow", "acme", K.RISK, "ben")


def queue(*started: StartedWorkflow, of: tuple[Customer, ...] = (ACME, BOLT, CORA)) -> tuple[Assignment, ...]:
    return assign(of, started, NOBODY, TODAY)


def shown(assignments: tuple[Assignment, ...]) -> list[tuple[str, WorkflowKind, int]]:
    return [(each.customer.id, each.kind, each.priority.total) for each in assignments]


WHOLE = [
    ("acme", K.RISK, 144),
    ("bolt", K.RENEWAL, 105),
    ("acme", K.RENEWAL, 105),
    ("acme", K.STRATEGIC, 105),
    ("bolt", K.OPPORTUNITY, 85),
    ("cora", K.RENEWAL, 20),
]


def test_the_most_urgent_stands_first() -> None:
    assert shown(queue()) == WHOLE


def test_what_nobody_started_is_the_customers_owners() -> None:
    first = queue()[0]

    assert (first.owner, first.flow_id, first.stage) == ("ann", None, None)
    assert first.reason == Reason(K.RISK, score=Decimal(60))


def test_what_runs_is_its_owners_with_his_experience_and_his_other_work() -> None:
    started = [
        replace(RUNNING, escalated=True),
        replace(RUNNING, kind=K.RENEWAL, assigned_to="ann"),
        replace(RUNNING, customer_id="bolt", kind=K.OPPORTUNITY, flow_id="third"),
        replace(RUNNING, customer_id="bolt", kind=K.RENEWAL, state=W.SNOOZED),
        replace(RUNNING, customer_id="cora", kind=K.RENEWAL, state=W.ENDED),
    ]
    team = Team({"ben": Experience.EXPERT}, open_workflows(started))

    found = assign((ACME, BOLT), started, team, TODAY)

    assert dict(team.open_workflows) == {"ann": 1, "ben": 2}
    assert [(each.owner, each.flow_id, each.priority.total) for each in found] == [
        # 96 x 1.5 x 1.2 = 172.8, less 2 for the other one, and 20.
        ("ben", "flow", 191),
        # His own is left out.
        ("ann", "flow", 105),
        # 70 x 1.5, less 2 for the one that ann runs.
        ("ann", None, 103),
        # 85 x 1.2 = 102, less 2.
        ("ben", "third", 100),
    ]


def test_what_is_snoozed_is_away_until_it_wakes() -> None:
    asleep = replace(RUNNING, state=W.SNOOZED)

    assert shown(queue(asleep)) == WHOLE[1:]
    assert shown(queue(replace(asleep, state=W.OPEN))) == WHOLE


def test_what_was_done_with_is_away_until_there_is_a_new_reason() -> None:
    renewal = determine(ACME, TODAY)[0]
    done = replace(RUNNING, kind=K.RENEWAL, state=W.ENDED, ended_for=renewal)
    kinds = [each.kind for each in queue(done, of=(ACME,))]

    tomorrow = assign((ACME,), [done], NOBODY, TODAY + timedelta(days=6))
    nearer = assign((ACME,), [done], NOBODY, TODAY + timedelta(days=7))
    moved = queue(done, of=(replace(ACME, renewal_date=TODAY + timedelta(days=21)),))

    assert kinds == [K.RISK, K.STRATEGIC]
    assert [each.kind for each in tomorrow] == [K.RISK, K.STRATEGIC]
    assert [(each.kind, each.stage) for each in nearer if each.kind is K.RENEWAL] == [(K.RENEWAL, S.CRITICAL)]
    assert K.RENEWAL in [each.kind for each in moved]


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (K.STRATEGIC, replace(ACME, account_plan=P.EXPAND)),
        (K.RISK, replace(ACME, risk_score=Decimal(61))),
    ],
)
def test_another_plan_or_score_is_a_new_reason(kind: WorkflowKind, changed: Customer) -> None:
    reason = next(each for each in determine(ACME, TODAY) if each.kind is kind)
    done = replace(RUNNING, kind=kind, state=W.ENDED, escalated=True, ended_for=reason)

    here = [each for each in queue(done, of=(changed,)) if each.kind is kind]

    assert kind not in [each.kind for each in queue(done, of=(ACME,))]
    assert [(each.owner, each.flow_id, int(each.priority.escalation_bonus)) for each in here] == [("ann", None, 0)]


def test_what_was_cancelled_is_asked_for_again() -> None:
    assert shown(queue(replace(RUNNING, state=W.ENDED))) == WHOLE


def test_what_runs_stays_when_the_customer_would_not_get_it_any_more() -> None:
    plain = customer("acme")
    started = [replace(RUNNING, kind=kind) for kind in K]

    found = queue(*started, of=(plain,))

    assert shown(found) == [
        ("acme", K.RISK, 60),
        ("acme", K.STRATEGIC, 50),
        ("acme", K.OPPORTUNITY, 50),
        ("acme", K.RENEWAL, 20),
    ]
    assert {each.stage for each in found} == {None}


def test_the_rules_hold_for_the_queue_at_once() -> None:
    found = assign((ACME, CORA), [replace(RUNNING, escalated=True)], NOBODY, TODAY, ScoringRules(escalation=500))

    assert [each.priority.total for each in found] == [644, 105, 105, 20]


def test_an_assignment_keeps_its_id() -> None:
    before, after = queue(), queue(RUNNING)

    assert [each.id for each in before] == [each.id for each in after]
    assert len({each.id for each in before}) == 6


def test_a_queue_in_numbers() -> None:
    assert statistics(queue()) == QueueStats(
        total=6,
        by_kind={K.RENEWAL: 3, K.STRATEGIC: 1, K.OPPORTUNITY: 1, K.RISK: 1},
        by_stage={S.EMERGENCY: 1, S.SIGNATURE: 1, S.MONITOR: 1},
        by_account_plan={P.INVEST: 3, None: 3},
        unique_customers=3,
        average_priority=94.0,
        min_priority=20,
        max_priority=144,
    )


def test_an_empty_queue_in_numbers() -> None:
    assert statistics(()) == QueueStats(0, {}, {}, {}, 0, 0.0, None, None)


def test_customers_stand_where_the_most_urgent_of_each_does() -> None:
    found = by_customer(queue())

    assert [(each.customer.id, each.highest_priority, each.total_priority) for each in found] == [
        ("acme", 144, 354),
        ("bolt", 105, 190),
        ("cora", 20, 20),
    ]
    assert [each.kind for each in found[0].assignments] == [K.RISK, K.RENEWAL, K.STRATEGIC]


def test_the_id_of_an_assignment_names_customer_and_kind() -> None:
    assert [named_by(each.id) for each in queue()] == [(each.customer.id, each.kind) for each in queue()]
    assert [named_by(text) for text in ("acme", "acme:", "acme:leave", "acme:RISK")] == [None] * 4


@pytest.mark.parametrize("kind", K)
def test_what_ended_today_rested_on_what_it_rests_on_today(kind: WorkflowKind) -> None:
    customer = replace(ACME, opportunity_score=Decimal(80))
    ended = EndedWith(
        TODAY,
        customer.renewal_date,
        customer.renewal_status,
        customer.account_plan,
        customer.risk_score,
        customer.opportunity_score,
    )

    assert ended_for(kind, ended) == reason_for(kind, customer, TODAY)
    assert ended_for(kind, EndedWith(TODAY)) == reason_for(kind, BARE, TODAY)


portfolios = st.lists(st.uuids(), max_size=6, unique=True).flatmap(
    lambda ids: st.tuples(*(customers(str(each)) for each in ids))
)


@given(portfolios)
def test_the_order_does_not_depend_on_the_order_given(drawn: tuple[Customer, ...]) -> None:
    mixed = sorted(drawn, key=lambda each: each.id, reverse=True)

    found = queue(of=drawn)

    assert found == queue(of=tuple(mixed))
    assert [each.priority.total for each in found] == sorted((each.priority.total for each in found), reverse=True)
    assert [order_of(each.priority) for each in found] == sorted({order_of(each.priority) for each in found})


@given(portfolios)
def test_counts_and_groups_hold_every_assignment_once(drawn: tuple[Customer, ...]) -> None:
    found = queue(of=drawn)

    stats, groups = statistics(found), by_customer(found)

    assert sum(stats.by_kind.values()) == sum(stats.by_account_plan.values()) == stats.total == len(found)
    assert sum(stats.by_stage.values()) == stats.by_kind.get(K.RENEWAL, 0)
    assert Counter(each for group in groups for each in group.assignments) == Counter(found)
    assert len(groups) == stats.unique_customers
    assert sum(group.total_priority for group in groups) == round(stats.average_priority * stats.total)
    assert [group.highest_priority for group in groups] == sorted(
        (group.highest_priority for group in groups), reverse=True
    )
