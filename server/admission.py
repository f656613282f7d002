"""Letting somebody in from the command line: what an administrator of this machine may do without a token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from domain.access import Member, Tenant
from domain.engagement import CreateEngagement, Engagement
from persistence.database import open_database, select_tenant
from persistence.engagements import Engagements
from server.composition import new_id

CURRENCY = "EUR"


async def open_engagement(url: str, name: str) -> Tenant:
    """A new, empty engagement of a client account of its own."""
    tenant = Tenant(new_id(), new_id())
    command = CreateEngagement(name, CURRENCY)
    async with _engagements(url, tenant) as engagements:
        await engagements.add_account(name)
        await engagements.add(Engagement.create(tenant.engagement_id, tenant.client_account_id, command))
    return tenant


async def admit(url: str, tenant: Tenant, members: Iterable[Member]) -> None:
    """Make them members with exactly these roles."""
    async with _engagements(url, tenant) as engagements:
        for member in members:
            await engagements.save_member(member)


@asynccontextmanager
async def _engagements(url: str, tenant: Tenant) -> AsyncIterator[Engagements]:
    engine = open_database(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await select_tenant(connection, tenant)
            yield Engagements(connection, tenant)
    finally:
        await engine.dispose()
