"""What pools have to give over the dates of plans, and what of it the plans take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.flows.planning.staff import usable
from domain.planning.allocating import PoolUtilization, plan_dates, utilization
from domain.planning.calendar import WorkingCalendar
from domain.planning.listing import AllocationsOfFlow, PoolsOfFlow, TimelineOfFlow, WavesOfFlow
from domain.planning.plan import Plan, ResourcePlan
from domain.planning.settings import calendar_of
from domain.resource_pool import ResourcePool
from resolvers.context import Context
from resolvers.reading.engagement import current
from resolvers.reading.planning import only, whole


async def utilized(context: Context, plans: Sequence[ResourcePlan]) -> list[tuple[PoolUtilization, ...]]:
    """The pools that each plan uses or could use, over its timeline's dates; before there is one, over its waves'.

    Hours are measured by what the plan remembers of its pools; shown are the pools as they are now.
    """
    calendar = calendar_of((await current(context)).engagement.settings)
    ids = [plan.flow_id for plan in plans]
    pools = await whole(context, [PoolsOfFlow(parent=id) for id in ids])
    allocations = await whole(context, [AllocationsOfFlow(parent=id) for id in ids])
    timelines = await only(context, [TimelineOfFlow(parent=id) for id in ids])
    waves = await whole(context, [WavesOfFlow(parent=id) for id in ids])
    parts = zip(plans, waves, allocations, timelines, strict=True)
    stored = [
        Plan(resource_plan=plan, waves=own, allocations=hours, timeline=timeline)
        for plan, own, hours, timeline in parts
    ]
    return [_utilized(plan, there, calendar) for plan, there in zip(stored, pools, strict=True)]


def _utilized(plan: Plan, pools: Sequence[ResourcePool], calendar: WorkingCalendar) -> tuple[PoolUtilization, ...]:
    now = {pool.id: pool for pool in pools}
    dates = plan_dates(plan.waves, plan.timeline)
    used = utilization(usable(plan, pools), plan.allocations, dates, calendar)
    return tuple(replace(each, pool=now[each.pool.id]) for each in used)
