"""What is told to the other engagements of a client account: each has a log of its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from persistence.database import select_tenant
from persistence.event_log import Head, PendingEvent, append
from persistence.tables import engagements


async def tell_others(connection: AsyncConnection, tenant: Tenant, events: Sequence[PendingEvent]) -> tuple[Head, ...]:
    """Log the events in every engagement of the account but the tenant's own; after this nothing else is written.

    Whoever may do this must hold what is the account's, so that no two wait for each other's engagements.
    """
    account = tenant.client_account_id
    await select_tenant(connection, Tenant(account, ""))
    query = select(engagements.c.id).where(engagements.c.client_account_id == account).order_by(engagements.c.id)
    ids = [id for id in (await connection.execute(query)).scalars() if id != tenant.engagement_id]
    heads: list[Head] = []
    for id in ids:
        await select_tenant(connection, Tenant(account, id))
        heads += await append(connection, id, events)
    await select_tenant(connection, tenant)
    return tuple(heads)
