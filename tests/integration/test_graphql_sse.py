"""The client of the npm package graphql-sse: what it subscribes to, and goes on with when its connection breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.node import NODE, modules
from tests.integration.watching import FLOW_EVENTS, Site, site

pytestmark = pytest.mark.slow

CLIENT = """
import { createClient } from "graphql-sse";
const { ADDRESS, HEADERS, QUERY, VARIABLES } = process.env;
let last;
const client = createClient({
  url: ADDRESS,
  headers: () => ({ ...JSON.parse(HEADERS), ...(last ? { "last-event-id": last } : {}) }),
  retryAttempts: 100,
  retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
});
const query = { query: QUERY, variables: JSON.parse(VARIABLES) };
for await (const answer of client.iterate(query)) {
  last = answer.data?.flowEvents?.cursor ?? last;
  console.log(JSON.stringify(answer));
}
console.log(JSON.stringify("complete"));
"""


class Cable:
    """Between the client and the server, byte for byte; it can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: set[asyncio.StreamWriter] = set()
        self.address = ""
        self.connections = 0

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Cable]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self
            self.cut()

    def cut(self) -> None:
        """Every connection ends at once, in the middle of whatever is on its way."""
        for end in self._ends:
            end.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        server = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {writer, server[1]}
        await asyncio.gather(self._carry(reader, server[1]), self._carry(server[0], writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(512):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()
            self._ends.discard(writer)


class Client:
    """The npm client in a process of its own, and what it has got so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.got: list[Any] = []

    async def until(self, count: int, seconds: float = 30) -> list[Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            while len(self.got) < count:
                line = await self._process.stdout.readline()
                assert line, "The client ended."
                self.got.append(json.loads(line))
        return self.got


@pytest.fixture(scope="module")
def packages() -> Path:
    """A folder with the client in it."""
    folder = modules()
    (folder / "client.mjs").write_text(CLIENT)
    return folder


@pytest.fixture
async def here(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with site(fresh_database, broadcast_url, tmp_path) as made:
        yield made


@asynccontextmanager
async def client(folder: Path, here: Site, address: str, query: str, **variables: Any) -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        NODE,
        "client.mjs",
        cwd=folder,
        env={
            "ADDRESS": f"{address}/graphql/stream",
            "HEADERS": json.dumps(here.headers()),
            "QUERY": query,
            "VARIABLES": json.dumps(variables),
        },
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_query_is_answered_and_completed(here: Site, packages: Path) -> None:
    async with client(packages, here, f"http://{here.address}", "{ viewer { userId } }") as asking:
        answer, end = await asking.until(2)

    assert answer["data"] == {"viewer": {"userId": "alice"}}
    assert end == "complete"


async def test_what_cannot_run_is_told(here: Site, packages: Path) -> None:
    async with client(packages, here, f"http://{here.address}", "{ nothing }") as asking:
        answer, end = await asking.until(2)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert end == "complete"


async def test_a_connection_that_breaks_is_resumed_without_loss(here: Site, packages: Path) -> None:
    """Five times, while events come; what was cut off in mid-event comes again, and nothing twice."""
    begun = len(await here.bench.events(here.flow.id))
    async with (
        Cable(int(here.address.rpartition(":")[2])).laid() as cable,
        client(packages, here, cable.address, FLOW_EVENTS, id=here.flow_id, after="0") as watching,
    ):
        await watching.until(begun)
        for round_ in range(5):
            for number in range(20):
                await here.say(f"{20 * round_ + number} {'x' * 300}")
            await watching.until(begun + 20 * round_ + 5)
            cable.cut()
        await here.say("after the last cut, so that only a sixth connection can bring it")
        got = await watching.until(begun + 101)
        assert cable.connections >= 6

    cursors = [answer["data"]["flowEvents"]["cursor"] for answer in got]
    assert cursors == [str(number + 1) for number in range(begun + 101)]
