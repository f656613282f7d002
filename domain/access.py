"""Roles within an engagement, and who somebody is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Who acts where no person does: the engine, and a service that acts for nobody; no token may be given to that name.
SYSTEM = "system"


class Role(StrEnum):
    """Each role may do what the ones before it may."""

    VIEWER = "VIEWER"
    CONTRIBUTOR = "CONTRIBUTOR"
    ARCHITECT = "ARCHITECT"
    LEAD = "LEAD"
    ADMIN = "ADMIN"


_RANK = {role: rank for rank, role in enumerate(Role)}


class Experience(StrEnum):
    """How experienced a member is; weighs the priority of customer-success work."""

    EXPERT = "EXPERT"
    SENIOR = "SENIOR"
    MID = "MID"
    JUNIOR = "JUNIOR"


def holds(roles: frozenset[Role], needed: Role) -> bool:
    """True when one of the roles is the needed one or stands above it."""
    return any(_RANK[role] >= _RANK[needed] for role in roles)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One engagement of one client account: the scope of every unit of work. Both are UUID texts."""

    client_account_id: str
    engagement_id: str


@dataclass(frozen=True, slots=True)
class Member:
    """What one subject may do in one engagement."""

    subject: str
    roles: frozenset[Role]
    email: str | None = None
    experience: Experience | None = None
