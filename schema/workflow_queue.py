"""Queues of customers' work: assignments, statistics, and the same by customer."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from domain.customer import AccountPlan
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.queue import Assignment, CustomerAssignments, QueueStats
from domain.customer_success.template import TemplateVersion
from domain.known import KnownFlow
from domain.reading import Page
from resolvers.context import Context
from resolvers.reading import workflow_queue as reading
from resolvers.reading.guiding import guiding
from resolvers.reading.workflow_queue import WorkflowQueue
from schema.basics import Node
from schema.connections import connection, window
from schema.loading import computed, entry, loaded
from schema.mirror import mirror
from schema.relations import referred


@mirror(WorkflowQueue, "owner")
class WorkflowQueueType(Node):
    """What one person is to do, most urgent first. Snoozed work is not in it until it wakes."""

    @loaded
    @staticmethod
    async def assignments(
        context: Context,
        queues: list[WorkflowQueue],
        kinds: list[WorkflowKind] | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[Assignment]]:
        """By priority, then the earlier renewal, then the name."""
        return [await reading.assignments(context, queue, kinds, window(first, after)) for queue in queues]

    @loaded
    @staticmethod
    async def stats(context: Context, queues: list[WorkflowQueue]) -> list[QueueStats]:
        """Of all kinds."""
        return [await reading.stats(context, queue) for queue in queues]

    @loaded
    @staticmethod
    async def by_customer(
        context: Context, queues: list[WorkflowQueue], first: int | None = None, after: str | None = None
    ) -> list[Page[CustomerAssignments]]:
        """In the order in which the most urgent assignment of each stands."""
        return [await reading.customers(context, queue, window(first, after)) for queue in queues]


@mirror(
    Assignment,
    "kind stage customer priority",
    name="WorkflowAssignment",
    stage="The renewal's; null for other kinds, and for a renewal without a date.",
)
class AssignmentType(Node):
    """One customer's work of one kind, as long as it is to be done."""

    @loaded
    @staticmethod
    async def template(context: Context, assignments: list[Assignment]) -> list[TemplateVersion | None]:
        """What guides it, or would once it is started; null where a template has to be added first."""
        return await guiding(context, assignments)

    flow = referred(
        KnownFlow, lambda assignment: assignment.flow_id, nullable=True, why="The running flow, once started."
    )


connection(Assignment, "WorkflowAssignment")


@mirror(CustomerAssignments, "customer assignments total_priority highest_priority")
class CustomerAssignmentsType:
    """What the owner of the queue is to do for one customer, most urgent first."""


connection(CustomerAssignments, "CustomerAssignments")


@dataclass(frozen=True, slots=True)
class WorkflowKindCount:
    """How many there are of a kind."""

    kind: WorkflowKind
    count: int


@dataclass(frozen=True, slots=True)
class RenewalStageCount:
    """How many there are at a stage."""

    stage: RenewalStage
    count: int


@dataclass(frozen=True, slots=True)
class AccountPlanCount:
    """How many there are for customers of a plan."""

    account_plan: AccountPlan | None
    count: int


@mirror(WorkflowKindCount, "kind count")
class WorkflowKindCountType:
    pass


@mirror(RenewalStageCount, "stage count")
class RenewalStageCountType:
    pass


@mirror(AccountPlanCount, "account_plan count", account_plan="Null for customers without one.")
class AccountPlanCountType:
    pass


@mirror(
    QueueStats,
    "total unique_customers average_priority min_priority max_priority",
    average_priority="0 of an empty queue.",
    min_priority="Null of an empty queue.",
    max_priority="Null of an empty queue.",
)
class QueueStatsType:
    """A queue in numbers. What there is none of is not among the counts."""

    @computed
    @staticmethod
    def by_kind(stats: QueueStats) -> tuple[WorkflowKindCount, ...]:
        return tuple(WorkflowKindCount(kind, count) for kind, count in stats.by_kind.items())

    @computed
    @staticmethod
    def by_stage(stats: QueueStats) -> tuple[RenewalStageCount, ...]:
        """Of renewals, nearest first."""
        return tuple(RenewalStageCount(stage, count) for stage, count in stats.by_stage.items())

    @computed
    @staticmethod
    def by_account_plan(stats: QueueStats) -> tuple[AccountPlanCount, ...]:
        return tuple(AccountPlanCount(plan, count) for plan, count in stats.by_account_plan.items())


@strawberry.type
class QueueQueries:
    @entry
    @staticmethod
    async def workflow_queue(context: Context, owner: str | None = None) -> WorkflowQueue:
        """The asking user's own where no owner is named."""
        return await reading.queue_of(context, context.caller.user if owner is None else owner)
