"""An API over real servers, flows with logs to write to, and clients that watch them over sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.access import Member, Role, Tenant
from domain.commands import Source, StartFlow
from domain.event import Event, EventKind
from domain.flow import Flow
from persistence.event_log import PendingEvent
from resolvers import flows
from server.admission import admit
from server.app import create_app
from server.settings import Settings
from server.tokens import issue
from tests.event_logs import NOON, opened
from tests.integration import tiny
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.nodes import Node, node
from tests.toy import caller, new_tenant

ROLES = {"alice": Role.ADMIN, "bob": Role.VIEWER, "carol": Role.VIEWER}
FLOW_EVENTS = """subscription Watch($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) {
  __typename kind cursor ... on AgentActivity { message } ... on TextDelta { writer text offset done } } }"""


def settings(database_url: str, broadcast_url: str, data: Path, **others: Any) -> Settings:
    return replace(
        Settings(), data=data, database_url=database_url, broadcast_url=broadcast_url, token_rate=0, **others
    )


@dataclass
class Site:
    """An engagement of three members and a flow of theirs, the API that serves it, and a process that writes to it."""

    bench: Bench
    writer: Node
    data: Path
    address: str
    flow: Flow
    url: str
    app: Starlette

    @property
    def tenant(self) -> Tenant:
        return self.bench.tenant

    @property
    def flow_id(self) -> str:
        return f"MasterFlow:{self.flow.id}"

    def headers(self, subject: str = "alice", tenant: Tenant | None = None, seconds: float = 3600) -> dict[str, str]:
        where = tenant or self.tenant
        return {
            "Authorization": f"Bearer {issue(self.data, subject, lifetime=timedelta(seconds=seconds))}",
            "X-Client-Account-ID": where.client_account_id,
            "X-Engagement-ID": where.engagement_id,
        }

    async def say(self, *messages: str, flow: str | None = None) -> None:
        """One event of the flow for each, in one transaction."""
        events = (step(flow or self.flow.id, message) for message in messages)
        await self.writer.tell(self.tenant, *events)

    async def figures(self) -> dict[str, float]:
        """What the API counts of sharing, without the prefix."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://{self.address}/metrics")).text
        found = (line.split() for line in text.splitlines() if line.startswith("flotilla_sharing_"))
        return {name.removeprefix("flotilla_sharing_"): float(value) for name, value in found}


def step(flow_id: str, message: str, **data: Any) -> PendingEvent:
    told = {"agent": "scout", "message": message, "source": "RULES", **data}
    return PendingEvent(flow_id, "discovery", Event(EventKind.AGENT_STEP, NOON, "data_import", told))


async def start(bench: Bench, name: str = "Exit") -> Flow:
    """A discovery that waits to be run."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"Application,Criticality\nLedger,high\n"

    wanted = StartFlow("discovery", {}, name=name, source=Source("small.csv", "text/csv", chunks(), 1 << 20))
    return await flows.start_flow(caller(bench.work, bench.tenant), wanted)


@asynccontextmanager
async def site(database_url: str, broadcast_url: str, data: Path, **others: Any) -> AsyncIterator[Site]:
    async with postgres_bench(database_url) as bench, opened(database_url) as engine:
        await admit(database_url, bench.tenant, [Member(name, frozenset({role})) for name, role in ROLES.items()])
        flow = await start(bench)
        app = create_app(settings(database_url, broadcast_url, data, **others))
        async with node(engine, broadcast_url) as writer, tiny.serving(app) as address:
            yield Site(bench, writer, data, address, flow, database_url, app)


async def other_engagement(site: Site, subject: str) -> Tenant:
    """Another one, with that member as its administrator."""
    tenant = new_tenant()
    await make_tenant(site.writer.engine, tenant)
    await admit(site.url, tenant, [Member(subject, frozenset({Role.ADMIN}))])
    return tenant


@dataclass
class Watcher:
    """One socket, and what came over it; `reads` is cleared to make it stall."""

    socket: ClientConnection
    got: list[dict[str, Any]] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def subscribe(self, query: str, operation: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.socket.send(json.dumps({"type": "subscribe", "id": operation, "payload": payload}))

    async def until(self, count: int, id: str = "1", seconds: float = 15) -> list[Any]:
        """The first answers to that operation."""
        async with asyncio.timeout(seconds):
            while len(self.answers(id)) < count:
                assert not self.ends(id), self.ends(id)
                self.changed.clear()
                await self.changed.wait()
        return self.answers(id)

    def answers(self, id: str = "1") -> list[Any]:
        return [message["payload"] for message in self.got if message["id"] == id and message["type"] == "next"]

    def ends(self, id: str = "1") -> list[Any]:
        return [message for message in self.got if message["id"] == id and message["type"] != "next"]

    async def until_end(self, id: str = "1", seconds: float = 15) -> Any:
        """The message that ended it."""
        async with asyncio.timeout(seconds):
            while not self.ends(id):
                self.changed.clear()
                await self.changed.wait()
        return self.ends(id)[0]

    async def read(self) -> None:
        async for frame in self.socket:
            await self.reads.wait()
            self.frames.append(str(frame))
            self.got.append(json.loads(frame))
            self.changed.set()


@asynccontextmanager
async def watching(
    site: Site, subject: str = "alice", tenant: Tenant | None = None, **options: Any
) -> AsyncIterator[Watcher]:
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(
        f"ws://{site.address}/graphql", subprotocols=protocols, max_size=None, compression=None, **options
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": site.headers(subject, tenant)}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        watcher = Watcher(socket)
        watcher.reads.set()
        reading = asyncio.create_task(watcher.read())
        try:
            yield watcher
        finally:
            reading.cancel()


def events(answers: Sequence[Any], field: str = "flowEvents") -> list[Any]:
    return [answer["data"][field] for answer in answers]


def messages(answers: Sequence[Any]) -> list[str]:
    """What the steps among them say."""
    return [event["message"] for event in events(answers) if "message" in event]
