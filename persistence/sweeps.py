"""What is looked at across tenants: ids and times only, from tables without row-level security."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from persistence.tables import due, expiries, workers

AT_ONCE = 100
# A worker that has not been seen for this long is gone; its row goes after an hour.
ALIVE = timedelta(seconds=15)
FORGOTTEN = timedelta(hours=1)


class DatabaseSweeps:
    """Sweeps over one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, now: datetime) -> Sequence[tuple[Tenant, str]]:
        """Flows whose time has come, the longest waiting first."""
        query = select(due).where(due.c.at <= now).order_by(due.c.at).limit(AT_ONCE)
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).all()
        return [(Tenant(row.client_account_id, row.engagement_id), row.flow_id) for row in found]

    async def expired(self, now: datetime) -> Sequence[tuple[Tenant, str, str]]:
        """Files whose time has come, the longest waiting first, each with the flow it belongs to."""
        query = select(expiries).where(expiries.c.at <= now).order_by(expiries.c.at).limit(AT_ONCE)
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).all()
        return [(Tenant(row.client_account_id, row.engagement_id), row.flow_id, row.file_id) for row in found]

    async def beat(self, executor_id: str, now: datetime) -> None:
        """Say that this worker lives, and forget the ones that long do not."""
        statement = insert(workers)
        row = {"executor_id": executor_id, "host": socket.gethostname(), "started_at": now, "seen_at": now}
        async with self._engine.begin() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["executor_id"], set_={"seen_at": now}), row
            )
            await connection.execute(delete(workers).where(workers.c.seen_at < now - FORGOTTEN))

    async def alive(self, now: datetime) -> int:
        """How many workers have been seen lately."""
        query = select(func.count()).select_from(workers).where(workers.c.seen_at >= now - ALIVE)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0
