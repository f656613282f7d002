"""An API process of its own for a benchmark, asked over HTTP as a client would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
from sqlalchemy import insert

from domain.access import Role, Tenant
from persistence.database import open_database, select_tenant
from persistence.tables import members
from server.tokens import issue
from tests.servers import ADDRESS, Process


@dataclass(frozen=True)
class Site:
    """A running API and the headers of an administrator."""

    client: httpx.AsyncClient
    process: Process

    async def ask(self, query: str, **variables: Any) -> Any:
        """The answer's data; an error in it ends the benchmark."""
        response = await self.client.post("/graphql", content=orjson.dumps({"query": query, "variables": variables}))
        answer = orjson.loads(response.content)
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]

    def resident_mib(self) -> float:
        """Memory of the process now."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / (1 << 20)


@asynccontextmanager
async def serve(url: str, broadcast_url: str, folder: Path, tenant: Tenant, **settings: str) -> AsyncIterator[Site]:
    """An API on that database, with alice as administrator of the tenant."""
    await _admit(url, tenant)
    environment = {**_environment(url, broadcast_url, folder), **settings}
    process = Process(("-m", "server", "api", "--follow"), environment)
    try:
        address = process.wait_for_line(ADDRESS.pattern)[0]
        headers = {
            "Authorization": f"Bearer {issue(folder, 'alice', lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": tenant.client_account_id,
            "X-Engagement-ID": tenant.engagement_id,
            "Content-Type": "application/json",
        }
        retrying = httpx.AsyncHTTPTransport(retries=5)
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30, transport=retrying) as client:
            yield Site(client, process)
    finally:
        process.stop()


@contextmanager
def working(url: str, broadcast_url: str, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A worker beside it; `settings` are what it has in its environment besides."""
    environment = _environment(url, broadcast_url, folder) | dict(settings or {})
    process = Process(("-m", "server", "worker", "--follow"), environment)
    try:
        yield process
    finally:
        process.stop()


def _environment(url: str, broadcast_url: str, folder: Path) -> dict[str, str]:
    return {
        "FLOTILLA_DATABASE_URL": url,
        "FLOTILLA_BROADCAST_URL": broadcast_url,
        "FLOTILLA_DATA": str(folder),
        "FLOTILLA_PORT": "0",
        "FLOTILLA_LOG_LEVEL": "warning",
        # One token asks as much as it can.
        "FLOTILLA_COST_BUDGET": "0",
        "FLOTILLA_TOKEN_RATE": "0",
        "FLOTILLA_ADDRESS_RATE": "0",
    }


async def _admit(url: str, tenant: Tenant) -> None:
    engine = open_database(url)
    async with engine.begin() as connection:
        await select_tenant(connection, tenant)
        row = {"engagement_id": tenant.engagement_id, "subject": "alice", "roles": [Role.ADMIN]}
        await connection.execute(insert(members), row)
    await engine.dispose()
