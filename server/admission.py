"""Letting somebody in from the command line: what an administrator of this machine may do without a token."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, cast
from sqlalchemy.dialects.postgresql import insert

from domain.access import Role, Tenant
from persistence.database import open_database, select_tenant
from persistence.tables import client_accounts, engagements, members
from server.composition import new_id

CURRENCY = "EUR"


async def open_engagement(url: str, name: str) -> Tenant:
    """A new, empty engagement of a client account of its own."""
    tenant = Tenant(new_id(), new_id())
    account = {"id": tenant.client_account_id, "name": name}
    engagement = {
        "id": tenant.engagement_id,
        "client_account_id": tenant.client_account_id,
        "name": name,
        "currency": CURRENCY,
    }
    engine = open_database(url, pool_size=1)
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        await connection.execute(client_accounts.insert(), account)
        await connection.execute(engagements.insert(), engagement)
    await engine.dispose()
    return tenant


async def admit(url: str, tenant: Tenant, subject: str, roles: Collection[Role]) -> None:
    """Make the subject a member with exactly these roles."""
    row = {
        "engagement_id": tenant.engagement_id,
        "subject": subject,
        "email": f"{subject}@example.com",
        "roles": cast(sorted(roles), ARRAY(Text)),
    }
    engine = open_database(url, pool_size=1)
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        statement = insert(members).values(row)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["engagement_id", "subject"], set_={"roles": statement.excluded["roles"]}
            )
        )
    await engine.dispose()
