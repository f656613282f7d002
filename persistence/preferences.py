"""What users prefer, in each client account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from persistence.tables import preferences


class Preferences:
    """The preferences of one client account's users, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def save(self, subject: str, given: Mapping[str, Any], at: datetime) -> None:
        """Keep what is given; the rest stays as it is."""
        row = {
            "client_account_id": self._tenant.client_account_id,
            "subject": subject,
            "updated_at": at,
            **given,
        }
        statement = insert(preferences)
        changed = {name: statement.excluded[name] for name in ("updated_at", *given)}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["client_account_id", "subject"], set_=changed), row
        )
