"""Reading plans: where applications move, who does it, when, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, or_, select

from domain.planning.listing import (
    ActivitiesOfFlow,
    AllocationsOfFlow,
    CostLinesOfFlow,
    CostOfFlow,
    CrossWaveDependencies,
    MilestonesOfFlow,
    MovedBetween,
    PlacedInFlows,
    PlacedInWave,
    Pools,
    PoolsOfFlow,
    ResourcePlanOfFlow,
    SynthesisOfFlow,
    TimelineOfFlow,
    UnassignedInFlow,
    WaveInForce,
    WavePlanOfFlow,
    WavesOfFlow,
)
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    ResourceAllocation,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from domain.resource_pool import ResourcePool
from persistence import tables
from persistence.mapping import columns as columns_of
from persistence.reads.portfolio import APPLICATIONS, DEPENDENCIES
from persistence.reads.source import Rows, Source, among, made_of, rows_of, upwards

apps, links, child = tables.applications, tables.dependencies, tables.child_flows
pools, waves, placed = tables.resource_pools, tables.waves, tables.placements
allocations, lines, estimates = tables.allocations, tables.cost_lines, tables.cost_estimates

POOLS = rows_of(ResourcePool, pools)
WAVES = rows_of(Wave, waves)


def _joined(type_: type, table: Any, joined: Any) -> Rows:
    """The rows of a domain type's own table, with others that they are sorted by."""
    return Rows(
        table=joined,
        columns=tuple(columns_of(type_)),
        id=next(iter(table.primary_key)),
        tenant=table.c.engagement_id,
        make=made_of(type_),
    )


PLACED = _joined(PlacedApplication, placed, placed.join(apps, apps.c.id == placed.c.application_id))
ALLOCATIONS = _joined(
    ResourceAllocation,
    allocations,
    allocations.join(waves, waves.c.id == allocations.c.wave_id).join(pools, pools.c.id == allocations.c.pool_id),
)


def _of(table: Any) -> Any:
    return lambda parent, _listing: table.c.flow_id == parent


def _only(type_: type, table: Any) -> Source:
    """What a flow has one of at most."""
    return Source(rows=rows_of(type_, table), order=upwards(table.c.id), belongs=_of(table))


def _numbered(type_: type, table: Any, number: ColumnElement[int]) -> Source:
    """What a flow has many of, in their own order."""
    return Source(rows=rows_of(type_, table), order=upwards(number, table.c.id), belongs=_of(table))


