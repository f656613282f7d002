"""Skills and roles that a wave needs and its pools do not have, or not enough of: told, never in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.debt import Severity
from domain.planning.allocating import Capacity
from domain.planning.plan import SkillGap, Wave
from domain.planning.roles import WorkRole, role_of
from domain.planning.skills import skill_key
from domain.resource_pool import ResourcePool

# From which share of the hours missing a gap is how bad (ours); all of them missing is critical.
_SEVERITIES = ((Fraction(1), Severity.CRITICAL), (Fraction(1, 2), Severity.HIGH), (Fraction(1, 4), Severity.MEDIUM))
_ORDER = {severity: index for index, severity in enumerate(Severity)}
_ROLE = "Role: "


@dataclass(frozen=True, slots=True)
class WaveNeeds:
    """Hours of a wave by the skill they take, and by the role that works them."""

    wave: Wave
    skills: Mapping[str, Decimal]
    roles: Mapping[WorkRole, Decimal]


def find_gaps(needs: Iterable[WaveNeeds], pools: Sequence[ResourcePool], capacity: Capacity) -> tuple[SkillGap, ...]:
    """By wave, worst first."""
    found = []
    for each in sorted(needs, key=lambda each: each.wave.number):
        gaps = [*_missing_roles(each, pools), *_missing_skills(each, pools, capacity)]
        found += sorted(gaps, key=lambda gap: (_ORDER[gap.severity], gap.skill))
    return tuple(found)


def is_role(gap: SkillGap) -> bool:
    """Whether a whole role is without a pool: nobody works its hours."""
    return gap.skill.startswith(_ROLE)


def role_word(gap: SkillGap) -> str:
    """Which role that is."""
    return gap.skill.removeprefix(_ROLE)


def severity_of(needed: Decimal, available: Decimal) -> Severity:
    """By the share of the hours that is missing."""
    missing = 1 - Fraction(available) / Fraction(needed)
    return next((severity for share, severity in _SEVERITIES if missing >= share), Severity.LOW)


def _missing_roles(needs: WaveNeeds, pools: Iterable[ResourcePool]) -> Iterator[SkillGap]:
    held = {role_of(pool.role) for pool in pools}
    for role, hours in needs.roles.items():
        if hours > 0 and role not in held:
            suggestion = f"Add a pool with the role {role}, or give its {hours:,} hours to another pool."
            yield SkillGap(f"{_ROLE}{role}", needs.wave.id, hours, Decimal(0), Severity.CRITICAL, suggestion)


def _missing_skills(needs: WaveNeeds, pools: Iterable[ResourcePool], capacity: Capacity) -> Iterator[SkillGap]:
    skilled: dict[str, list[ResourcePool]] = {}
    for pool in pools:
        for key in {skill_key(skill) for skill in pool.skills}:
            skilled.setdefault(key, []).append(pool)
    for skill, hours in needs.skills.items():
        able = skilled.get(skill_key(skill), [])
        given = [capacity.in_wave(pool, needs.wave) for pool in able]
        if None in given:
            continue
        available = sum((each for each in given if each is not None), Decimal(0))
        if available < hours:
            suggestion = _suggestion(skill, needs.wave, able, hours - available)
            yield SkillGap(skill, needs.wave.id, hours, available, severity_of(hours, available), suggestion)


def _suggestion(skill: str, wave: Wave, able: Sequence[ResourcePool], missing: Decimal) -> str:
    if not able:
        return f"No pool has {skill}: train people of a pool in it, or add a pool that has it."
    names = ", ".join(sorted(pool.name for pool in able))
    return f"Add {missing:,} hours with {skill} to {wave.name}, or move it to when {names} can give more."
