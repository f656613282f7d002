"""A statement that takes too long ends in PostgreSQL too, whoever ends it: the server, PostgreSQL, or the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import strawberry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route

from domain.access import Member, Role, Tenant
from domain.flows import DEFINITIONS
from persistence.database import open_database
from persistence.reads import PostgresReads
from resolvers.context import Caller, Context
from server.admission import admit, open_engagement
from server.app import Parts, create_app
from server.authentication import Gate
from server.bounds import STATEMENT_GRACE, Bounds
from server.draining import Drain
from server.http import GraphQLOverHTTP
from server.metrics import Metrics
from server.operations import Operations
from server.settings import Settings
from server.tokens import LocalVerifier
from tests.integration import tiny

SLEEP = "{ sleep(seconds: 30) }"
SLEEPING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE state = 'active' AND query LIKE '%pg_sleep(30%' AND pid <> pg_backend_pid()"
)


@strawberry.type
class Query:
    @strawberry.field
    async def sleep(self, info: strawberry.Info[Any, Any], seconds: float) -> str:
        await info.context.reads.fetch(text(f"SELECT pg_sleep({seconds:g})"))
        return "slept"


@asynccontextmanager
async def serving(data: Path, engine: AsyncEngine, bounds: Bounds) -> AsyncIterator[str]:
    """A query that sleeps in the database, behind the real server."""

    @asynccontextmanager
    async def open_context(caller: Caller) -> AsyncIterator[Context]:
        async with PostgresReads(engine, caller.tenant, caller.user, DEFINITIONS) as reads:
            yield replace(Context(caller, reads, events=None), reads=reads)  # type: ignore[arg-type]

    gate = Gate(LocalVerifier(data), tiny.Memberships(), tiny.make_caller)
    operations = Operations(strawberry.Schema(Query)._schema, gate, open_context, Metrics(), bounds)
    app = Starlette(routes=[Route("/graphql", GraphQLOverHTTP(operations, 10_000))])
    app.state.drain = Drain()
    async with tiny.serving(app) as address:
        yield address


async def sleeping(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute(SLEEPING)).fetchone()
    return int(row[0]) if row else 0


async def until_sleeping(url: str, count: int) -> None:
    async with asyncio.timeout(5):
        while await sleeping(url) != count:  # noqa: ASYNC110  (PostgreSQL tells nobody)
            await asyncio.sleep(0.05)


async def ask(address: str, data: Path) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=tiny.headers(data)) as client:
        found: dict[str, Any] = (await client.post("/graphql", json={"query": SLEEP}, timeout=20)).json()
    return found


async def test_the_server_ends_it(module_database: str, tmp_path: Path) -> None:
    engine = open_database(module_database)
    async with serving(tmp_path, engine, Bounds(seconds=0.5)) as address:
        answer = await ask(address, tmp_path)
        await until_sleeping(module_database, 0)
    await engine.dispose()

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]


async def test_postgresql_ends_it_where_the_server_does_not(module_database: str, tmp_path: Path) -> None:
    engine = open_database(module_database, statement_timeout_ms=300)
    async with serving(tmp_path, engine, Bounds()) as address:
        answer = await ask(address, tmp_path)
    await engine.dispose()

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]


async def test_it_ends_with_its_client(module_database: str, tmp_path: Path) -> None:
    engine = open_database(module_database)
    async with serving(tmp_path, engine, Bounds()) as address:
        asking = asyncio.create_task(ask(address, tmp_path))
        await until_sleeping(module_database, 1)
        asking.cancel()
        await until_sleeping(module_database, 0)
        again = await asyncio.gather(asking, return_exceptions=True)
    await engine.dispose()

    assert isinstance(again[0], asyncio.CancelledError)


async def test_the_apis_connections_wait_a_little_longer_than_the_server(module_database: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=module_database, broadcast_url="memory://", operation_seconds=7)
    parts = Parts(settings, DEFINITIONS)
    async with parts._engine.connect() as connection:
        waits = await connection.scalar(text("SHOW statement_timeout"))
    await parts._engine.dispose()
    await parts._queue.close()

    assert waits == f"{7 + STATEMENT_GRACE}s"


@pytest.mark.parametrize("again", range(3))
async def test_connections_are_good_after_it(module_database: str, tmp_path: Path, again: int) -> None:
    engine = open_database(module_database, pool_size=1)
    async with serving(tmp_path, engine, Bounds(seconds=0.2)) as address:
        first = await ask(address, tmp_path)
        async with asyncio.timeout(5), engine.connect() as connection:
            one = await connection.scalar(text("SELECT 1"))
    await engine.dispose()

    assert (first["errors"][0]["extensions"]["code"], one) == ("TIMEOUT", 1)


async def test_a_mutation_that_takes_too_long_changes_nothing(module_database: str, tmp_path: Path) -> None:
    tenant = await open_engagement(module_database, "Slow")
    await admit(module_database, tenant, [Member("alice", frozenset({Role.ADMIN}))])
    settings = Settings(data=tmp_path, database_url=module_database, broadcast_url="memory://", operation_seconds=1)
    change = 'mutation { saveEngagementSettings(input: {timezone: "Europe/Berlin"}) { errors { code } } }'
    headers = {
        **tiny.headers(tmp_path),
        "X-Client-Account-ID": tenant.client_account_id,
        "X-Engagement-ID": tenant.engagement_id,
    }

    async with (
        await psycopg.AsyncConnection.connect(module_database) as holding,
        tiny.serving(create_app(settings)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=60) as client,
    ):
        await holding.execute("SELECT FROM engagements WHERE id = %s FOR NO KEY UPDATE", [tenant.engagement_id])
        refused = (await client.post("/graphql", json={"query": change})).json()
        await holding.rollback()
        before = await timezone(holding, tenant)
        changed = (await client.post("/graphql", json={"query": change})).json()
        after = await timezone(holding, tenant)

    assert [error["extensions"]["code"] for error in refused["errors"]] == ["TIMEOUT"]
    assert changed["data"] == {"saveEngagementSettings": {"errors": []}}
    assert (before, after) == ("UTC", "Europe/Berlin")


async def timezone(connection: psycopg.AsyncConnection[Any], tenant: Tenant) -> str:
    query = "SELECT timezone FROM engagements WHERE id = %s"
    row = await (await connection.execute(query, [tenant.engagement_id])).fetchone()
    await connection.rollback()
    return str(row[0]) if row else ""
