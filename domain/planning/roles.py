"""Who works on a migration: roles, which of them an application needs, and how its hours part into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache

from domain.application import Application, Component, Technology
from domain.decision import Decision
from domain.known_facts import fact_of, own_fact
from domain.reference_data import read_toml

_CENT = Decimal("0.01")


class WorkRole(StrEnum):
    """What people of a pool do."""

    ARCHITECT = "architect"
    ENGINEER = "engineer"
    DATABASE = "database"
    TEST = "test"
    LEAD = "lead"


ALL_ROLES = frozenset(WorkRole)


def role_of(text: str) -> WorkRole | None:
    """The role that a pool's own word for it stands for; None for any other, to which only people give hours."""
    words = _words(text)
    for role, names in _names():
        if any(_has(words, name) for name in names):
            return role
    return None


def split(hours: Decimal, needed: Collection[WorkRole] = ALL_ROLES) -> dict[WorkRole, Decimal]:
    """The hours by role, to the hundredth by largest remainder: together exactly as many as there are.

    The engineer does what a role would that is not needed; between equal remainders the earlier role gets more.
    """
    cents = int((hours.quantize(_CENT, ROUND_HALF_UP) / _CENT).to_integral_value())
    shares = _shares(needed)
    whole = sum(shares.values())
    given = {role: cents * share // whole for role, share in shares.items()}
    rest = sorted(shares, key=lambda role: -(cents * shares[role] % whole))
    for role in rest[: cents - sum(given.values())]:
        given[role] += 1
    return {role: given[role] * _CENT for role in shares}


def roles_needed(application: Application, components: Sequence[Component], decision: Decision) -> frozenset[WorkRole]:
    """Everybody, but who works on data only where something that moves stores data."""
    if _stores_data(application, _moving(components, decision)):
        return ALL_ROLES
    return ALL_ROLES - {WorkRole.DATABASE}


def _shares(needed: Collection[WorkRole]) -> dict[WorkRole, int]:
    shares = {role: int(read_toml("role_split")["shares"][role]) for role in WorkRole}
    kept = {role: share for role, share in shares.items() if role in needed or role is WorkRole.ENGINEER}
    kept[WorkRole.ENGINEER] += sum(shares.values()) - sum(kept.values())
    return kept


def _moving(components: Sequence[Component], decision: Decision) -> tuple[Component, ...]:
    """The parts that neither stay nor end."""
    left = read_toml("role_split")["left"]["strategies"]
    gone = {each.component_id for each in decision.treatments if each.strategy in left}
    return tuple(part for part in components if part.id not in gone)


def _stores_data(application: Application, parts: Sequence[Component]) -> bool:
    rules = read_toml("role_split")["database"]
    technologies = (*application.technologies, *(each for part in parts for each in part.technologies))
    if not _told(technologies):
        return True
    if any(each.category in rules["categories"] for each in technologies):
        return True
    if any(_words(part.type) & set(rules["words"]) for part in parts):
        return True
    return any(
        known for fact in rules["facts"] for known in (fact_of(application, fact), *(own_fact(p, fact) for p in parts))
    )


def _told(technologies: Iterable[Technology]) -> bool:
    """Whether anything is known beyond operating systems, which say nothing of what runs on them."""
    return any(each.category != "operating_system" for each in technologies)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.casefold()))


def _has(words: frozenset[str], name: str) -> bool:
    return words.issuperset(name.split())


@cache
def _names() -> tuple[tuple[WorkRole, tuple[str, ...]], ...]:
    names = read_toml("role_split")["names"]
    return tuple((WorkRole(role), tuple(names[role])) for role in names if role != "source")
