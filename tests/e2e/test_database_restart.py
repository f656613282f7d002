"""PostgreSQL is killed under a worker: the worker stops, the next one goes on, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from domain.commands import StartFlow
from domain.event import EventKind
from domain.transition import FlowStatus
from engine.queue import PhaseQueue
from persistence.database import open_database
from resolvers import flows
from server.embedded import Servers, start_servers
from server.migration import prepare_database
from tests.conftest import StartProcess
from tests.e2e.test_recovery import Site, start_worker
from tests.integration.conftest import make_tenant
from tests.toy import new_tenant


@pytest.fixture
def own_servers() -> Iterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="flotilla-test-"))
    folder.chmod(0o711)
    with start_servers(folder, temporary=True) as servers:
        prepare_database(servers.database_url)
        yield servers


@pytest.fixture
async def site(own_servers: Servers) -> AsyncIterator[Site]:
    engine, tenant = open_database(own_servers.database_url), new_tenant()
    await make_tenant(engine, tenant)
    queue = PhaseQueue(own_servers.database_url)
    yield Site(own_servers.database_url, engine, queue, tenant)
    await queue.close()
    await engine.dispose()


def kill_postgres(url: str) -> None:
    """The whole server, at once: its first process is the parent of every session."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'").fetchone()
    assert row is not None
    os.kill(int((Path(row[0]) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


async def test_a_run_survives_the_death_of_the_database(site: Site, start_process: StartProcess) -> None:
    worker = start_worker(start_process, site, "make after begin")
    flow = await flows.start_flow(site.alice(), StartFlow("toy", {"size": 4}))
    await asyncio.to_thread(worker.wait_for_line, "reached make after begin")

    kill_postgres(site.url)
    await asyncio.to_thread(worker.wait_for_line, "This worker stops")
    start_worker(start_process, site)

    found = await site.reach(flow.id, FlowStatus.AWAITING_INPUT)
    assert found.state("approve").proposed_input["names"] == ["Toy 0", "Toy 1", "Toy 2", "Toy 3"]
    told = [(e.phase, e.data["status"]) for e in await site.events(flow.id) if e.kind is EventKind.PHASE_STATUS]
    assert told == [
        ("make", "RUNNING"),
        ("make", "COMPLETED"),
        ("approve", "RUNNING"),
        ("approve", "AWAITING_INPUT"),
    ]
