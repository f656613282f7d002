"""Which wave of which plan a flow carries out, and which flows carry out a plan's waves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Text, and_, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.executed_wave import ExecutedWave, Execution
from domain.planning.plan import PlacedApplication, Wave
from domain.transition import FlowStatus
from persistence.tables import child_flows, master_flows, placements, waves

Find = Callable[[type, Any], Awaitable[tuple[Any, ...]]]

# The wave that a flow was started with, as its configuration names it.
_WAVE = child_flows.c.configuration["waveId"].astext


async def executed_wave(
    connection: AsyncConnection, find: Find, engagement_id: str, flow_id: str
) -> ExecutedWave | None:
    """None where the flow carries out no wave, or its plan is gone."""
    named = select(_WAVE).where(child_flows.c.engagement_id == engagement_id, child_flows.c.flow_id == flow_id)
    wave_id = await connection.scalar(named)
    found = await find(Wave, [cast(waves.c.id, Text) == wave_id]) if wave_id else ()
    if not found:
        return None
    wave: Wave = found[0]
    plan = select(master_flows.c.name, child_flows.c.configuration).join(
        child_flows, child_flows.c.flow_id == master_flows.c.id
    )
    mine = (master_flows.c.engagement_id == engagement_id, master_flows.c.id == wave.flow_id)
    row = (await connection.execute(plan.where(*mine))).one()
    return ExecutedWave(
        wave=wave,
        plan_id=wave.flow_id,
        plan_name=row.name,
        waves=await find(Wave, [waves.c.flow_id == wave.flow_id]),
        placed=await find(PlacedApplication, [placements.c.flow_id == wave.flow_id]),
        configuration=row.configuration,
    )


async def executions(connection: AsyncConnection, engagement_id: str, flow_id: str) -> tuple[Execution, ...]:
    """The unfinished flows that carry out a wave of that flow's plan, oldest first."""
    named = and_(cast(waves.c.id, Text) == _WAVE, waves.c.flow_id == flow_id)
    query = (
        select(master_flows.c.id, master_flows.c.name, waves.c.number)
        .select_from(child_flows.join(master_flows, master_flows.c.id == child_flows.c.flow_id).join(waves, named))
        .where(
            child_flows.c.engagement_id == engagement_id,
            waves.c.engagement_id == engagement_id,
            master_flows.c.status.not_in([FlowStatus.COMPLETED, FlowStatus.CANCELLED]),
        )
        .order_by(master_flows.c.id)
    )
    rows = await connection.execute(query)
    return tuple(Execution(row.id, row.name, row.number) for row in rows)
