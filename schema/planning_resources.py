"""Who works on a plan."""

from __future__ import annotations

from domain.planning.allocating import PoolUtilization
from domain.planning.plan import ResourceAllocation, ResourcePlan, SkillGap, Wave
from domain.resource_pool import ResourcePool
from resolvers.context import Context
from resolvers.reading import planning as reading
from resolvers.reading.utilizing import utilized
from schema.basics import Node
from schema.loading import loaded
from schema.mirror import mirror
from schema.relations import priced, referred


@mirror(ResourcePlan, "source version")
class ResourcePlanType(Node):
    """Who works on the waves."""

    @loaded
    @staticmethod
    async def pools(context: Context, plans: list[ResourcePlan]) -> list[tuple[PoolUtilization, ...]]:
        """By name."""
        return await utilized(context, plans)

    @loaded
    @staticmethod
    async def allocations(context: Context, plans: list[ResourcePlan]) -> list[tuple[ResourceAllocation, ...]]:
        """By wave, then by role and name of the pool."""
        return await reading.allocations(context, plans)

    @loaded
    @staticmethod
    async def skill_gaps(context: Context, plans: list[ResourcePlan]) -> list[tuple[SkillGap, ...]]:
        return await reading.skill_gaps(context, plans)


@mirror(PoolUtilization, "pool capacity_hours allocated_hours available_hours utilization_percent")
class PoolUtilizationType:
    """A pool as one plan uses it: its hours over the plan's dates."""


@mirror(
    ResourcePool,
    "name role hours_per_day available_from available_until skills suggested version",
    hours_per_day="Hours it can give per working day.",
    available_from="Null where it has always been there.",
    available_until="Null where it has no end.",
    suggested="Proposed by the product, not yet confirmed by a person.",
)
class ResourcePoolType(Node):
    """People with a role who can work on waves."""

    hourly_rate = priced(lambda pool: pool.hourly_rate)


@mirror(
    ResourceAllocation,
    "hours suggested confidence over_allocated",
    suggested="As the rules have it; false once a person set the hours.",
    confidence="0 to 1.",
    over_allocated="True when the pool is asked for more than it has in the wave's time.",
)
class ResourceAllocationType(Node):
    """Hours of one pool in one wave."""

    wave = referred(Wave, lambda allocation: allocation.wave_id)
    pool = referred(ResourcePool, lambda allocation: allocation.pool_id)
    cost = priced(lambda allocation: allocation.cost)


@mirror(SkillGap, "skill hours_needed hours_available severity suggestion")
class SkillGapType:
    wave = referred(Wave, lambda gap: gap.wave_id)
