"""Connections: one engine a process, always under the role that cannot bypass row-level security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.access import Tenant

# Made by the first migration: it owns nothing, cannot log in and cannot bypass row-level security.
APPLICATION_ROLE = "flotilla_app"


def dumps(value: Any) -> str:
    """JSON as PostgreSQL takes it; text from imports may hold NUL, which jsonb does not."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")


def open_database(url: str, *, pool_size: int = 10, statement_timeout_ms: int = 30_000) -> AsyncEngine:
    """An engine whose every connection has the application's role from its first statement on."""
    settings = {
        "role": APPLICATION_ROLE,
        "application_name": "flotilla",
        "statement_timeout": str(statement_timeout_ms),
        "idle_in_transaction_session_timeout": "60000",
        "jit": "off",
        # Of a disk without an arm: else the planner sorts half a log rather than follow an index to its next page.
        "random_page_cost": "1.1",
        "timezone": "UTC",
    }
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        # An error would otherwise carry the values of its statement into the log.
        hide_parameters=True,
        json_serializer=dumps,
        json_deserializer=orjson.loads,
        connect_args={"server_settings": settings, "timeout": 10},
    )


async def select_tenant(connection: AsyncConnection, tenant: Tenant | None, subject: str = "") -> None:
    """What row-level security compares with, until the end of the transaction."""
    await connection.execute(
        text(
            "SELECT set_config('flotilla.engagement', :engagement, true),"
            " set_config('flotilla.account', :account, true),"
            " set_config('flotilla.subject', :subject, true)"
        ),
        {
            "engagement": tenant.engagement_id if tenant else "",
            "account": tenant.client_account_id if tenant else "",
            "subject": subject,
        },
    )


@asynccontextmanager
async def reading(engine: AsyncEngine, tenant: Tenant | None, subject: str = "") -> AsyncIterator[AsyncConnection]:
    """One read-only transaction that sees one state of the tenant's rows from its first read to its last."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            await select_tenant(connection, tenant, subject)
            yield connection
