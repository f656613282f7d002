"""What pools have to give over the dates of plans, and what of it the plans take."""

from __future__ import annotations

from collections.abc import Sequence

from domain.planning.allocating import PoolUtilization, plan_dates, utilization
from domain.planning.listing import AllocationsOfFlow, PoolsOfFlow, TimelineOfFlow, WavesOfFlow
from domain.planning.settings import calendar_of
from resolvers.context import Context
from resolvers.reading.engagement import current
from resolvers.reading.planning import only, whole


async def utilized(context: Context, flow_ids: Sequence[str]) -> list[tuple[PoolUtilization, ...]]:
    """The pools that each plan uses or could use, over its timeline's dates; before there is one, over its waves'."""
    calendar = calendar_of((await current(context)).engagement.settings)
    pools = await whole(context, [PoolsOfFlow(parent=id) for id in flow_ids])
    allocations = await whole(context, [AllocationsOfFlow(parent=id) for id in flow_ids])
    timelines = await only(context, [TimelineOfFlow(parent=id) for id in flow_ids])
    waves = await whole(context, [WavesOfFlow(parent=id) for id in flow_ids])
    return [
        utilization(there, taken, plan_dates(own, timeline), calendar)
        for there, taken, timeline, own in zip(pools, allocations, timelines, waves, strict=True)
    ]
