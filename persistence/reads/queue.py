"""Reading queues: places, counts, and the workflows that stand behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, RowMapping, func, select, text, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from domain.customer import AccountPlan
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.listing import Placed, PlacedCustomer, QueueCustomers, QueueOf
from domain.customer_success.queue import QueueStats, StartedWorkflow, ended_for, id_of, state_of
from domain.customer_success.scoring_rules import ScoringRules
from domain.customer_success.workflow import EndedWith
from domain.transition import FlowStatus
from persistence.reads.queue_sql import BUSY, STANDING, parameters, worked
from persistence.reads.source import Fetch, Rows, Source, among, made_by, upwards
from persistence.tables import customers, members, workflows

_all = worked("queue")
_places = (_all.c.place, _all.c.renewal, _all.c.name_key, _all.c.customer_id, _all.c.rank)

QUEUE = Rows(
    table=_all,
    columns=(_all.c.customer_id, _all.c.kind),
    id=_all.c.customer_id,
    tenant=_all.c.engagement_id,
    make=made_by(lambda row: Placed(row["customer_id"], WorkflowKind(row["kind"]))),
)

# The row of each customer's most urgent work.
_first = select(_all).ext(distinct_on(_all.c.customer_id)).order_by(_all.c.customer_id, *_places).subquery("first")
CUSTOMERS = Rows(
    table=_first,
    columns=(_first.c.customer_id,),
    id=_first.c.customer_id,
    tenant=_first.c.engagement_id,
    make=made_by(lambda row: PlacedCustomer(row["customer_id"])),
)


def _asked(listing: QueueOf | QueueCustomers, engagement_id: str) -> Mapping[str, Any]:
    return parameters(engagement_id, listing.owner, listing.today, listing.rules)


SOURCES: dict[type, Source] = {
    QueueOf: Source(
        rows=QUEUE,
        order=upwards(*_places),
        where=lambda listing: among(_all.c.kind, listing.kinds),
        parameters=_asked,
    ),
    QueueCustomers: Source(
        rows=CUSTOMERS,
        order=upwards(_first.c.place, _first.c.renewal, _first.c.name_key, _first.c.customer_id),
        parameters=_asked,
    ),
}

_COUNTS = select(
    func.grouping(_all.c.kind, _all.c.stage, _all.c.account_plan).label("by"),
    _all.c.kind,
    _all.c.stage,
    _all.c.account_plan,
    func.count().label("n"),
    func.count(_all.c.customer_id.distinct()).label("customers"),
    func.sum(-_all.c.place).label("total"),
    func.min(-_all.c.place).label("least"),
    func.max(-_all.c.place).label("most"),
).group_by(func.grouping_sets(text("()"), _all.c.kind, _all.c.stage, _all.c.account_plan))
# What `grouping` says of a row: a bit for each that it is not grouped by.
_WHOLE, _KIND, _STAGE, _PLAN = 0b111, 0b011, 0b101, 0b110

_STANDING = text(STANDING.format(customers="w.customer_id = ANY(CAST(:customers AS uuid[]))"))
_BUSY = text(BUSY.format(assigned="true"))
_ENDED = TypeAdapter(EndedWith)


class Queues:
    """The queues of one engagement, in the reader's transaction."""

    def __init__(self, fetch: Fetch, engagement_id: str) -> None:
        self._fetch = fetch
        self._engagement_id = engagement_id

    async def stats(self, listing: QueueOf) -> QueueStats:
        """The whole queue in numbers."""
        return _stats(await self._fetch(_COUNTS.params(**_asked(listing, self._engagement_id))))

    async def shown(self, listing: QueueOf) -> Mapping[str, str]:
        """What is in the queue, by its id, and what can be seen of it as something that differs when it does."""
        query = select(_all.c.customer_id, _all.c.kind, _all.c.shown)
        rows = await self._fetch(query.params(**_asked(listing, self._engagement_id)))
        return {id_of(str(row.customer_id), WorkflowKind(row.kind)): row.shown for row in rows}

    async def standing(self, customer_ids: Collection[str], rules: ScoringRules) -> tuple[StartedWorkflow, ...]:
        """Of each of these customers and each kind the workflow that counts."""
        if not customer_ids:
            return ()
        asked = {"engagement": self._engagement_id, "customers": sorted(customer_ids)}
        rows = await self._fetch(_STANDING.bindparams(**asked))
        return tuple(_started(row._mapping, rules) for row in rows)

    async def busy(self) -> Mapping[str, int]:
        """How many workflows each person of the engagement works on."""
        rows = await self._fetch(_BUSY.bindparams(engagement=self._engagement_id))
        return {row.assigned_to: row.workflows for row in rows}

    async def owners(self) -> tuple[str, ...]:
        """Everybody who has a queue, though it may be empty."""
        mine = self._engagement_id
        everybody = union_all(
            select(customers.c.owner.label("owner")).where(customers.c.engagement_id == mine).distinct(),
            select(workflows.c.assigned_to).where(workflows.c.engagement_id == mine).distinct(),
            select(members.c.subject).where(members.c.engagement_id == mine),
        )
        return tuple(dict.fromkeys(row.owner for row in await self._fetch(everybody)))


def _started(row: Mapping[str, Any] | RowMapping, rules: ScoringRules) -> StartedWorkflow:
    kind = WorkflowKind(row["kind"])
    ended = row["ended_with"]
    return StartedWorkflow(
        flow_id=str(row["flow_id"]),
        customer_id=str(row["customer_id"]),
        kind=kind,
        assigned_to=row["assigned_to"],
        state=state_of(FlowStatus(row["status"])),
        escalated=row["escalated"],
        ended_for=None if ended is None else ended_for(kind, _ENDED.validate_python(ended), rules),
    )


def _stats(rows: Sequence[Row[Any]]) -> QueueStats:
    whole = next(row for row in rows if row.by == _WHOLE)
    kinds = {row.kind: row.n for row in rows if row.by == _KIND}
    stages = {row.stage: row.n for row in rows if row.by == _STAGE}
    plans = {row.account_plan: row.n for row in rows if row.by == _PLAN}
    return QueueStats(
        total=whole.n,
        by_kind={kind: kinds[kind] for kind in WorkflowKind if kind in kinds},
        by_stage={stage: stages[stage] for stage in RenewalStage if stage in stages},
        by_account_plan={plan: plans[plan] for plan in (*AccountPlan, None) if plan in plans},
        unique_customers=whole.customers,
        average_priority=float(Fraction(whole.total, whole.n)) if whole.n else 0.0,
        min_priority=whole.least,
        max_priority=whole.most,
    )
