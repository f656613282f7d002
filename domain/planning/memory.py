"""What a plan remembers of the decisions, dependencies and pools it used."""

from __future__ import annotations

from collections.abc import Iterable

from domain.dependency import DependencyKind
from domain.planning.plan import ResourceAllocation, UsedDecision, UsedDependency, UsedPool
from domain.planning.waves.ties import soft_weight
from domain.portfolio import Portfolio
from domain.resource_pool import ResourcePool


def used_decisions(portfolio: Portfolio) -> tuple[UsedDecision, ...]:
    """The newest accepted decision of each application of the plan, also of those that it does not move."""
    scope = {each.id for each in portfolio.applications}
    return tuple(
        UsedDecision(each.application_id, each.id, each.version, each.strategy, each.effort.likely)
        for each in sorted(portfolio.accepted, key=lambda each: each.application_id)
        if each.application_id in scope
    )


def used_dependencies(portfolio: Portfolio) -> tuple[UsedDependency, ...]:
    """Those between its applications; what leads out of the plan decides nothing in it."""
    scope = {each.id for each in portfolio.applications}
    return tuple(
        UsedDependency(
            each.id,
            each.from_id,
            each.to_id,
            each.kind,
            soft_weight(each) if each.kind is DependencyKind.SOFT else 0,
        )
        for each in sorted(portfolio.dependencies, key=lambda each: each.id)
        if each.from_id in scope and each.to_id in scope
    )


def used_pools(pools: Iterable[ResourcePool], allocations: Iterable[ResourceAllocation]) -> tuple[UsedPool, ...]:
    """Those that work on a wave, as they are now."""
    working = {each.pool_id for each in allocations}
    return tuple(
        UsedPool(
            each.id,
            each.name,
            each.role,
            each.hours_per_day,
            each.hourly_rate,
            each.skills,
            each.available_from,
            each.available_until,
            each.removed,
        )
        for each in sorted(pools, key=lambda each: each.id)
        if each.id in working
    )
