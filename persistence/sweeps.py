"""What is done across tenants: found by ids and times alone, and then done one tenant at a time."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Tenant
from domain.phase import PhaseStatus
from domain.thread import ThreadStatus
from domain.transition import FlowStatus
from persistence.database import select_tenant
from persistence.event_log import purge
from persistence.requests import KEPT
from persistence.tables import (
    due,
    engagements,
    events,
    expiries,
    heads,
    master_flows,
    model_budgets,
    phases,
    requests,
    staged_batches,
    threads,
    workers,
)

AT_ONCE = 100
# A flow in one of these goes on only if somebody takes it up again.
ENDED = (FlowStatus.COMPLETED, FlowStatus.CANCELLED)
# A worker that has not been seen for this long is gone; its row goes after an hour.
ALIVE = timedelta(seconds=15)
FORGOTTEN = timedelta(hours=1)
# Nothing is settled on a day that is this long over.
DAYS_KEPT = timedelta(days=7)


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

    async def untouched(self, before: datetime) -> Sequence[tuple[Tenant, str]]:
        """Threads that go on and in which nothing was said since then, so many of each engagement at once."""
        query = (
            select(threads.c.id, engagements.c.client_account_id)
            .join(engagements, engagements.c.id == threads.c.engagement_id)
            .where(threads.c.status == ThreadStatus.ACTIVE, threads.c.touched_at < before)
            .order_by(threads.c.touched_at)
            .limit(AT_ONCE)
        )
        found: list[tuple[Tenant, str]] = []
        for engagement_id in await self._engagements():
            async with self._within(engagement_id) as connection:
                rows = (await connection.execute(query)).all()
            found += [(Tenant(row.client_account_id, engagement_id), row.id) for row in rows]
        return found

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

    async def forget(self, now: datetime, ended_before: datetime | None) -> None:
        """Drop answers kept for repeats, past days of budgets, and the logs of flows that ended before that time.

        A log goes as a whole; the flow's numbers go on where they were, should somebody take it up again.
        """
        for engagement_id in await self._engagements():
            async with self._within(engagement_id) as connection:
                await connection.execute(delete(requests).where(requests.c.created_at < now - KEPT))
                await connection.execute(delete(model_budgets).where(model_budgets.c.day < (now - DAYS_KEPT).date()))
                # A run that was cancelled staged until it noticed.
                runs = select(phases.c.run_id).where(
                    phases.c.status == PhaseStatus.RUNNING, phases.c.run_id.is_not(None)
                )
                await connection.execute(delete(staged_batches).where(staged_batches.c.run_id.not_in(runs)))
            while ended_before and await self._forget_logs(engagement_id, ended_before) == AT_ONCE:
                pass

    async def _engagements(self) -> Sequence[str]:
        """Those in which something was ever told: the others have nothing to forget."""
        query = select(heads.c.engagement_id).where(heads.c.engagement_id == heads.c.flow_id)
        async with self._engine.connect() as connection:
            return (await connection.scalars(query)).all()

    @asynccontextmanager
    async def _within(self, engagement_id: str) -> AsyncIterator[AsyncConnection]:
        async with self._engine.begin() as connection:
            # Nothing that is looked at here is the client account's.
            await select_tenant(connection, Tenant("", engagement_id))
            yield connection

    async def _forget_logs(self, engagement_id: str, ended_before: datetime) -> int:
        """Of how many flows; they are held meanwhile, so that none begins anew under it."""
        of_flow = (events.c.engagement_id == engagement_id) & (events.c.flow_id == master_flows.c.id)
        told, told_since = exists().where(of_flow), exists().where(of_flow, events.c.occurred_at >= ended_before)
        ended = (
            select(master_flows.c.id)
            .where(master_flows.c.status.in_(ENDED), master_flows.c.updated_at < ended_before, told, ~told_since)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self._within(engagement_id) as connection:
            flow_ids = (await connection.scalars(ended)).all()
            if flow_ids:
                await purge(connection, engagement_id, flow_ids, ended_before)
        return len(flow_ids)