def _left_out(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    scope = select(func.unnest(child.c.application_ids)).where(child.c.flow_id == parent).correlate_except(child)
    held = exists().where(placed.c.flow_id == parent, placed.c.application_id == apps.c.id).correlate_except(placed)
    return and_(apps.c.id.in_(scope), ~held)


def _split(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    """True of dependencies from one wave to another; an end that is in no wave splits nothing.

    Each end is looked up by itself: as a join the planner may take every pair of placements first.
    """
    return _wave_of(parent, links.c.from_id) != _wave_of(parent, links.c.to_id)


def _wave_of(flow_id: ColumnElement[Any], application_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    wave = select(placed.c.wave_id).where(placed.c.flow_id == flow_id, placed.c.application_id == application_id)
    return wave.correlate_except(placed).scalar_subquery()


def _in_force(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    adopted = and_(placed.c.application_id == apps.c.id, placed.c.flow_id == apps.c.planned_by)
    held = exists().select_from(apps.join(placed, adopted))
    return held.where(apps.c.id == parent, placed.c.wave_id == waves.c.id).correlate_except(apps, placed)


def _moved(flow_ids: Sequence[str]) -> ColumnElement[bool]:
    """True of applications that some of these plans put into another wave than others, or leave out."""
    number = select(waves.c.number).where(waves.c.id == placed.c.wave_id).correlate(placed).scalar_subquery()
    moved = (
        select(placed.c.application_id)
        .where(placed.c.flow_id.in_(flow_ids))
        .group_by(placed.c.application_id)
        .having(or_(func.count() < len(flow_ids), func.min(number) != func.max(number)))
    )
    return apps.c.id.in_(moved)


def _usable(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    used = exists().where(allocations.c.flow_id == parent, allocations.c.pool_id == pools.c.id)
    return or_(pools.c.removed.is_(False), used.correlate_except(allocations))


def wave_costs_query(tenant: str, flow_ids: Sequence[str]) -> Select[Any]:
    """What each wave of the estimated plans among these comes to, before contingency."""
    return (
        select(waves.c.id, func.coalesce(func.sum(lines.c.amount), 0).label("amount"))
        .join(estimates, estimates.c.flow_id == waves.c.flow_id)
        .outerjoin(lines, lines.c.wave_id == waves.c.id)
        .where(waves.c.engagement_id == tenant, waves.c.flow_id.in_(sorted(set(flow_ids))))
        .group_by(waves.c.id)
    )


def wave_costs(rows: Sequence[Row[Any]]) -> Mapping[str, Decimal]:
    return {row.id: Decimal(row.amount) for row in rows}


def in_force_query(tenant: str, flow_ids: Sequence[str]) -> Select[Any]:
    """Those of these plans that hold applications."""
    mine = (apps.c.engagement_id == tenant, apps.c.planned_by.in_(sorted(set(flow_ids))))
    return select(apps.c.planned_by).where(*mine).distinct()


ROWS: dict[type, Rows] = {
    ResourcePool: POOLS,
    WavePlan: rows_of(WavePlan, tables.wave_plans),
    Wave: WAVES,
    ResourcePlan: rows_of(ResourcePlan, tables.resource_plans),
    ResourceAllocation: rows_of(ResourceAllocation, allocations),
    Timeline: rows_of(Timeline, tables.timelines),
    PlanActivity: rows_of(PlanActivity, tables.activities),
    PlanMilestone: rows_of(PlanMilestone, tables.milestones),
    CostEstimate: rows_of(CostEstimate, estimates),
    CostLine: rows_of(CostLine, lines),
    PlanSynthesis: rows_of(PlanSynthesis, tables.plan_syntheses),
}

SOURCES: dict[type, Source] = {
    Pools: Source(
        rows=POOLS,
        order=upwards(pools.c.role, pools.c.name, pools.c.id),
        where=lambda _listing: (pools.c.removed.is_(False),),
    ),
    PoolsOfFlow: Source(
        rows=POOLS,
        order=upwards(pools.c.role, pools.c.name, pools.c.id),
        belongs=lambda parent, _: _usable(parent),
    ),
    WavePlanOfFlow: _only(WavePlan, tables.wave_plans),
    ResourcePlanOfFlow: _only(ResourcePlan, tables.resource_plans),
    TimelineOfFlow: _only(Timeline, tables.timelines),
    CostOfFlow: _only(CostEstimate, estimates),
    SynthesisOfFlow: _only(PlanSynthesis, tables.plan_syntheses),
    WavesOfFlow: _numbered(Wave, waves, waves.c.number),
    ActivitiesOfFlow: _numbered(PlanActivity, tables.activities, tables.activities.c.number),
    MilestonesOfFlow: _numbered(PlanMilestone, tables.milestones, tables.milestones.c.number),
    CostLinesOfFlow: _numbered(CostLine, lines, lines.c.position),
    WaveInForce: Source(rows=WAVES, order=upwards(waves.c.id), belongs=lambda parent, _: _in_force(parent)),
    PlacedInWave: Source(
        rows=PLACED,
        order=upwards(apps.c.name, apps.c.id),
        belongs=lambda parent, _: placed.c.wave_id == parent,
    ),
    PlacedInFlows: Source(
        rows=PLACED,
        order=upwards(placed.c.flow_id, placed.c.application_id),
        belongs=lambda parent, _: placed.c.application_id == parent,
        where=lambda listing: among(placed.c.flow_id, listing.flow_ids),
    ),
    UnassignedInFlow: Source(
        rows=APPLICATIONS,
        order=upwards(apps.c.name, apps.c.id),
        belongs=lambda parent, _: _left_out(parent),
    ),
    CrossWaveDependencies: Source(
        rows=DEPENDENCIES, order=upwards(links.c.id), belongs=lambda parent, _: _split(parent)
    ),
    MovedBetween: Source(
        rows=APPLICATIONS,
        order=upwards(apps.c.name, apps.c.id),
        where=lambda listing: (_moved(listing.flow_ids),),
    ),
    AllocationsOfFlow: Source(
        rows=ALLOCATIONS,
        order=upwards(waves.c.number, pools.c.role, pools.c.name, allocations.c.id),
        belongs=_of(allocations),
    ),
}
