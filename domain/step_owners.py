"""Who can be named for a step: pools by their role, and who answers for an application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.application import Application
from domain.planning.roles import WorkRole, role_of
from domain.resource_pool import ResourcePool

_TECHNICAL = frozenset({WorkRole.ENGINEER, WorkRole.DATABASE, WorkRole.ARCHITECT})


def pools_by_role(pools: Iterable[ResourcePool]) -> Mapping[WorkRole, str]:
    """The name of the first pool of each role; those that a person confirmed come before proposed ones."""
    found: dict[WorkRole, str] = {}
    for pool in sorted(pools, key=lambda each: (each.suggested, each.name, each.id)):
        role = role_of(pool.role)
        if role is not None and not pool.removed:
            found.setdefault(role, pool.name)
    return found


def answering(role: WorkRole, application: Application) -> Iterator[str]:
    """Its owners, who is nearer to that role first."""
    owners = (application.technical_owner, application.business_owner)
    ordered = owners if role in _TECHNICAL else owners[::-1]
    yield from (owner for owner in ordered if owner)
