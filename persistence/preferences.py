"""What users prefer, in each client account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, literal
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.preferences import KEYS
from persistence.tables import preferences


class Preferences:
    """The preferences of one client account's users, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def save(self, subject: str, given: Mapping[str, Any], at: datetime) -> None:
        """Keep what is given; the rest stays as it is, key by key where a part has keys."""
        row = {
            "client_account_id": self._tenant.client_account_id,
            "subject": subject,
            "updated_at": at,
            **given,
        }
        statement = insert(preferences)
        changed: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in ("updated_at", *given)}
        for name in KEYS.keys() & given.keys():
            if given[name] is not None:
                changed[name] = _laid_over(preferences.c[name], statement.excluded[name])
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["client_account_id", "subject"], set_=changed), row
        )


def _laid_over(held: ColumnElement[Any], given: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is held with what is given over it; null takes a key away. An earlier release held anything."""
    nothing = cast(literal("{}"), JSONB)
    kept = case((func.jsonb_typeof(held) == "object", held), else_=nothing)
    return func.jsonb_strip_nulls(kept.op("||")(given))
