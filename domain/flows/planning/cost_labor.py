"""Labour: hours of each wave by the pool that works them, and by role where there is no pool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from domain.flows.planning.cost_facts import CostedWave, CostFacts
from domain.planning.costing import DraftLine
from domain.planning.exact import plain
from domain.planning.plan import CostCategory, ResourceAllocation
from domain.planning.proposed_pools import role_rate
from domain.planning.roles import WorkRole, role_of
from domain.resource_pool import ResourcePool


def labor_lines(facts: CostFacts) -> Iterator[DraftLine]:
    """In no order; who works no hours has no line."""
    labor = _Labor(facts)
    by_wave: defaultdict[str, list[ResourceAllocation]] = defaultdict(list)
    for each in facts.plan.allocations:
        by_wave[each.wave_id].append(each)
    for wave in facts.waves:
        own = by_wave[wave.wave.id]
        for each in own:
            if each.hours > 0 and each.pool_id in labor.pools:
                yield labor.of_pool(wave, each)
        for role, hours in labor.without_pool(wave, own).items():
            yield labor.of_role(wave, role, hours)


class _Labor:
    def __init__(self, facts: CostFacts) -> None:
        self.facts = facts
        self.pools: Mapping[str, ResourcePool] = {each.id: each for each in facts.call.portfolio.pools}

    def of_pool(self, wave: CostedWave, allocation: ResourceAllocation) -> DraftLine:
        pool = self.pools[allocation.pool_id]
        rate = self._remembered.get(pool.id, pool.hourly_rate)
        whose = "Hours by the decisions and the split into roles" if allocation.suggested else "Hours that a person set"
        doubt = ", which is suggested by the product and not confirmed" if pool.suggested else ""
        low, high = wave.shares
        return DraftLine(
            key=f"labor:{wave.wave.number:04}:{pool.id}",
            category=CostCategory.LABOR,
            description=f"{pool.name} in {wave.wave.name}",
            quantity=allocation.hours,
            unit="hours",
            unit_cost=rate,
            wave=wave.wave.number,
            low=low,
            high=high,
            provenance=f"{whose}, at the rate of the pool {pool.name}{doubt}. {_range(wave)}",
        )

    def of_role(self, wave: CostedWave, role: WorkRole, hours: Decimal) -> DraftLine:
        rate = role_rate(role, self.facts.call.currency, self.facts.call.as_of)
        table = f"the table of role rates of {rate.valid_from.isoformat()} ({rate.source})"
        low, high = wave.shares
        return DraftLine(
            key=f"labor:{wave.wave.number:04}:role:{role}",
            category=CostCategory.LABOR,
            description=f"Role {role} in {wave.wave.name}, without a pool",
            quantity=hours,
            unit="hours",
            unit_cost=rate.hourly,
            wave=wave.wave.number,
            low=low,
            high=high,
            provenance=(
                f"Hours by the decisions and the split into roles; no pool has the role {role}, so they are at "
                f"{rate.hourly:f} {rate.currency} an hour by {table}. {_range(wave)}"
            ),
        )

    def without_pool(self, wave: CostedWave, allocations: list[ResourceAllocation]) -> dict[WorkRole, Decimal]:
        """Hours of roles that nobody in the wave has, by role."""
        held = {role_of(self.pools[each.pool_id].role) for each in allocations if each.pool_id in self.pools}
        hours: defaultdict[WorkRole, Decimal] = defaultdict(Decimal)
        for application in wave.applications:
            for role, own in application.planned.roles.items():
                hours[role] += own
        return {role: hours[role] for role in WorkRole if hours[role] > 0 and role not in held}

    @cached_property
    def _remembered(self) -> Mapping[str, Decimal]:
        """Rates by which the hours were given out: a pool that changes makes that stale, and this follows it."""
        plan = self.facts.plan.resource_plan
        return {each.id: each.hourly_rate for each in plan.pools} if plan else {}


def _range(wave: CostedWave) -> str:
    low, likely, high = (plain(each) for each in wave.hours)
    if not likely:
        return "Low and high are the same: no decision says otherwise."
    return f"Low and high as the decisions' {low:f} and {high:f} hours are to the likely {likely:f}."
