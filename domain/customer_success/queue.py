"""The queue: what is to be done for which customers, most urgent first, counted and grouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from domain.access import Experience
from domain.customer import AccountPlan, Customer
from domain.customer_success.determination import Reason, determine, reason_for, stage_at
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.priority import Owner, PriorityScore, Work, order_of, score
from domain.customer_success.scoring_rules import DEFAULTS, ScoringRules
from domain.customer_success.workflow import EndedWith
from domain.transition import FlowStatus


class WorkflowState(StrEnum):
    """Whether a started workflow waits for its owner: open in every state of its flow but these two."""

    OPEN = "OPEN"
    SNOOZED = "SNOOZED"
    ENDED = "ENDED"


_STATES: Mapping[FlowStatus, WorkflowState] = MappingProxyType(
    {
        FlowStatus.SNOOZED: WorkflowState.SNOOZED,
        FlowStatus.COMPLETED: WorkflowState.ENDED,
        FlowStatus.CANCELLED: WorkflowState.ENDED,
    }
)


def state_of(status: FlowStatus) -> WorkflowState:
    """What that status of its flow means for its owner: one that failed or was paused still waits for him."""
    return _STATES.get(status, WorkflowState.OPEN)


@dataclass(frozen=True, slots=True)
class StartedWorkflow:
    """The newest workflow of one kind that was started for one customer.

    `ended_for` is what it rested on when it was completed or skipped: it is not asked for again for the same reason.
    One that was cancelled ended for none, and is asked for at once. Whoever keeps it forgets it as soon as the
    customer no longer gets the workflow, so that a reason that comes back counts as a new one.
    """

    flow_id: str
    customer_id: str
    kind: WorkflowKind
    assigned_to: str
    state: WorkflowState = WorkflowState.OPEN
    escalated: bool = False
    ended_for: Reason | None = None


def ended_for(kind: WorkflowKind, ended: EndedWith, rules: ScoringRules = DEFAULTS) -> Reason:
    """What a workflow of that kind rested on when it ended; by the stages of these rules, if they are others now."""
    if kind is WorkflowKind.RENEWAL:
        days = None if ended.renewal_date is None else (ended.renewal_date - ended.on).days
        stage = None if days is None else stage_at(days, rules.stage_days)
        return Reason(kind, stage, ended.renewal_date)
    if kind is WorkflowKind.STRATEGIC:
        return Reason(kind, account_plan=ended.account_plan)
    return Reason(kind, score=ended.opportunity_score if kind is WorkflowKind.OPPORTUNITY else ended.risk_score)


def id_of(customer_id: str, kind: WorkflowKind) -> str:
    """The id of one customer's work of one kind; it tells both again."""
    return f"{customer_id}:{kind.lower()}"


