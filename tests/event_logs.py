"""Engagements with a log to write to, and what the log's tests write."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Tenant
from domain.event import Event, EventKind
from persistence.database import open_database, select_tenant
from persistence.event_log import Head, PendingEvent, append
from persistence.tables import client_accounts, engagements

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

_random = random.Random()


def new_id() -> str:
    return str(UUID(int=_random.getrandbits(128), version=4))


@asynccontextmanager
async def opened(url: str, pool_size: int = 10) -> AsyncIterator[AsyncEngine]:
    """The application's own connections, closed afterwards."""
    engine = open_database(url, pool_size=pool_size)
    try:
        yield engine
    finally:
        await engine.dispose()


async def add_tenant(engine: AsyncEngine) -> Tenant:
    tenant = Tenant(new_id(), new_id())
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        account = {"id": tenant.client_account_id, "name": "Acme"}
        await connection.execute(insert(client_accounts), account)
        await connection.execute(
            insert(engagements),
            {"id": tenant.engagement_id, "client_account_id": account["id"], "name": "Exit", "currency": "EUR"},
        )
    return tenant


def step(flow_id: str | None, number: int = 0, kind: EventKind = EventKind.AGENT_STEP) -> PendingEvent:
    """One event, `number` in its data."""
    return PendingEvent(flow_id, "discovery" if flow_id else None, Event(kind, NOON, "inventory", {"number": number}))


@asynccontextmanager
async def writing(engine: AsyncEngine, tenant: Tenant) -> AsyncIterator[AsyncConnection]:
    """A transaction of that tenant."""
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        yield connection


async def tell(engine: AsyncEngine, tenant: Tenant, *events: PendingEvent) -> tuple[Head, ...]:
    """Log the events in one transaction."""
    async with writing(engine, tenant) as connection:
        return await append(connection, tenant.engagement_id, events)


async def tell_steps(engine: AsyncEngine, tenant: Tenant, flow_id: str, numbers: Sequence[int]) -> tuple[Head, ...]:
    """Log one event of that flow for each number."""
    return await tell(engine, tenant, *(step(flow_id, number) for number in numbers))


async def delete_flow(engine: AsyncEngine, tenant: Tenant, flow_id: str) -> tuple[Head, ...]:
    """Log the end of a flow, which takes its events with it."""
    return await tell(engine, tenant, step(flow_id, kind=EventKind.FLOW_DELETED))
