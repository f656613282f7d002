"""Actions of the client account, and what was executed in the engagement's flows, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.saved_action import ActionExecution, SavedAction, built_in
from persistence.mapping import from_row, to_row
from persistence.tables import action_executions, saved_actions

_OWN = (saved_actions.c.id, saved_actions.c.key, saved_actions.c.name, saved_actions.c.kind, saved_actions.c.parameters)


class Actions:
    """What one engagement may do with its workflows, and has done."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def find(self, key: str) -> SavedAction | None:
        """The account's action of that key, or the one that is built in."""
        query = select(*_OWN).where(
            saved_actions.c.key == key, saved_actions.c.client_account_id == self._tenant.client_account_id
        )
        row = (await self._connection.execute(query)).mappings().first()
        return built_in(key) if row is None else from_row(SavedAction, {**row, "built_in": False})

    async def save(self, action: SavedAction, by: str, at: datetime) -> SavedAction:
        """A new one, or in the place of the account's own of that key, which keeps its id."""
        row = {
            "client_account_id": self._tenant.client_account_id,
            "id": action.id,
            "key": action.key,
            "name": action.name,
            "kind": action.kind,
            "parameters": dict(action.parameters),
            "saved_by": by,
            "saved_at": at,
        }
        changed = {name: row[name] for name in ("name", "kind", "parameters", "saved_by", "saved_at")}
        statement = upsert(saved_actions).on_conflict_do_update(
            index_elements=["client_account_id", "key"], set_=changed
        )
        kept = (await self._connection.execute(statement.returning(*_OWN), row)).mappings().one()
        return from_row(SavedAction, {**kept, "built_in": False})

    async def record(self, execution: ActionExecution) -> None:
        """Add it to the log."""
        row = {"engagement_id": self._tenant.engagement_id, **to_row(execution, action_executions)}
        await self._connection.execute(insert(action_executions), row)
