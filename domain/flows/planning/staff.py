"""Whom a plan can ask for its waves, what people chose of that, and what a person should know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.definition import PhaseCall, Warning
from domain.planning.allocating import Capacity, over_allocated
from domain.planning.choices import AllocationChoice, PlanChoices
from domain.planning.plan import Plan, ResourceAllocation, SkillGap, UsedPool, Wave
from domain.planning.settings import calendar_of
from domain.planning.skill_gaps import is_role, role_word
from domain.planning.wording import counted, listed
from domain.resource_pool import ResourcePool


@dataclass(frozen=True, slots=True)
class Staff:
    """Waves and pools in an order that does not change, what pools can give, and what people gave of them."""

    waves: tuple[Wave, ...]
    pools: tuple[ResourcePool, ...]
    capacity: Capacity
    choices: tuple[AllocationChoice, ...]

    @classmethod
    def of(cls, call: PhaseCall, pools: Iterable[ResourcePool], choices: PlanChoices) -> Staff:
        return cls(
            waves=tuple(sorted(call.portfolio.plan.waves, key=lambda wave: wave.number)),
            pools=tuple(sorted(pools, key=lambda pool: pool.id)),
            capacity=Capacity(calendar_of(call.settings)),
            choices=choices.allocations,
        )

    def chosen(self) -> dict[tuple[str, str], AllocationChoice]:
        """What people chose of waves and pools that are there, by their ids."""
        ids = {wave.number: wave.id for wave in self.waves}
        pools = {pool.id for pool in self.pools}
        there = (each for each in self.choices if each.wave in ids and each.pool_id in pools)
        return {(ids[each.wave], each.pool_id): each for each in there}

    def left_out(self) -> tuple[AllocationChoice, ...]:
        """What they chose of others."""
        kept = set(self.chosen().values())
        return tuple(each for each in self.choices if each not in kept)


def usable(plan: Plan, pools: Iterable[ResourcePool]) -> tuple[ResourcePool, ...]:
    """Those of the engagement, and of the removed ones those that the plan uses: each as the plan remembers it."""
    held = {each.id: each for each in plan.resource_plan.pools} if plan.resource_plan else {}
    used = {each.pool_id for each in plan.allocations} | set(held)
    there = (pool for pool in pools if not pool.removed or pool.id in used)
    return tuple(_remembered(pool, held[pool.id]) if pool.id in held else pool for pool in there)


def _remembered(pool: ResourcePool, used: UsedPool) -> ResourcePool:
    """What a person changes of a plan recomputes nothing else of it: what the pool has become since waits."""
    return replace(
        pool,
        role=used.role,
        hours_per_day=used.hours_per_day,
        hourly_rate=used.hourly_rate,
        skills=used.skills,
        available_from=used.available_from,
        available_until=used.available_until,
        removed=used.removed,
    )


def flagged(
    staff: Staff, rows: Iterable[ResourceAllocation], waves: Iterable[Wave] | None = None
) -> tuple[ResourceAllocation, ...]:
    """Each with whether it is more than its pool can give in the wave's dates: by default those of the plan."""
    held = tuple(rows)
    over = over_allocated(held, staff.waves if waves is None else waves, staff.pools, staff.capacity)
    return tuple(replace(row, over_allocated=(row.wave_id, row.pool_id) in over) for row in held)


def reflagged(call: PhaseCall, waves: Iterable[Wave], *, feasible: bool) -> tuple[ResourceAllocation, ...]:
    """The allocations that are flagged otherwise once waves have the timeline's dates: none where that is feasible."""
    plan = call.portfolio.plan
    staff = Staff.of(call, usable(plan, call.portfolio.pools), PlanChoices(call.flow_id, call.flow_id))
    if feasible:
        after = tuple(replace(row, over_allocated=False) for row in plan.allocations)
    else:
        after = flagged(staff, plan.allocations, waves)
    return tuple(new for old, new in zip(plan.allocations, after, strict=True) if new != old)


def resource_warnings(staff: Staff, rows: Sequence[ResourceAllocation], gaps: Sequence[SkillGap]) -> Iterator[Warning]:
    """What is missing, over-booked, not confirmed or left out: nothing stops for it."""
    yield from _missing(staff, [gap for gap in gaps if not is_role(gap)])
    yield from _nobody(staff, [gap for gap in gaps if is_role(gap)])
    yield from _over(staff, [row for row in rows if row.over_allocated])
    used = {row.pool_id for row in rows if row.hours}
    yield from rests_on_suggested(pool for pool in staff.pools if pool.id in used)
    yield from _left_out(staff)


def rests_on_suggested(pools: Iterable[ResourcePool]) -> Iterator[Warning]:
    """One warning, where any of the pools is proposed and not confirmed."""
    names = sorted(pool.name for pool in pools if pool.suggested)
    if names:
        message = f"Hours and costs rest on proposed pools that nobody has confirmed: {listed(names)}."
        yield Warning("RESTS_ON_SUGGESTED_POOLS", message, details={"pools": names})


def _missing(staff: Staff, gaps: Sequence[SkillGap]) -> Iterator[Warning]:
    if gaps:
        skills = list(dict.fromkeys(gap.skill for gap in gaps))
        waves = {gap.wave_id for gap in gaps}
        message = f"{counted(len(skills), 'skill')} missing in {counted(len(waves), 'wave')}: {listed(skills)}."
        yield Warning(
            "SKILL_GAP", message, details={"gaps": len(gaps), "skills": skills, "waves": _numbers(staff, waves)}
        )


def _nobody(staff: Staff, gaps: Sequence[SkillGap]) -> Iterator[Warning]:
    for role in sorted({gap.skill for gap in gaps}):
        own = [gap for gap in gaps if gap.skill == role]
        hours = sum((gap.hours_needed for gap in own), Decimal(0))
        waves = _numbers(staff, {gap.wave_id for gap in own})
        word = role_word(own[0])
        message = f"No pool has the role {word}: {hours:,} hours are nobody's, and cost what an hour costs on average."
        yield Warning("NO_POOL", message, details={"role": word, "hours": f"{hours:f}", "waves": waves})


def _over(staff: Staff, rows: Sequence[ResourceAllocation]) -> Iterator[Warning]:
    if not rows:
        return
    numbers = {wave.id: wave.number for wave in staff.waves}
    names = {pool.id: pool.name for pool in staff.pools}
    told = sorted((numbers[row.wave_id], names[row.pool_id], row.hours) for row in rows)
    words = [f"{name} in wave {number} ({hours:,} hours)" for number, name, hours in told]
    details = [{"wave": number, "pool": name, "hours": f"{hours:f}"} for number, name, hours in told]
    asked = f"More is asked of pools than they can give in the wave's dates: {listed(words)}."
    message = f"{asked} The timeline takes more time where it can."
    yield Warning("OVER_ALLOCATED", message, details={"allocations": details})


def _left_out(staff: Staff) -> Iterator[Warning]:
    left = staff.left_out()
    if left:
        names = {pool.id: pool.name for pool in staff.pools}
        words = [f"{names.get(each.pool_id, 'a pool')} in wave {each.wave} ({each.hours:,} hours)" for each in left]
        message = f"Hours that a person gave are left out, as the wave or the pool is gone: {listed(words)}."
        told = [{"wave": each.wave, "poolId": each.pool_id, "hours": f"{each.hours:f}"} for each in left]
        yield Warning("CHOICE_LEFT_OUT", message, details={"allocations": told})


def _numbers(staff: Staff, wave_ids: Iterable[str]) -> list[int]:
    there = set(wave_ids)
    return [wave.number for wave in staff.waves if wave.id in there]
