"""What the process says of itself, to orchestrators and to Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from persistence import migrate
from persistence.database import open_database
from persistence.migrate import revision_of_code
from persistence.sweeps import DatabaseSweeps
from server.app import create_app
from server.composition import now
from server.settings import Settings
from tests.integration import tiny


@pytest.fixture
def settings(fresh_database: str, broadcast_url: str, tmp_path: Path) -> Settings:
    return replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url=broadcast_url)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with tiny.serving(create_app(settings)) as address, httpx.AsyncClient(base_url=f"http://{address}") as found:
        yield found


async def beat(settings: Settings) -> None:
    """A worker says that it lives."""
    engine = open_database(settings.database_url)
    await DatabaseSweeps(engine).beat("worker-1", now())
    await engine.dispose()


async def readiness(client: httpx.AsyncClient) -> tuple[int, str, dict[str, Any]]:
    response = await client.get("/readyz")
    answer = response.json()
    return response.status_code, answer["status"], answer["checks"]


async def test_a_process_that_runs_is_healthy(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz")

    assert (response.status_code, response.text) == (200, "up\n")


async def test_it_is_ready_with_everything_it_needs(client: httpx.AsyncClient, settings: Settings) -> None:
    await beat(settings)
    # The API serves before it hears of what happens elsewhere.
    async with asyncio.timeout(10):
        while not (await readiness(client))[2]["broadcaster"]["ok"]:  # noqa: ASYNC110 - Redis answers in its own time
            await asyncio.sleep(0.02)

    status, word, checks = await readiness(client)

    assert (status, word) == (200, "ready")
    assert checks == {
        "database": {"ok": True, "message": f"Its schema is at {revision_of_code()}."},
        "broadcaster": {"ok": True, "message": "Connected."},
        "workers": {"ok": True, "message": "Seen lately: 1."},
    }


async def test_without_a_worker_it_serves_and_says_so(client: httpx.AsyncClient) -> None:
    status, word, checks = await readiness(client)

    assert (status, word, checks["workers"]["ok"]) == (200, "degraded", False)
    assert "python -m server worker" in checks["workers"]["message"]


async def test_without_redis_it_serves_and_says_so(settings: Settings) -> None:
    nowhere = replace(settings, broadcast_url="redis://127.0.0.1:1/0")
    async with tiny.serving(create_app(nowhere)) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        status, word, checks = await readiness(client)

    assert (status, word, checks["broadcaster"]["ok"]) == (200, "degraded", False)


async def test_memory_does_not_reach_workers_and_it_says_so(settings: Settings) -> None:
    alone = replace(settings, broadcast_url="memory://")
    async with tiny.serving(create_app(alone)) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        _, word, checks = await readiness(client)

    assert word == "degraded"
    assert "only its finished whole arrives" in checks["broadcaster"]["message"]


async def test_a_schema_that_is_not_the_codes_names_both(client: httpx.AsyncClient, settings: Settings) -> None:
    owner = create_async_engine(settings.database_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '2020_01_01_old'"))
    await owner.dispose()

    status, word, checks = await readiness(client)

    assert (status, word) == (503, "unready")
    assert checks["database"]["message"] == (
        f"Its schema is at 2020_01_01_old, this code is at {revision_of_code()}. Run: python -m server migrate"
    )


async def test_looking_reads_nothing_from_the_disk(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path / "gone with the next release")

    _, _, checks = await readiness(client)

    assert checks["database"]["ok"]


async def test_an_empty_database_is_not_ready(empty_database: str, settings: Settings) -> None:
    bare = replace(settings, database_url=empty_database)
    async with tiny.serving(create_app(bare)) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        status, _, checks = await readiness(client)

    assert status == 503
    assert checks["database"]["message"].startswith("Its schema is at nothing, this code is at ")


async def test_a_database_that_is_away_is_named_and_not_its_password(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql://user:secret@127.0.0.1:1/flotilla")
    async with tiny.serving(create_app(away)) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        response = await client.get("/readyz")
        metrics = await client.get("/metrics")

    assert (response.status_code, response.json()["checks"]["database"]["ok"]) == (503, False)
    assert "secret" not in response.text
    assert metrics.status_code == 200


async def test_prometheus_reads_what_was_done(client: httpx.AsyncClient, settings: Settings) -> None:
    query = {"query": "query Named { selectableEngagements { totalCount } }"}
    headers = {"Authorization": f"Bearer {tiny.token(settings.data)}"}
    await client.post("/graphql", json=query, headers=headers)

    response = await client.get("/metrics")

    found = {family.name: family for family in text_string_to_metric_families(response.text)}
    (count,) = [sample for sample in found["flotilla_operation_seconds"].samples if sample.name.endswith("_count")]
    assert count.labels == {"kind": "query", "field": "selectableEngagements", "outcome": "ok"}
    assert count.value == 1
    assert {"flotilla_sockets", "flotilla_hub_connected", "process_resident_memory_bytes"} <= found.keys()
