"""Queries about plans: what each part of them holds, many plans at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from domain.application import Application
from domain.definition import Warning
from domain.flows.planning.facts import WAVES
from domain.known import KnownFlow
from domain.listing import Listing
from domain.planning.listing import (
    ActivitiesOfFlow,
    AllocationsOfFlow,
    CostLinesOfFlow,
    MilestonesOfFlow,
    PlacedInWave,
    Pools,
    WaveInForce,
    WavesOfFlow,
)
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    PlanActivity,
    PlanMilestone,
    ResourceAllocation,
    ResourcePlan,
    SkillGap,
    Timeline,
    Wave,
    WavePlan,
)
from domain.planning.waves.violation import Violation
from domain.reading import WHOLE, Window
from domain.resource_pool import ResourcePool
from resolvers.context import Context

T = TypeVar("T")

_ONLY = Window(size=1)


@dataclass(frozen=True, slots=True)
class WaveCost:
    """What a wave comes to, before contingency."""

    wave: Wave
    amount: Decimal


async def only(context: Context, listings: Sequence[Listing[T]]) -> list[T | None]:
    """The part of each plan, of which it has one at most."""
    found = await context.reads.pages(listings, _ONLY)
    return [page.items[0] if page.items else None for page in found]


async def whole(context: Context, listings: Sequence[Listing[T]]) -> list[tuple[T, ...]]:
    """Lists that a plan keeps short, from their first to their last."""
    return [page.items for page in await context.reads.pages(listings, WHOLE)]


async def waves(context: Context, plans: Sequence[WavePlan]) -> list[tuple[Wave, ...]]:
    """The waves of each plan, by number."""
    return await whole(context, [WavesOfFlow(parent=plan.flow_id) for plan in plans])


async def placements(context: Context, waves: Sequence[Wave]) -> list[tuple[PlacedApplication, ...]]:
    """What moves in each wave, by name; read once for all that is shown of it."""
    return await context.loaded.shelf(_placements, {}).fill(context, waves)


async def _placements(context: Context, waves: Sequence[Wave]) -> list[tuple[PlacedApplication, ...]]:
    return await whole(context, [PlacedInWave(parent=wave.id) for wave in waves])


async def applications(context: Context, waves: Sequence[Wave]) -> list[tuple[Application, ...]]:
    """The applications of each wave, by name."""
    found = await placements(context, waves)
    named = await context.reads.get(Application, {each.application_id for own in found for each in own})
    return [tuple(named[each.application_id] for each in own if each.application_id in named) for own in found]


async def waves_in_force(context: Context, applications: Sequence[Application]) -> list[Wave | None]:
    """The wave of each application in the plan that was adopted."""
    planned = [each for each in applications if each.planned_by is not None]
    found = await only(context, [WaveInForce(parent=each.id) for each in planned])
    by_application = {each.id: wave for each, wave in zip(planned, found, strict=True)}
    return [by_application.get(each.id) for each in applications]


async def wave_costs(context: Context, waves: Sequence[Wave]) -> list[Decimal | None]:
    """What each wave comes to, before contingency; None while its plan has no estimate."""
    found = await _amounts(context, {wave.flow_id for wave in waves})
    return [found.get(wave.id) for wave in waves]


async def costs_by_wave(context: Context, estimates: Sequence[CostEstimate]) -> list[tuple[WaveCost, ...]]:
    """What each wave of the estimated plans comes to, by number; with what belongs to none, their subtotals."""
    found = await _amounts(context, {estimate.flow_id for estimate in estimates})
    of_flows = await whole(context, [WavesOfFlow(parent=estimate.flow_id) for estimate in estimates])
    return [tuple(WaveCost(wave, found.get(wave.id, Decimal())) for wave in own) for own in of_flows]


async def _amounts(context: Context, flow_ids: set[str]) -> Mapping[str, Decimal]:
    return await context.reads.wave_costs(flow_ids) if flow_ids else {}


async def lines(context: Context, estimates: Sequence[CostEstimate]) -> list[tuple[CostLine, ...]]:
    """The lines of each estimate, in order."""
    return await whole(context, [CostLinesOfFlow(parent=estimate.flow_id) for estimate in estimates])


async def allocations(context: Context, plans: Sequence[ResourcePlan]) -> list[tuple[ResourceAllocation, ...]]:
    """Who works how long on each wave of each plan."""
    return await whole(context, [AllocationsOfFlow(parent=plan.flow_id) for plan in plans])


async def skill_gaps(context: Context, plans: Sequence[ResourcePlan]) -> list[tuple[SkillGap, ...]]:
    """What each plan lacks; gaps of waves that are gone are left out until it is allocated anew."""
    found = await context.reads.get(Wave, {gap.wave_id for plan in plans for gap in plan.skill_gaps})
    return [tuple(gap for gap in plan.skill_gaps if gap.wave_id in found) for plan in plans]


async def activities(context: Context, timelines: Sequence[Timeline]) -> list[tuple[PlanActivity, ...]]:
    """The bars of each timeline, by number."""
    return await whole(context, [ActivitiesOfFlow(parent=timeline.flow_id) for timeline in timelines])


async def milestones(context: Context, timelines: Sequence[Timeline]) -> list[tuple[PlanMilestone, ...]]:
    """The days that matter in each timeline, by number."""
    return await whole(context, [MilestonesOfFlow(parent=timeline.flow_id) for timeline in timelines])


async def pools(context: Context) -> tuple[ResourcePool, ...]:
    """The engagement's pools, by role and name; removed ones are left out."""
    return (await whole(context, [Pools()]))[0]


def warned(violation: Violation) -> Warning:
    """A constraint that is broken, as something a person should know."""
    details: dict[str, Any] = {"applicationIds": list(violation.application_ids), "waves": list(violation.waves)}
    return Warning(violation.code, violation.message, WAVES, details)


def plan_of(flow: KnownFlow | None) -> KnownFlow | None:
    """The flow when it is a plan; one of another type has no waves."""
    if flow is None or all(phase.key != WAVES for phase in flow.definition.phases):
        return None
    return flow
