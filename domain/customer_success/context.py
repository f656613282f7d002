"""What is known of a customer as a workflow needs it: where the renewal stands, and how urgent each kind of work is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.customer import Customer, CustomerEngagement, CustomerFinancials, CustomerUsage, Trend
from domain.customer_success.determination import determine, renewal_stage
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.priority import PriorityScore, Work, score
from domain.customer_success.queue import StartedWorkflow, Team, WorkflowState
from domain.customer_success.scoring_rules import DEFAULTS, ScoringRules

# Of whom nothing is known.
NOBODY = Team()


@dataclass(frozen=True, slots=True)
class KindPriority:
    """How urgent a workflow of that kind is for one customer."""

    kind: WorkflowKind
    priority: PriorityScore


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """A customer as of one day. Only who has a renewal date has a stage and days; past the date they are below nought.

    `priorities` are those of the workflows that the customer gets, and of those that run for him, by kind.
    """

    customer: Customer
    stage: RenewalStage | None
    days_until_renewal: int | None
    priorities: tuple[KindPriority, ...]

    @property
    def financials(self) -> CustomerFinancials:
        """As imported; what the import does not say is taken from the ARR, and the trend from both figures."""
        given = self.customer.financials
        current = given.current_arr if given.current_arr is not None else (self.customer.arr or None)
        trend = given.trend or _trend(current, given.previous_arr)
        return CustomerFinancials(current, given.previous_arr, trend)

    @property
    def usage(self) -> CustomerUsage:
        """As imported."""
        return self.customer.usage

    @property
    def engagement(self) -> CustomerEngagement:
        """As imported."""
        return self.customer.engagement


def _trend(current: Decimal | None, previous: Decimal | None) -> Trend | None:
    if current is None or previous is None:
        return None
    if current == previous:
        return Trend.FLAT
    return Trend.UP if current > previous else Trend.DOWN


def context_of(
    customer: Customer,
    today: date,
    rules: ScoringRules = DEFAULTS,
    team: Team = NOBODY,
    started: Iterable[StartedWorkflow] = (),
) -> CustomerContext:
    """The customer today. `started` are his workflows, one of each kind at most; `today` is the engagement's."""
    running = {each.kind: each for each in started if each.state is not WorkflowState.ENDED}
    gets = {reason.kind for reason in determine(customer, today, rules)}
    return CustomerContext(
        customer=customer,
        stage=renewal_stage(customer, today, rules),
        days_until_renewal=customer.days_until_renewal(today),
        priorities=tuple(
            KindPriority(kind, score(_work(kind, customer, today, team, running.get(kind)), rules))
            for kind in WorkflowKind
            if kind in gets or kind in running
        ),
    )


def _work(kind: WorkflowKind, customer: Customer, today: date, team: Team, running: StartedWorkflow | None) -> Work:
    if running is None:
        return Work(kind, customer, today, team.owner(customer.owner, has_this=False))
    owner = team.owner(running.assigned_to, has_this=running.state is WorkflowState.OPEN)
    return Work(kind, customer, today, owner, running.escalated)
