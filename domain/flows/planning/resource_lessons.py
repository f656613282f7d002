"""What is learned when a person gives a pool other hours, and what earlier plans taught of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.definition import Pattern, Warning
from domain.flows.planning.staff import Staff
from domain.learning import Lesson, key_of
from domain.natural_key import natural_key
from domain.planning.plan import ResourceAllocation, Wave
from domain.resource_pool import ResourcePool

KIND = "planning.resource_allocation"


def of_allocation(row: ResourceAllocation, wave: Wave, pool: ResourcePool, rationale: str | None) -> Lesson:
    """Suggested and chosen, with what the wave is like: what a later allocation to such a pool should weigh."""
    because = f": {rationale}" if rationale else "."
    suggested = f"{row.suggested_hours:,} hours of the role {pool.role} were suggested"
    summary = f"{suggested} for wave {wave.number}, {row.hours:,} chosen"
    return Lesson(
        kind=KIND,
        summary=f"{summary}{because}",
        data={
            "flowId": row.flow_id,
            "role": pool.role,
            "suggested": f"{row.suggested_hours:f}",
            "chosen": f"{row.hours:f}",
            "effortHours": f"{wave.effort_hours:f}",
            "pilot": wave.pilot,
            "rationale": rationale,
        },
        key=_key(pool, wave),
        conclusion=("role", "suggested", "chosen"),
    )


def recalled(
    patterns: Iterable[Pattern], staff: Staff, rows: Sequence[ResourceAllocation]
) -> tuple[tuple[Warning, ...], tuple[str, ...]]:
    """What people chose of these pools in waves of these numbers before, and the ids of the patterns that say so.

    It is told and changes nothing: only what a person gives in this plan is other than the rules say.
    """
    waves = {wave.id: wave for wave in staff.waves}
    pools = {pool.id: pool for pool in staff.pools}
    keys = {_key(pools[row.pool_id], waves[row.wave_id]) for row in rows if row.suggested}
    own = {row.flow_id for row in rows}
    found = [each for each in patterns if each.kind == KIND and each.key in keys and each.data.get("flowId") not in own]
    warnings = tuple(Warning("LEARNED", f"Learned from an earlier plan: {each.summary}") for each in found)
    return warnings, tuple(each.id for each in found)


def _key(pool: ResourcePool, wave: Wave) -> str:
    return key_of(f"{natural_key(pool.name)}|{wave.number}")