def named_by(assignment_id: str) -> tuple[str, WorkflowKind] | None:
    """Whose and what work has that id; None where it is none of an assignment's."""
    customer_id, _, kind = assignment_id.partition(":")
    return next(((customer_id, each) for each in WorkflowKind if each.lower() == kind), None)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One workflow that somebody is to start or go on with. `flow_id` is None until it is started."""

    reason: Reason
    owner: str
    priority: PriorityScore
    flow_id: str | None = None

    @property
    def id(self) -> str:
        """The same as long as it is the same customer and kind."""
        return id_of(self.customer.id, self.kind)

    @property
    def kind(self) -> WorkflowKind:
        """What it is for."""
        return self.reason.kind

    @property
    def stage(self) -> RenewalStage | None:
        """The renewal's; other kinds have none, however near the customer's renewal is."""
        return self.reason.stage

    @property
    def customer(self) -> Customer:
        """Whom it is for."""
        return self.priority.work.customer


@dataclass(frozen=True, slots=True)
class Team:
    """What is known of owners: their experience, and how many open workflows each has, in the whole engagement."""

    experience: Mapping[str, Experience] = field(default_factory=dict)
    open_workflows: Mapping[str, int] = field(default_factory=dict)

    def owner(self, user: str, *, has_this: bool) -> Owner:
        """Him as one workflow sees him: that one is left out where it is open and his."""
        return Owner(self.experience.get(user), max(0, self.open_workflows.get(user, 0) - has_this))


def open_workflows(started: Iterable[StartedWorkflow]) -> Mapping[str, int]:
    """How many each owner has that neither ended nor are snoozed; nobody is not an owner with a workload."""
    return Counter(each.assigned_to for each in started if each.state is WorkflowState.OPEN and each.assigned_to)


def assign(
    customers: Iterable[Customer],
    started: Iterable[StartedWorkflow],
    team: Team,
    today: date,
    rules: ScoringRules = DEFAULTS,
) -> tuple[Assignment, ...]:
    """All that is to be done for these customers today, sorted. `started` has one of each customer and kind at most.

    A workflow that runs stays until it ends, also when the customer would not get it any more.
    """
    running = {(each.customer_id, each.kind): each for each in started}
    found = (
        _assignment(reason, customer, running.get((customer.id, reason.kind)), team, today, rules)
        for customer in customers
        for reason in _reasons(customer, running, today, rules)
    )
    return in_order(found)


def in_order(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """By priority, then the earlier renewal, then the name."""
    return tuple(sorted(assignments, key=lambda each: order_of(each.priority)))


_Running = Mapping[tuple[str, WorkflowKind], StartedWorkflow]


def _reasons(customer: Customer, running: _Running, today: date, rules: ScoringRules) -> Iterator[Reason]:
    determined = {reason.kind: reason for reason in determine(customer, today, rules)}
    for kind in WorkflowKind:
        workflow, reason = running.get((customer.id, kind)), determined.get(kind)
        if _is_open(workflow):
            yield reason or reason_for(kind, customer, today, rules)
        elif reason is not None and not _is_settled(workflow, reason):
            yield reason


def _is_open(workflow: StartedWorkflow | None) -> bool:
    return workflow is not None and workflow.state is WorkflowState.OPEN


def _is_settled(workflow: StartedWorkflow | None, reason: Reason) -> bool:
    """Nothing to be done now: it sleeps, or was done with for the same reason."""
    if workflow is None:
        return False
    return workflow.state is WorkflowState.SNOOZED or workflow.ended_for == reason


def _assignment(
    reason: Reason,
    customer: Customer,
    workflow: StartedWorkflow | None,
    team: Team,
    today: date,
    rules: ScoringRules,
) -> Assignment:
    """What has ended counts as not started: the next one is the customer's owner's, and not escalated."""
    if workflow is None or not _is_open(workflow):
        work = Work(reason.kind, customer, today, team.owner(customer.owner, has_this=False))
        return Assignment(reason, customer.owner, score(work, rules))
    owner = team.owner(workflow.assigned_to, has_this=True)
    work = Work(reason.kind, customer, today, owner, workflow.escalated)
    return Assignment(reason, workflow.assigned_to, score(work, rules), workflow.flow_id)


@dataclass(frozen=True, slots=True)
class QueueStats:
    """A queue in numbers: assignments, save `unique_customers`. What there is none of is not among the counts.

    They stand in the order of the kinds, stages and plans, customers without a plan last. Only renewals have a stage.
    An empty queue has an average of 0, and neither a least nor a most.
    """

    total: int
    by_kind: Mapping[WorkflowKind, int]
    by_stage: Mapping[RenewalStage, int]
    by_account_plan: Mapping[AccountPlan | None, int]
    unique_customers: int
    average_priority: float
    min_priority: int | None
    max_priority: int | None


def statistics(assignments: Sequence[Assignment]) -> QueueStats:
    """What is in the queue."""
    priorities = [each.priority.total for each in assignments]
    kinds = Counter(each.kind for each in assignments)
    stages = Counter(each.stage for each in assignments)
    plans = Counter(each.customer.account_plan for each in assignments)
    return QueueStats(
        total=len(assignments),
        by_kind={kind: kinds[kind] for kind in WorkflowKind if kind in kinds},
        by_stage={stage: stages[stage] for stage in RenewalStage if stage in stages},
        by_account_plan={plan: plans[plan] for plan in (*AccountPlan, None) if plan in plans},
        unique_customers=len({each.customer.id for each in assignments}),
        average_priority=float(Fraction(sum(priorities), len(priorities))) if priorities else 0.0,
        min_priority=min(priorities, default=None),
        max_priority=max(priorities, default=None),
    )


@dataclass(frozen=True, slots=True)
class CustomerAssignments:
    """What is to be done for one customer, most urgent first."""

    customer: Customer
    assignments: tuple[Assignment, ...]

    @property
    def total_priority(self) -> int:
        """The sum of all."""
        return sum(each.priority.total for each in self.assignments)

    @property
    def highest_priority(self) -> int:
        """That of the most urgent."""
        return max(each.priority.total for each in self.assignments)


def by_customer(assignments: Iterable[Assignment]) -> tuple[CustomerAssignments, ...]:
    """The customers in the order in which the most urgent of each stands in the queue."""
    groups: dict[str, list[Assignment]] = {}
    for each in assignments:
        groups.setdefault(each.customer.id, []).append(each)
    return tuple(CustomerAssignments(group[0].customer, tuple(group)) for group in groups.values())
