"""Which plans rest on what a transaction has changed: they are looked through after it, by a worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decision import Decision
from domain.dependency import Dependency
from domain.planning.plan import ResourcePlan, WavePlan
from domain.resource_pool import ResourcePool
from persistence.tables import allocations, child_flows, wave_plans

# With more applications than this all plans are looked through rather than those that hold one of them.
MOST = 1_000


@dataclass(slots=True)
class Touched:
    """What plans rest on and was changed: applications by their decisions and dependencies, and pools; all by id.

    `flows` are those whose own plan was written: what it used may have changed while it was made.
    """

    applications: set[str] = field(default_factory=set)
    pools: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)

    def note(self, value: Any) -> None:
        """That value was, or is about to be, changed."""
        match value:
            case Decision():
                self.applications.add(value.application_id)
            case Dependency():
                self.applications.update((value.from_id, value.to_id))
            case ResourcePool():
                self.pools.add(value.id)
            case WavePlan() | ResourcePlan():
                self.flows.add(value.flow_id)

    def __bool__(self) -> bool:
        return bool(self.applications or self.pools or self.flows)


async def resting_plans(connection: AsyncConnection, engagement_id: str, touched: Touched) -> tuple[str, ...]:
    """The flows whose plans rest on that, oldest first; by indexes, and without a query where nothing was touched."""
    found = set(touched.flows)
    if touched.applications:
        found |= await _flows(connection, _over(engagement_id, touched.applications))
    if touched.pools:
        mine = allocations.c.engagement_id == engagement_id
        used = allocations.c.pool_id.in_(sorted(touched.pools))
        found |= await _flows(connection, select(allocations.c.flow_id).distinct().where(mine, used))
    return tuple(sorted(found))


def _over(engagement_id: str, application_ids: set[str]) -> Select[tuple[str]]:
    plans = select(wave_plans.c.flow_id).where(wave_plans.c.engagement_id == engagement_id)
    if len(application_ids) > MOST:
        return plans
    scope = child_flows.c.application_ids
    holding = scope.op("&&")(cast(sorted(application_ids), scope.type))
    return plans.join(child_flows, child_flows.c.flow_id == wave_plans.c.flow_id).where(holding)


async def _flows(connection: AsyncConnection, query: Select[tuple[str]]) -> set[str]:
    return {str(flow_id) for flow_id in (await connection.execute(query)).scalars()}
