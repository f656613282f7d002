"""The rules make of every worked example what was worked out for it by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Experience
from domain.customer import AccountPlan, Customer, RenewalStatus
from domain.customer_success.choosing import choose
from domain.customer_success.determination import Reason, determine, renewal_stage
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.priority import Owner, PriorityScore, Work, order_of, score
from domain.customer_success.queue import StartedWorkflow, Team, WorkflowState, assign, open_workflows, state_of
from domain.customer_success.template import TemplateVersion
from domain.engagement import Engagement
from domain.transition import FlowStatus
from tests.unit.customer_success.examples import table
from tests.unit.customer_success.examples.table import (
    NOT_READY,
    NOT_STARTED,
    SKIPPED,
    DeterminationExample,
    Example,
    Held,
    OrderExample,
    PresenceExample,
    Queued,
    ScoreExample,
    StageExample,
    Template,
    TemplateExample,
    TodayExample,
    Told,
    WorkloadExample,
)

TODAY = date(2026, 11, 21)
OWNER = "ada"


def each_of(examples: tuple[Example, ...]) -> Callable[..., Any]:
    return pytest.mark.parametrize("example", examples, ids=lambda example: example.name)


def _customer(told: Told, today: date = TODAY, *, id: str = "acme", name: str = "Acme") -> Customer:
    return Customer(
        id,
        name,
        told.arr,
        OWNER,
        renewal_date=None if told.days is None else today + timedelta(days=told.days),
        renewal_status=RenewalStatus((told.renewal_status or "open").upper()),
        account_plan=None if told.plan is None else AccountPlan(told.plan),
        opportunity_score=told.opportunity,
        risk_score=told.risk,
    )


@each_of(table.stages())
def test_a_renewal_of_that_stage_is_worth_that(example: StageExample) -> None:
    customer = _customer(Told(days=example.days), example.today)

    scored = score(Work(WorkflowKind.RENEWAL, customer, example.today))

    assert customer.renewal_date == example.renewal
    assert str(scored.stage) == example.stage
    assert (scored.base_score, scored.stage_bonus) == (example.base, example.bonus)
    assert scored.total == example.plain


@each_of(table.todays())
def test_today_is_the_engagements(example: TodayExample) -> None:
    engagement = Engagement("e", "c", "Renewals", "USD", example.zone, {}, 1)
    customer = Customer("acme", "Acme", Decimal(0), OWNER, renewal_date=example.renewal)

    today = engagement.today(example.now)

    assert today == example.today
    assert customer.days_until_renewal(today) == example.days
    assert str(renewal_stage(customer, today)) == example.stage


_K, _S = table.Kind, table.Stage
# The eight that ship, as the examples call them.
SHIPPED = (
    *(Template(key=stage.lower(), kind=_K.RENEWAL, version=1, stage=stage) for stage in (_S.PREPARE, _S.CRITICAL)),
    *(Template(key=stage.lower(), kind=_K.RENEWAL, version=1, stage=stage) for stage in (_S.EMERGENCY, _S.OVERDUE)),
    Template(key="standard-renewal", kind=_K.RENEWAL, version=1),
    *(Template(key=kind.lower(), kind=kind, version=1) for kind in (_K.STRATEGIC, _K.OPPORTUNITY, _K.RISK)),
)


def _template(template: Template, *, core: bool) -> TemplateVersion:
    stage = None if template.stage is None else RenewalStage(template.stage)
    key, version = template.key, template.version
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return TemplateVersion(
        f"{key} {version}", key, version, key, WorkflowKind(template.kind), stage, core, {}, "someone", at
    )


@each_of(table.stages())
def test_a_renewal_of_that_stage_is_guided_by_that_template(example: StageExample) -> None:
    shipped = [_template(each, core=True) for each in SHIPPED]

    chosen = choose(shipped, WorkflowKind.RENEWAL, RenewalStage(example.stage))

    assert chosen is not None
    assert chosen.key == example.template


@each_of(table.templates())
def test_a_workflow_is_guided_by_that_template(example: TemplateExample) -> None:
    offered = [_template(each, core=True) for each in SHIPPED if example.shipped]
    offered += [_template(each, core=False) for each in example.own]
    stage = None if example.stage is None else RenewalStage(example.stage)

    chosen = choose(offered, WorkflowKind(example.kind), stage)

    assert (NOT_READY if chosen is None else chosen.id) == example.chosen


@each_of(table.determinations())
def test_a_customer_gets_those_workflows(example: DeterminationExample) -> None:
    assert tuple(str(reason.kind) for reason in determine(_customer(example.customer), TODAY)) == example.kinds


@each_of(table.scores())
def test_a_score_has_those_factors_and_that_total(example: ScoreExample) -> None:
    told, factors = example.told, example.factors
    experience = None if told.experience is None else Experience(told.experience)
    owner = Owner(experience, told.others)

    scored = score(Work(WorkflowKind(example.kind), _customer(told), TODAY, owner, bool(told.escalated)))

    assert (scored.base_score, scored.stage_bonus) == (factors.base, factors.bonus), example.arithmetic
    multipliers = (scored.arr_multiplier, scored.plan_multiplier, scored.experience_multiplier)
    assert multipliers == (factors.arr, factors.plan, factors.experience), example.arithmetic
    assert (scored.workload_penalty, scored.escalation_bonus) == (factors.workload, factors.escalation)
    assert scored.total == example.total, example.arithmetic


@each_of(table.workloads())
def test_those_other_workflows_of_the_owner_weigh(example: WorkloadExample) -> None:
    started = {each.id: _started(each) for each in example.held if each.type == "CUSTOMER_SUCCESS"}
    asked, owner = started[example.asked], example.owner or ""
    team = Team(open_workflows=open_workflows(each for each in started.values() if each))
    has_this = asked is not None and asked.state is WorkflowState.OPEN

    weighed = team.owner(owner, has_this=has_this)

    assert weighed.other_workflows == len(example.counted)
    assert score(Work(WorkflowKind.RISK, _customer(Told()), TODAY, weighed)).workload_penalty == example.penalty


def _started(held: Held) -> StartedWorkflow | None:
    """What nobody has started is no workflow yet."""
    if held.status == NOT_STARTED:
        return None
    state = state_of(FlowStatus(held.status))
    return StartedWorkflow(held.id, held.id, WorkflowKind.RISK, held.owner or "", state, bool(held.escalated_by))


@each_of(table.orders())
def test_a_queue_stands_in_that_order(example: OrderExample) -> None:
    scored = {each.id: _queued(each) for each in example.given}

    assert tuple(sorted(scored, key=lambda id: order_of(scored[id]))) == example.right


def _queued(queued: Queued) -> PriorityScore:
    customer = _customer(Told(days=queued.days), id=queued.customer, name=queued.customer)
    return replace(score(Work(WorkflowKind(queued.kind), customer, TODAY)), total=queued.total)


@each_of(table.presences())
def test_what_was_dealt_with_stands_in_the_queue_or_not(example: PresenceExample) -> None:
    then, now = (_known(example, reason) for reason in (example.then, example.now))
    then_reason = _reason(example, then, _today(example.then))

    assigned = assign([now], _dealt_with(example, then_reason), Team(), _today(example.now))

    assert (WorkflowKind(example.kind) in {each.kind for each in assigned}) is example.present


def _dealt_with(example: PresenceExample, reason: Reason) -> tuple[StartedWorkflow, ...]:
    if example.status == NOT_STARTED:
        return ()
    status = FlowStatus.COMPLETED if example.status == SKIPPED else FlowStatus(example.status)
    state = state_of(status)
    ended_for = reason if state is WorkflowState.ENDED else None
    kind = WorkflowKind(example.kind)
    return (StartedWorkflow("flow", "acme", kind, OWNER, state, ended_for=ended_for),)


def _today(reason: table.Reason) -> date:
    """Where the renewal is told as a date, today is as many days before it."""
    if reason.renewal is None or reason.days is None:
        return TODAY
    return reason.renewal - timedelta(days=reason.days)


def _known(example: PresenceExample, reason: table.Reason) -> Customer:
    risk = reason.score if example.kind is table.Kind.RISK else None
    opportunity = reason.score if example.kind is table.Kind.OPPORTUNITY else None
    told = Told(days=reason.days, plan=reason.plan, risk=risk, opportunity=opportunity)
    return _customer(told, _today(reason))


def _reason(example: PresenceExample, customer: Customer, today: date) -> Reason:
    (reason,) = (each for each in determine(customer, today) if each.kind is WorkflowKind(example.kind))
    return reason
