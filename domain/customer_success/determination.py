"""Which workflows a customer gets, and why."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.customer import AccountPlan, Customer, RenewalStatus
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.scoring_rules import DEFAULTS, ScoringRules, StageDays, exact

_STAGES = tuple(RenewalStage)


@dataclass(frozen=True, slots=True)
class Reason:
    """What a workflow of that kind rests on: two are equal as long as there is nothing new to say.

    Each kind has its own: a renewal its stage and date, strategic work the plan, the others their score. The score
    counts as it is, so that a customer who scores 75 instead of 70 is one to look at again.
    """

    kind: WorkflowKind
    stage: RenewalStage | None = None
    renewal_date: date | None = None
    account_plan: AccountPlan | None = None
    score: Decimal | None = None


def stage_at(days: int, stages: StageDays = DEFAULTS.stage_days) -> RenewalStage:
    """The stage with that many days until the renewal; below nought it is overdue."""
    return _STAGES[bisect_right(_begins(stages), days)]


def _begins(stages: StageDays) -> tuple[int, ...]:
    """With how many days left each stage begins, save OVERDUE, which has no first day."""
    return (
        0,
        stages.critical,
        stages.signature,
        stages.finalize,
        stages.negotiate,
        stages.engage,
        stages.prepare,
        stages.monitor,
    )


def renewal_stage(customer: Customer, today: date, rules: ScoringRules = DEFAULTS) -> RenewalStage | None:
    """By the days alone, as the stages are defined, whether the renewal is still open or not; None without a date."""
    days = customer.days_until_renewal(today)
    return None if days is None else stage_at(days, rules.stage_days)


def determine(customer: Customer, today: date, rules: ScoringRules = DEFAULTS) -> tuple[Reason, ...]:
    """Why he gets each workflow that he gets, in the order of the kinds. `today` is the engagement's."""
    gets = {
        WorkflowKind.RENEWAL: _renews(customer, today),
        WorkflowKind.STRATEGIC: customer.account_plan in rules.strategic.plans,
        WorkflowKind.OPPORTUNITY: _reaches(customer.opportunity_score, rules.opportunity.from_score),
        WorkflowKind.RISK: _reaches(customer.risk_score, rules.risk.from_score),
    }
    return tuple(reason_for(kind, customer, today, rules) for kind, gotten in gets.items() if gotten)


def reason_for(kind: WorkflowKind, customer: Customer, today: date, rules: ScoringRules = DEFAULTS) -> Reason:
    """What a workflow of that kind rests on today, whether the rules would give it to him or a person started it."""
    if kind is WorkflowKind.RENEWAL:
        return Reason(kind, renewal_stage(customer, today, rules), customer.renewal_date)
    if kind is WorkflowKind.STRATEGIC:
        return Reason(kind, account_plan=customer.account_plan)
    return Reason(kind, score=score_for(kind, customer))


def score_for(kind: WorkflowKind, customer: Customer) -> Decimal | None:
    """The score that the kind goes by; renewals and strategic work go by none."""
    if kind is WorkflowKind.OPPORTUNITY:
        return customer.opportunity_score
    return customer.risk_score if kind is WorkflowKind.RISK else None


def _renews(customer: Customer, today: date) -> bool:
    """The status counts for a date that is past only: a date ahead is a renewal to come, however the last one ended."""
    days = customer.days_until_renewal(today)
    return days is not None and (days >= 0 or customer.renewal_status is RenewalStatus.OPEN)


def _reaches(score: Decimal | None, threshold: float) -> bool:
    """An unknown score reaches none, not even nought."""
    return score is not None and score >= exact(threshold)
