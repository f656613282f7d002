"""Two API processes are restarted one after the other while events go on: every client sees each event once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.exceptions import ConnectionClosed

from domain.access import Member, Role, Tenant
from server.admission import admit
from server.tokens import issue
from streams.backend import open_broadcast
from streams.publisher import Publisher
from tests.conftest import StartProcess
from tests.event_logs import add_tenant, new_id, opened, step, tell
from tests.servers import Process

pytestmark = pytest.mark.slow

CLIENTS = 10
PAUSE = 0.01
START_WITHIN = 120.0
EVENTS = "subscription ($after: String!) { engagementEvents(after: $after) { cursor event { kind } } }"
RESTART = 1012


@dataclass
class Site:
    """Processes that listen, those that clients are sent to first, and as whom one acts."""

    headers: dict[str, str]
    serving: list[tuple[Process, str]] = field(default_factory=list)
    ready: list[tuple[Process, str]] = field(default_factory=list)

    async def replace(self) -> int:
        """One of those that serve, as a rolling restart does: the new one is ready before the old one is told."""
        self.serving.append(self.ready.pop())
        old, _ = self.serving.pop(0)
        return await asyncio.to_thread(old.stop)


@dataclass
class Follower:
    """A client of others' making that goes on, after its last cursor, wherever it can."""

    site: Site
    first: int
    cursors: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    async def follow(self) -> None:
        for number in count(self.first):
            _, address = self.site.serving[number % len(self.site.serving)]
            url = f"{address.replace('http', 'ws', 1)}/graphql"
            transport = WebsocketsTransport(url=url, init_payload=self.site.headers)
            try:
                async with Client(transport=transport) as session:
                    await self._take(session)
            except (TransportError, ConnectionClosed, OSError) as error:
                self.codes.append(code_of(error))

    async def _take(self, session: AsyncClientSession) -> None:
        after = str(self.cursors[-1] if self.cursors else 0)
        async for answer in session.subscribe(GraphQLRequest(EVENTS, variable_values={"after": after})):
            self.cursors.append(int(answer["engagementEvents"]["cursor"]))


def code_of(error: BaseException | None) -> int:
    """The close code at the bottom of what the client raised; 0 where it was not closed."""
    while error is not None:
        if isinstance(error, ConnectionClosed):
            return error.rcvd.code if error.rcvd else 1006
        error = error.__cause__ or error.__context__
    return 0


@asynccontextmanager
async def telling(engine: AsyncEngine, broadcast_url: str, tenant: Tenant) -> AsyncIterator[list[int]]:
    """An event every few milliseconds as long as the context lasts; the numbers told so far."""
    told: list[int] = []

    async def write(publisher: Publisher) -> None:
        for number, flow in zip(count(1), cycle([new_id() for _ in range(5)]), strict=False):
            publisher.announce(await tell(engine, tenant, step(flow, number)))
            told.append(number)
            await asyncio.sleep(PAUSE)

    async with open_broadcast(broadcast_url) as broadcast, Publisher(broadcast) as publisher:
        writing = asyncio.create_task(write(publisher))
        try:
            yield told
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing


@pytest.fixture
async def site(fresh_database: str, broadcast_url: str, data: Path, start_process: StartProcess) -> Site:
    async with opened(fresh_database) as engine:
        tenant = await add_tenant(engine)
    await admit(fresh_database, tenant, [Member("alice", frozenset({Role.VIEWER}))])
    environment = {
        "FLOTILLA_DATA": str(data),
        "FLOTILLA_DATABASE_URL": fresh_database,
        "FLOTILLA_BROADCAST_URL": broadcast_url,
        "FLOTILLA_PORT": "0",
    }
    headers = {
        "Authorization": f"Bearer {issue(data, 'alice', lifetime=timedelta(hours=1))}",
        "X-Client-Account-ID": tenant.client_account_id,
        "X-Engagement-ID": tenant.engagement_id,
    }
    processes = [start_process("-m", "server", "api", environment=environment) for _ in range(4)]
    addresses = await asyncio.gather(*(asyncio.to_thread(each.wait_until_ready, START_WITHIN) for each in processes))
    listening = list(zip(processes, addresses, strict=True))
    return Site(headers, listening[:2], listening[2:])


async def test_a_rolling_restart_loses_and_repeats_no_event(
    site: Site, fresh_database: str, broadcast_url: str
) -> None:
    tenant = Tenant(site.headers["X-Client-Account-ID"], site.headers["X-Engagement-ID"])
    followers = [Follower(site, number) for number in range(CLIENTS)]
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(opened(fresh_database))
        following = [asyncio.create_task(each.follow()) for each in followers]
        async with telling(engine, broadcast_url, tenant) as told:
            await asyncio.sleep(1)
            stopped = [await site.replace(), await site.replace()]
            await asyncio.sleep(1)

        async with asyncio.timeout(20):
            while any(len(each.cursors) < len(told) for each in followers):  # noqa: ASYNC110 - clients of their own
                await asyncio.sleep(0.05)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)

    print(f"{len(told)} events, {CLIENTS} clients, sent elsewhere {sum(len(each.codes) for each in followers)} times")  # noqa: T201
    expected = list(range(1, len(told) + 1))
    assert [each.cursors for each in followers] == [expected] * CLIENTS
    assert {code for each in followers for code in each.codes} == {RESTART}
    assert sum(len(each.codes) for each in followers) >= CLIENTS
    assert all(code in (0, -15) for code in stopped)
