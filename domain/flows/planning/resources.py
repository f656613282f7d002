"""Who works on the waves: the rules' allocations, what people gave instead, and which skills are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, NotFound
from domain.flows.planning.facts import PlannedApplication, planned_applications
from domain.flows.planning.resource_lessons import of_allocation, recalled
from domain.flows.planning.results import ResourcesAllocated
from domain.flows.planning.revised import Revised, changed, choices_of, differing, expect, planned_on
from domain.flows.planning.staff import Staff, flagged, resource_warnings, usable
from domain.given import LONGEST_TEXT, Checking
from domain.override import recorded
from domain.planning.allocating import RoleHours, Share, distribute
from domain.planning.choices import AllocationChoice, PlanChoices
from domain.planning.memory import used_pools
from domain.planning.plan import ResourceAllocation, ResourcePlan, SkillGap, Wave
from domain.planning.roles import WorkRole
from domain.planning.skill_gaps import WaveNeeds, find_gaps
from domain.planning.skills import skilled_hours, skills_needed
from domain.rates import rounded
from domain.resource_pool import ResourcePool
from domain.source import Source

MOST_HOURS = Decimal(1_000_000)
_CENT = Decimal("0.01")
_SURE = 1.0


@dataclass(frozen=True, slots=True)
class AllocationGiven:
    """Hours that a person gives a pool in a wave."""

    wave_id: str
    pool_id: str
    hours: Decimal
    rationale: str | None = None


def allocate_resources(call: PhaseCall) -> Outcome:
    """Hours of every role in every wave, given to its pools; a pool that was removed gets none any more."""
    plan = call.portfolio.plan
    staff = Staff.of(call, (pool for pool in call.portfolio.pools if not pool.removed), choices_of(call))
    by_wave = _by_wave(call)
    rows = flagged(staff, _rows(call, staff, _shares(staff, by_wave)))
    gaps = find_gaps((_needs(wave, by_wave[wave.id]) for wave in staff.waves), staff.pools, staff.capacity)
    after = _plan(call, staff, rows, gaps)
    kept = {row.id for row in rows}
    learned, used = recalled(call.patterns, staff, rows)
    return Outcome(
        _result(call, rows, gaps),
        saves=(*differing((after,), (plan.resource_plan,)), *differing(rows, plan.allocations)),
        removes=tuple(row for row in plan.allocations if row.id not in kept),
        warnings=(*resource_warnings(staff, rows, gaps), *learned),
        used=used,
    )


def override_allocation(call: PhaseCall, wanted: AllocationGiven, expected_version: int | None) -> Revised:
    """The plan with these hours of a pool in a wave; what the rules say of it, and of all others, stands beside it.

    Of pools that were removed since, those that the plan uses still count.
    """
    plan = call.portfolio.plan
    before = plan.resource_plan
    if before is None:
        raise NotFound("resource plan", ("flowId",))
    expect(before, expected_version, "resource plan")
    wave, pool, rationale = _checked(call, wanted)
    choices = _with_choice(choices_of(call), AllocationChoice(wave.number, pool.id, wanted.hours, rationale))
    staff = Staff.of(call, usable(plan, call.portfolio.pools), choices)
    held = next((row for row in plan.allocations if (row.wave_id, row.pool_id) == (wave.id, pool.id)), None)
    row = _given(call, held or _unasked(call, call.new_id(), wave.id, pool.id), wanted.hours, pool)
    rows = _with_row(staff, plan.allocations, row)
    last = changed(call, f"{pool.name} in {wave.name}")
    used = used_pools(staff.pools, rows)
    after = replace(before, source=Source.USER, pools=used, last_change=last, version=before.version + 1)
    outcome = Outcome(
        replace(_result(call, rows, before.skill_gaps), as_of=planned_on(call)),
        saves=(choices, after, *differing(rows, plan.allocations), of_allocation(row, wave, pool, rationale)),
        warnings=tuple(resource_warnings(staff, rows, before.skill_gaps)),
    )
    old, new = (_told(wave, pool, hours) for hours in (held.hours if held else Decimal(0), wanted.hours))
    return Revised(after.id, outcome, recorded(call, after.id, old, new, rationale))


def _by_wave(call: PhaseCall) -> defaultdict[str, list[PlannedApplication]]:
    wave_of = {each.application_id: each.wave_id for each in call.portfolio.plan.placed}
    found: defaultdict[str, list[PlannedApplication]] = defaultdict(list)
    for each in planned_applications(call):
        if each.id in wave_of:
            found[wave_of[each.id]].append(each)
    return found


def _shares(staff: Staff, by_wave: defaultdict[str, list[PlannedApplication]]) -> Iterator[Share]:
    for wave in staff.waves:
        work = [
            RoleHours(role, hours, each.decision.confidence)
            for each in by_wave[wave.id]
            for role, hours in each.roles.items()
        ]
        yield from distribute(wave, work, staff.pools, staff.capacity)


def _needs(wave: Wave, applications: Iterable[PlannedApplication]) -> WaveNeeds:
    skills: defaultdict[str, Decimal] = defaultdict(Decimal)
    roles: defaultdict[WorkRole, Decimal] = defaultdict(Decimal)
    for each in applications:
        for role, hours in each.roles.items():
            roles[role] += hours
        for skill in skills_needed(each.application, each.components, each.decision):
            skills[skill] += skilled_hours(skill, each.roles)
    return WaveNeeds(wave, skills, roles)


def _rows(call: PhaseCall, staff: Staff, shares: Iterable[Share]) -> Iterator[ResourceAllocation]:
    """One for each pool in each wave that has hours of it, by the rules or by a person."""
    chosen = staff.chosen()
    held = {(row.wave_id, row.pool_id): row.id for row in call.portfolio.plan.allocations}
    said = {(share.wave_id, share.pool_id): share for share in shares}
    pools = {pool.id: pool for pool in staff.pools}
    for key in sorted({*said, *chosen}):
        unasked = _unasked(call, held.get(key) or call.new_id(), *key)
        share = said.get(key)
        row = _suggested(call, unasked, share, pools[key[1]]) if share else unasked
        yield _given(call, row, chosen[key].hours, pools[key[1]]) if key in chosen else row


def _unasked(call: PhaseCall, id: str, wave_id: str, pool_id: str) -> ResourceAllocation:
    """Of a pool that the rules ask for nothing in that wave."""
    zero = Decimal(0)
    return ResourceAllocation(
        id=id,
        flow_id=call.flow_id,
        wave_id=wave_id,
        pool_id=pool_id,
        hours=zero,
        suggested_hours=zero,
        cost=rounded(zero, call.currency),
        suggested=True,
        confidence=_SURE,
        over_allocated=False,
    )


def _suggested(call: PhaseCall, row: ResourceAllocation, share: Share, pool: ResourcePool) -> ResourceAllocation:
    cost = rounded(share.hours * pool.hourly_rate, call.currency)
    return replace(row, hours=share.hours, suggested_hours=share.hours, cost=cost, confidence=share.confidence)


def _given(call: PhaseCall, row: ResourceAllocation, hours: Decimal, pool: ResourcePool) -> ResourceAllocation:
    """With a person's hours, of which there is no doubt."""
    cost = rounded(hours * pool.hourly_rate, call.currency)
    return replace(row, hours=hours, cost=cost, suggested=False, confidence=_SURE)


