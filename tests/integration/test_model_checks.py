"""What workers found of the model: in the table, through the real server, and to Prometheus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Member, Role
from domain.model_status import ModelState, ModelStatus
from persistence.model_checks import ModelChecks
from persistence.tables import model_checks
from server import scraping
from server.admission import admit, open_engagement
from server.app import create_app
from server.composition import now
from server.settings import Settings
from server.tokens import issue
from tests.event_logs import NOON, opened
from tests.integration import tiny

ASK = "{ modelStatus { state model checkedAt message } }"
READY = ModelStatus(ModelState.READY, "small", NOON)


class Clock:
    at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(fresh_database) as engine:
        yield engine


@pytest.fixture
async def client(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Of somebody who may only look."""
    tenant = await open_engagement(fresh_database, "Exit")
    await admit(fresh_database, tenant, [Member("vera", frozenset({Role.VIEWER}))])
    settings = replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url=broadcast_url)
    async with tiny.serving(create_app(settings)) as address:
        headers = {
            "Authorization": f"Bearer {issue(tmp_path, 'vera', lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": tenant.client_account_id,
            "X-Engagement-ID": tenant.engagement_id,
        }
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as found:
            yield found


async def status(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = (await client.post("/graphql", json={"query": ASK})).json()
    assert "errors" not in answer, answer
    return dict(answer["data"]["modelStatus"])


async def gauge(client: httpx.AsyncClient, name: str) -> list[tuple[dict[str, str], float]]:
    text = (await client.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return [(sample.labels, sample.value) for sample in families[name].samples]


async def test_before_any_worker_has_looked_nothing_is_configured(engine: AsyncEngine) -> None:
    found = await ModelChecks(engine, Clock()).read()

    assert found == ModelStatus(ModelState.NOT_CONFIGURED, message="No worker has looked yet.")


async def test_whoever_looked_last_is_right_and_there_is_one_row(engine: AsyncEngine) -> None:
    one, other = ModelChecks(engine, Clock()), ModelChecks(engine, Clock())
    wrong = ModelStatus(ModelState.UNAUTHORIZED, "small", NOON, "small: The key was refused.")

    seen = []
    for checks, found in ((one, READY), (other, wrong), (one, ModelStatus(ModelState.NOT_CONFIGURED))):
        await checks.save(found)
        seen.append(await other.read())

    assert seen == [READY, wrong, ModelStatus(ModelState.NOT_CONFIGURED)]
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(model_checks)) == 1


async def test_what_was_found_long_ago_says_so(engine: AsyncEngine) -> None:
    clock = Clock()
    checks = ModelChecks(engine, clock)
    await checks.save(READY)

    clock.at = NOON + timedelta(minutes=15)
    assert await checks.read() == READY
    clock.at = NOON + timedelta(minutes=16)
    found = await checks.read()

    words = "No worker has looked for 16 minutes; this is what the last one found."
    assert found == replace(READY, message=words)


async def test_any_member_may_read_it(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    before = await status(client)
    at = now()
    await ModelChecks(engine, now).save(ModelStatus(ModelState.UNREACHABLE, "small", at, "small: It does not answer."))

    found = await status(client)

    never = {"state": "NOT_CONFIGURED", "model": None, "checkedAt": None, "message": "No worker has looked yet."}
    assert before == never
    assert datetime.fromisoformat(found.pop("checkedAt")) == at
    assert found == {"state": "UNREACHABLE", "model": "small", "message": "small: It does not answer."}


async def test_nobody_reads_it_without_a_token(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": ASK}, headers={"Authorization": ""})

    assert response.status_code == 401
    assert "modelStatus" not in response.text


async def test_prometheus_reads_it(
    client: httpx.AsyncClient, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scraping, "LOOK_EVERY", 0.0)
    checks = ModelChecks(engine, now)
    seen = [await gauge(client, "flotilla_model_ready")]
    for state in (ModelState.READY, ModelState.UNREACHABLE):
        await checks.save(ModelStatus(state, "small", NOON, "small: sk-what-it-said"))
        seen.append(await gauge(client, "flotilla_model_ready"))

    assert seen == [
        [({"state": "NOT_CONFIGURED"}, 0.0)],
        [({"state": "READY"}, 1.0)],
        [({"state": "UNREACHABLE"}, 0.0)],
    ]
    assert await gauge(client, "flotilla_model_checked_at_seconds") == [({}, NOON.timestamp())]
    assert "sk-what" not in (await client.get("/metrics")).text
