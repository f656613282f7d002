"""Whatever is asked, nothing of it is an internal error: thousands of operations over the whole schema.

How many are asked is in FLOTILLA_TEST_OPERATIONS.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.flows import DEFINITIONS
from persistence.database import open_database, reading
from persistence.reads.sources import ROWS
from schema.mirror import node_values
from schema.root import printed
from server.sample_tenant import SAMPLE
from server.seed import _seed
from server.settings import Settings
from server.tokens import issue
from tests.integration.filling import fill
from tests.integration.hostile import operations, spoiled
from tests.integration.inputs import MUTATIONS, input_type, text_of
from tests.servers import Process

OPERATIONS = int(os.environ.get("FLOTILLA_TEST_OPERATIONS", "400"))
LONGEST = 10.0


@dataclass
class Server:
    """The real server, over a sample with everything in it, and what it answered."""

    process: Process
    client: httpx.Client
    ids: Mapping[str, Sequence[str]]
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def ask(self, query: str, **variables: Any) -> None:
        started = time.monotonic()
        # As JSON in ASCII: what no UTF-8 holds is sent too.
        response = self.client.post("/graphql", content=json.dumps({"query": query, "variables": variables}))
        if time.monotonic() - started > LONGEST:
            self.faults.setdefault("slow", query)
        answer = response.json()
        for error in answer.get("errors", ()):
            code = error["extensions"]["code"]
            self.outcomes[code] += 1
            if code in ("INTERNAL", "TIMEOUT"):
                self.faults.setdefault(self._why(error), query)
        if "errors" not in answer:
            self.outcomes["ok"] += 1
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.faults.setdefault(f"{response.status_code} {answer}"[:200], query)

    def _why(self, error: Mapping[str, Any]) -> str:
        """The line of the log that its id names."""
        id = error["extensions"].get("id", "")
        found = next((number for number, line in enumerate(self.process.lines) if id and id in line), None)
        if found is None:
            return str(error["message"])
        lines = [line for line in self.process.lines[found : found + 80] if line and not line.startswith(" ")]
        return "\n".join(lines[:4])


@pytest.fixture(scope="module")
def server(module_database: str, broadcast_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    chosen = replace(Settings(), data=data, database_url=module_database, broadcast_url=broadcast_url)
    ids = asyncio.run(_filled(chosen))
    environment = {
        "FLOTILLA_DATA": str(data),
        "FLOTILLA_PORT": "0",
        "FLOTILLA_DATABASE_URL": module_database,
        "FLOTILLA_BROADCAST_URL": broadcast_url,
        "FLOTILLA_COST_BUDGET": "0",
        "FLOTILLA_TOKEN_RATE": "0",
        "FLOTILLA_ADDRESS_RATE": "0",
        "FLOTILLA_LOG_LEVEL": "warning",
    }
    process = Process(("-m", "server", "api", "--follow"), environment)
    headers = {
        "Authorization": f"Bearer {issue(data, 'alice', lifetime=timedelta(hours=1))}",
        "Content-Type": "application/json",
        "X-Client-Account-ID": SAMPLE.client_account_id,
        "X-Engagement-ID": SAMPLE.engagement_id,
    }
    try:
        with httpx.Client(base_url=process.wait_until_ready(), headers=headers, timeout=60) as client:
            yield Server(process, client, ids)
    finally:
        process.stop()


async def _filled(chosen: Settings) -> Mapping[str, Sequence[str]]:
    """Some ids of each type that a node may be."""
    await _seed(chosen)
    engine = open_database(chosen.database_url)
    await fill(engine, chosen)
    found: dict[str, list[str]] = {}
    async with reading(engine, SAMPLE.tenant) as connection:
        for name, value in node_values().items():
            if (rows := ROWS.get(value)) is not None:
                query = select(rows.id).select_from(rows.table).limit(5)
                found[name] = [f"{name}:{row.id}" for row in await connection.execute(query)]
    await engine.dispose()
    flows = [id for name, ids in found.items() if name.endswith("Flow") for id in ids]
    phases = [phase.key for definition in DEFINITIONS.values() for phase in definition.phases]
    found["FlowPhase"] = [f"FlowPhase:{id.partition(':')[2]}:{key}" for id in flows for key in phases[::4]]
    return {name: each for name, each in found.items() if each}


def try_out(number: int, count: int, strategy: st.SearchStrategy[Any], act: Callable[[Any], None]) -> None:
    """So many examples, the same each time."""

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def once(drawn: Any) -> None:
        act(drawn)

    once()


@pytest.mark.slow
def test_no_operation_is_an_internal_error(server: Server) -> None:
    made = operations(printed(), server.ids)
    each = max(1, OPERATIONS // len(made))

    for number, strategy in enumerate(made.values()):
        try_out(number, each, strategy, server.ask)

    print(server.outcomes)  # noqa: T201  (how far they came is worth knowing)
    assert server.faults == {}
    assert sum(server.outcomes.values()) >= OPERATIONS // 2
    assert server.outcomes["ok"] > OPERATIONS // 10
    assert server.client.get("/healthz").status_code == httpx.codes.OK


@pytest.mark.slow
def test_no_variable_is_an_internal_error(server: Server) -> None:
    each = max(1, OPERATIONS // (2 * len(MUTATIONS)))

    for number, mutation in enumerate(MUTATIONS):
        query = text_of(mutation)
        made = spoiled(input_type(mutation), server.ids)
        try_out(number, each, made, lambda input, query=query: server.ask(query, input=input))  # type: ignore[misc]

    assert server.faults == {}
    assert server.client.get("/healthz").status_code == httpx.codes.OK
