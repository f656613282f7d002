"""An API and a worker as they are deployed, with a collector, figures and log lines for machines."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from domain.access import Member, Role, Tenant
from server.admission import admit, open_engagement
from tests.collector import Collector, collecting
from tests.integration.tiny import token
from tests.servers import Process, passable_folder

START = """
mutation StartIt($input: StartFlowInput!) { startFlow(input: $input) { flow { id } errors { code message } } }
"""
STATE = "query ReadIt($id: ID!) { flow(id: $id) { status } }"
# Values that must be in no span and no log line.
PRIVATE = "Claims Desk of Halden"
TABLE = f"Server Name,App Name,OS\nclm-app-01,{PRIVATE},RHEL 7\nclm-db-01,{PRIVATE},RHEL 7\n"


@dataclass
class Site:
    """What was started, and a member of its only engagement."""

    url: str
    figures_url: str
    api: Process
    worker: Process
    collector: Collector
    tenant: Tenant
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "X-Client-Account-ID": self.tenant.client_account_id,
            "X-Engagement-ID": self.tenant.engagement_id,
        }

    def post(self, query: str, variables: dict[str, Any], **headers: str) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.url}/graphql", json=body, headers={**self.headers, **headers}, timeout=30)

    def start(self, table: str = TABLE, **headers: str) -> str:
        """A flow whose first phases run by themselves, until it waits for a person; its id."""
        given = {"configuration": {"discovery": {"source": {"text": table}, "fileName": "servers.csv"}}}
        answer = self.post(START, {"input": given}, **headers).json()["data"]["startFlow"]
        assert answer["errors"] == []
        return str(answer["flow"]["id"])

    def status(self, flow_id: str) -> str:
        return str(self.post(STATE, {"id": flow_id}).json()["data"]["flow"]["status"])

    def figures(self) -> tuple[str, str]:
        """What Prometheus reads of the API, and of the worker."""
        return httpx.get(f"{self.url}/metrics").text, httpx.get(f"{self.figures_url}/metrics").text


def lines(process: Process) -> list[dict[str, Any]]:
    """Its log lines; each is an object, and nothing else is written but what a person is told at the start."""
    return [json.loads(line) for line in list(process.lines) if line.startswith("{")]


@contextmanager
def site(database_url: str, broadcast_url: str) -> Iterator[Site]:
    """Started, and stopped after the block."""
    data = passable_folder()
    tenant = asyncio.run(_engagement(database_url))
    with collecting() as collector, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        environment = {
            "FLOTILLA_DATA": str(data),
            "FLOTILLA_PORT": "0",
            "FLOTILLA_DATABASE_URL": database_url,
            "FLOTILLA_BROADCAST_URL": broadcast_url,
            "FLOTILLA_LOG_FORMAT": "json",
            "FLOTILLA_OTLP_URL": collector.url,
            "FLOTILLA_METRICS_PORT": str(port),
        }
        api = Process(("-m", "server", "api"), environment)
        worker = Process(("-m", "server", "worker"), environment)
        try:
            worker.wait_for_line("^worker .* is ready$")
            url = api.wait_until_ready()
            yield Site(url, f"http://127.0.0.1:{port}", api, worker, collector, tenant, _token(data))
        finally:
            worker.stop()
            api.stop()


def _token(data: Path) -> str:
    return token(data, "alice")


async def _engagement(database_url: str) -> Tenant:
    tenant = await open_engagement(database_url, "Observed")
    await admit(database_url, tenant, [Member("alice", frozenset({Role.ADMIN}))])
    return tenant
