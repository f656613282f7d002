"""Plans of the same applications, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from domain.application import Application
from domain.errors import ErrorCode, refuse
from domain.known import KnownFlow
from domain.listing import Listing
from domain.planning.allocating import plan_dates
from domain.planning.listing import (
    CostOfFlow,
    CrossWaveDependencies,
    MovedBetween,
    PlacedInFlows,
    ResourcePlanOfFlow,
    TimelineOfFlow,
    WavesOfFlow,
)
from domain.planning.plan import CostEstimate, ResourcePlan, Wave
from domain.reading import Page, Window
from resolvers.context import Context
from resolvers.reading.planning import only, plan_of, skill_gaps, whole
from resolvers.reading.utilizing import utilized

_FEWEST, _MOST = 2, 4


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Plans in the order in which they were named."""

    flows: tuple[KnownFlow, ...]


@dataclass(frozen=True, slots=True)
class PlanScenario:
    """One of the plans that are compared; what it has not come to yet is None or 0."""

    flow: KnownFlow
    waves: int
    starts_on: date | None
    ends_on: date | None
    total_cost: Decimal | None
    cross_wave_dependencies: int
    skill_gaps: int
    peak_utilization_percent: float | None


@dataclass(frozen=True, slots=True)
class PlanPlacement:
    """Where one of the plans puts an application; None where it leaves it out."""

    flow: KnownFlow
    wave: Wave | None


@dataclass(frozen=True, slots=True)
class MovedApplication:
    """An application that is not in the same wave in all of these plans."""

    application: Application
    flows: tuple[KnownFlow, ...]


async def compare(context: Context, flow_ids: Sequence[str | None]) -> PlanComparison | None:
    """Two to four different plans; None where one of them is not there or is no plan."""
    known = [id for id in flow_ids if id is not None]
    if not _FEWEST <= len(flow_ids) <= _MOST or len(set(known)) < len(known):
        message = f"Name {_FEWEST} to {_MOST} different planning flows to compare."
        raise refuse(ErrorCode.INVALID_INPUT, message, "flowIds")
    found = await context.reads.get(KnownFlow, known)
    plans = [plan for id in flow_ids if (plan := plan_of(found.get(id or "")))]
    return PlanComparison(tuple(plans)) if len(plans) == len(flow_ids) else None


async def scenarios(context: Context, comparisons: Sequence[PlanComparison]) -> list[tuple[PlanScenario, ...]]:
    """What each of the plans comes to."""
    flows = list({flow.id: flow for compared in comparisons for flow in compared.flows}.values())
    found = {each.flow.id: each for each in await _scenarios(context, flows)}
    return [tuple(found[flow.id] for flow in compared.flows) for compared in comparisons]


async def _scenarios(context: Context, flows: Sequence[KnownFlow]) -> list[PlanScenario]:
    ids = [flow.id for flow in flows]
    waves = await whole(context, [WavesOfFlow(parent=id) for id in ids])
    timelines = await only(context, [TimelineOfFlow(parent=id) for id in ids])
    costs = await only(context, [CostOfFlow(parent=id) for id in ids])
    crossing = await context.reads.counts([CrossWaveDependencies(parent=id) for id in ids])
    plans = await only(context, [ResourcePlanOfFlow(parent=id) for id in ids])
    gaps, peaks = await _gaps(context, plans), await _peaks(context, plans)
    spans = [plan_dates(own, timeline) or (None, None) for own, timeline in zip(waves, timelines, strict=True)]
    dated = [(flow, len(own), first, last) for flow, own, (first, last) in zip(flows, waves, spans, strict=True)]
    return [
        PlanScenario(*each, _total(cost), split, missing, peak)
        for each, cost, split, missing, peak in zip(dated, costs, crossing, gaps, peaks, strict=True)
    ]


async def _gaps(context: Context, plans: Sequence[ResourcePlan | None]) -> list[int]:
    there = [plan for plan in plans if plan is not None]
    found = {plan.id: len(gaps) for plan, gaps in zip(there, await skill_gaps(context, there), strict=True)}
    return [found[plan.id] if plan else 0 for plan in plans]


async def _peaks(context: Context, plans: Sequence[ResourcePlan | None]) -> list[float | None]:
    there = [plan for plan in plans if plan is not None]
    used = await utilized(context, there)
    found = {plan.id: [pool.utilization_percent for pool in pools] for plan, pools in zip(there, used, strict=True)}
    return [max(found[plan.id], default=None) if plan else None for plan in plans]


def _total(cost: CostEstimate | None) -> Decimal | None:
    return cost.total if cost else None


async def moved(
    context: Context, comparisons: Sequence[PlanComparison], window: Window
) -> list[Page[MovedApplication]]:
    """Applications that are in different waves, or left out by some of the plans; by name."""
    return [await _moved(context, compared.flows, window) for compared in comparisons]


async def _moved(context: Context, flows: tuple[KnownFlow, ...], window: Window) -> Page[MovedApplication]:
    listing = MovedBetween(flow_ids=tuple(flow.id for flow in flows))
    page = (await context.reads.pages([listing], window))[0]
    items = tuple(MovedApplication(application, flows) for application in page.items)
    # Counting needs what the page was read by, not what it is shown as.
    counted = cast("Listing[MovedApplication]", listing)
    return Page(counted, items, page.keys, page.has_next, page.has_previous)


async def placements(context: Context, moved: Sequence[MovedApplication]) -> list[tuple[PlanPlacement, ...]]:
    """Where each of the plans puts each application."""
    flow_ids = tuple(dict.fromkeys(flow.id for each in moved for flow in each.flows))
    listings = [PlacedInFlows(parent=each.application.id, flow_ids=flow_ids) for each in moved]
    placed = [each for own in await whole(context, listings) for each in own]
    waves = await context.reads.get(Wave, {each.wave_id for each in placed})
    found = {(each.application_id, each.flow_id): waves.get(each.wave_id) for each in placed}
    return [
        tuple(PlanPlacement(flow, found.get((each.application.id, flow.id))) for flow in each.flows) for each in moved
    ]
