"""Client accounts, engagements and their members."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, RowMapping, Text, any_, delete, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Experience, Member, Role, Tenant
from domain.engagement import Engagement
from domain.errors import NotFound
from persistence.database import reading
from persistence.tables import client_accounts, engagements, members

_FIELDS = ("id", "client_account_id", "name", "currency", "timezone", "settings", "version")


class Engagements:
    """The tenant's own engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def get(self) -> Engagement:
        """Locked until the transaction ends: what is decided about members rests on all of them."""
        query = select(engagements).where(engagements.c.id == self._tenant.engagement_id).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound("engagement")
        return Engagement(**{name: row[name] for name in _FIELDS})

    async def has_account(self) -> bool:
        """Whether there is such a client account."""
        query = select(client_accounts.c.id).where(client_accounts.c.id == self._tenant.client_account_id)
        return (await self._connection.execute(query)).first() is not None

    async def add_account(self, name: str) -> None:
        """Make the tenant's client account."""
        row = {"id": self._tenant.client_account_id, "name": name}
        await self._connection.execute(insert(client_accounts), row)

    async def add(self, engagement: Engagement) -> None:
        """Make the tenant's engagement."""
        await self._connection.execute(insert(engagements), {name: getattr(engagement, name) for name in _FIELDS})

    async def save(self, engagement: Engagement) -> None:
        """Keep what can change of it."""
        changed = {name: getattr(engagement, name) for name in ("timezone", "settings", "version")}
        await self._connection.execute(update(engagements).where(engagements.c.id == engagement.id).values(**changed))

    async def members(self) -> tuple[Member, ...]:
        """Everybody who may do something in the engagement."""
        query = select(members).where(members.c.engagement_id == self._tenant.engagement_id)
        return tuple(_member(row) for row in (await self._connection.execute(query)).mappings())

    async def save_member(self, member: Member) -> None:
        """Make somebody a member, or a member what he is from now on."""
        row = {
            "engagement_id": self._tenant.engagement_id,
            "subject": member.subject,
            "email": member.email,
            "roles": sorted(member.roles),
            "experience": member.experience,
        }
        statement = upsert(members).values(row)
        kept = {name: statement.excluded[name] for name in ("email", "roles", "experience")}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["engagement_id", "subject"], set_=kept)
        )

    async def remove_member(self, subject: str) -> None:
        """He may do nothing here any more."""
        mine = (members.c.engagement_id == self._tenant.engagement_id) & (members.c.subject == subject)
        await self._connection.execute(delete(members).where(mine))


class Memberships:
    """Who may do what, where, as the subject itself may see it before it has selected an engagement."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, tenant: Tenant, subject: str) -> Member | None:
        """The member, or None when there is none, or no such engagement of that client account."""
        query = (
            select(members)
            .join(engagements, engagements.c.id == members.c.engagement_id)
            .where(
                members.c.subject == subject,
                members.c.engagement_id == tenant.engagement_id,
                engagements.c.client_account_id == tenant.client_account_id,
            )
        )
        async with reading(self._engine, None, subject) as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _member(row)

    async def find_all(self, tenant: Tenant, subjects: Collection[str]) -> tuple[Member, ...]:
        """Those of the subjects that are members, in one read of the tenant's own rows."""
        query = (
            select(members)
            .join(engagements, engagements.c.id == members.c.engagement_id)
            .where(
                members.c.subject == any_(literal(sorted(subjects), ARRAY(Text))),
                members.c.engagement_id == tenant.engagement_id,
                engagements.c.client_account_id == tenant.client_account_id,
            )
        )
        async with reading(self._engine, tenant) as connection:
            return tuple(_member(row) for row in (await connection.execute(query)).mappings())


def _member(row: RowMapping) -> Member:
    experience = row["experience"]
    return Member(
        subject=row["subject"],
        roles=frozenset(Role(role) for role in row["roles"]),
        email=row["email"],
        experience=None if experience is None else Experience(experience),
    )