def _with_row(
    staff: Staff, rows: Iterable[ResourceAllocation], row: ResourceAllocation
) -> tuple[ResourceAllocation, ...]:
    """What is asked of one pool tells nothing of the others."""
    others = [each for each in rows if each.id != row.id]
    own = [each for each in others if each.pool_id == row.pool_id]
    return (*(each for each in others if each.pool_id != row.pool_id), *flagged(staff, (*own, row)))


def _plan(
    call: PhaseCall, staff: Staff, rows: Sequence[ResourceAllocation], gaps: tuple[SkillGap, ...]
) -> ResourcePlan:
    """One version later where anything of it is otherwise than before."""
    plan = call.portfolio.plan
    before = plan.resource_plan
    source, pools = Source.USER if staff.chosen() else Source.RULES, used_pools(staff.pools, rows)
    if before is None:
        return ResourcePlan(call.new_id(), call.flow_id, source, gaps, pools)
    differing = {
        "source": source is not before.source,
        "skill gaps": gaps != before.skill_gaps,
        "pools": pools != before.pools,
        "allocations": _keyed(rows) != _keyed(plan.allocations),
    }
    if not any(differing.values()):
        return before
    last = changed(call, *(name for name, differs in differing.items() if differs))
    version = before.version + 1
    return replace(before, source=source, skill_gaps=gaps, pools=pools, last_change=last, version=version)


def _keyed(values: Iterable[Any]) -> dict[str, Any]:
    return {value.id: value for value in values if value is not None}


def _result(call: PhaseCall, rows: Sequence[ResourceAllocation], gaps: Sequence[SkillGap]) -> ResourcesAllocated:
    return ResourcesAllocated(
        as_of=call.as_of,
        hours=sum((row.hours for row in rows), Decimal(0)),
        cost=sum((row.cost for row in rows), rounded(Decimal(0), call.currency)),
        skill_gaps=len(gaps),
        over_allocated=sum(row.over_allocated for row in rows),
    )


def _checked(call: PhaseCall, wanted: AllocationGiven) -> tuple[Wave, ResourcePool, str | None]:
    plan, checking = call.portfolio.plan, Checking()
    wave = next((each for each in plan.waves if each.id == wanted.wave_id), None)
    pool = next((each for each in usable(plan, call.portfolio.pools) if each.id == wanted.pool_id), None)
    if wave is None:
        checking.wrong("There is no such wave in this plan.", "waveId", code=ErrorCode.NOT_FOUND)
    if pool is None:
        checking.wrong("There is no such resource pool.", "poolId", code=ErrorCode.NOT_FOUND)
    if not 0 <= wanted.hours <= MOST_HOURS:
        checking.wrong(f"Hours are nought or more, and at most {MOST_HOURS:,}.", "hours")
    elif wanted.hours % _CENT:
        checking.wrong("Hours have at most 2 decimals.", "hours")
    rationale = checking.text(wanted.rationale, "rationale", longest=LONGEST_TEXT)
    checking.done()
    if wave is None or pool is None:
        raise NotFound("allocation")
    return wave, pool, rationale


def _with_choice(choices: PlanChoices, choice: AllocationChoice) -> PlanChoices:
    """The last word on a pool in a wave is the one that counts."""
    key = (choice.wave, choice.pool_id)
    others = (each for each in choices.allocations if (each.wave, each.pool_id) != key)
    return replace(choices, allocations=tuple(sorted((*others, choice), key=lambda each: (each.wave, each.pool_id))))


def _told(wave: Wave, pool: ResourcePool, hours: Decimal) -> dict[str, Any]:
    return {"wave": wave.number, "pool": pool.name, "hours": f"{hours:f}"}
