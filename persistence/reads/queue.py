"""Reading queues: places, counts, and the workflows that stand behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
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
        replanned=True,
    ),
    QueueCustomers: Source(
        rows=CUSTOMERS,
        order=upwards(_first.c.place, _first.c.renewal, _first.c.name_key, _first.c.customer_id),
        parameters=_asked,
        replanned=True,
    ),
}

# Only what is counted: the rest of each row would cost more than that.
_counted = (
    select(*(_all.c[name] for name in ("customer_id", "kind", "stage", "account_plan", "place")))
    .cte("counted")
    .prefix_with("MATERIALIZED")
)
_COUNTS = select(
    _counted.c.kind,
    _counted.c.stage,
    _counted.c.account_plan,
    func.count().label("n"),
    func.sum(-_counted.c.place).label("total"),
    func.min(-_counted.c.place).label("least"),
    func.max(-_counted.c.place).label("most"),
    select(func.count(_counted.c.customer_id.distinct())).scalar_subquery().label("customers"),
).group_by(_counted.c.kind, _counted.c.stage, _counted.c.account_plan)

_STANDING = text(STANDING.format(customers="w.customer_id = ANY(CAST(:customers AS uuid[]))"))
_BUSY = text(BUSY.format(assigned="true"))
_ENDED = TypeAdapter(EndedWith)


class Queues:
    """The queues of one engagement, in the reader's transaction."""

    def __init__(self, fetch: Fetch, engagement_id: str) -> None:
        self._fetch = fetch
        self._engagement_id = engagement_id
        self._stats: dict[QueueOf, QueueStats] = {}

    async def stats(self, listing: QueueOf) -> QueueStats:
        """The whole queue in numbers, whatever kinds are listed; looked at once."""
        whole = replace(listing, kinds=None)
        if whole not in self._stats:
            rows = await self._fetch(_COUNTS.params(**_asked(whole, self._engagement_id)))
            self._stats[whole] = _stats(rows)
        return self._stats[whole]

    async def count(self, listing: QueueOf) -> int:
        """How much is in the queue of the kinds that are listed."""
        counts = (await self.stats(listing)).by_kind
        return sum(n for kind, n in counts.items() if listing.kinds is None or kind in listing.kinds)

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
    kinds, stages, plans = (_summed(rows, by) for by in ("kind", "stage", "account_plan"))
    total = sum(row.n for row in rows)
    return QueueStats(
        total=total,
        by_kind={kind: kinds[kind] for kind in WorkflowKind if kind in kinds},
        by_stage={stage: stages[stage] for stage in RenewalStage if stage in stages},
        by_account_plan={plan: plans[plan] for plan in (*AccountPlan, None) if plan in plans},
        unique_customers=rows[0].customers if rows else 0,
        average_priority=float(Fraction(sum(row.total for row in rows), total)) if total else 0.0,
        min_priority=min((row.least for row in rows), default=None),
        max_priority=max((row.most for row in rows), default=None),
    )


def _summed(rows: Sequence[Row[Any]], by: str) -> Mapping[str | None, int]:
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[getattr(row, by)] += row.n
    return counts
