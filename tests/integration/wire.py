"""Rows of an audit: what one end of a WebSocket says, and what must come back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.integration import tiny

PROTOCOL = "graphql-transport-ws"
SOON = 5.0
# Longer than an answer that must not come would take.
QUIET = 0.15


@dataclass
class Wire:
    """One socket, and who may greet on it."""

    socket: ClientConnection
    data: Path

    async def receive(self) -> Any:
        return json.loads(await asyncio.wait_for(self.socket.recv(), SOON))


Step = Callable[[Wire], Awaitable[None]]


@dataclass(frozen=True)
class Check:
    """One sentence of the protocol, and the steps that show it; on refusal the status of the handshake."""

    name: str
    steps: tuple[Step, ...]
    offer: tuple[str, ...] = (PROTOCOL,)
    headers: dict[str, str] = field(default_factory=dict)
    refused: int | None = None

    async def run(self, address: str, data: Path) -> None:
        if self.refused is not None:
            assert await status_of(address, self.offer, self.headers) == self.refused
            return
        async with connected(address, self.offer, self.headers) as socket:
            wire = Wire(socket, data)
            for step in self.steps:
                await step(wire)


def check(name: str, *steps: Step, **options: Any) -> Check:
    return Check(name, steps, **options)


@asynccontextmanager
async def connected(
    address: str, offer: tuple[str, ...] = (PROTOCOL,), headers: dict[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://{address}/graphql",
        subprotocols=[Subprotocol(name) for name in offer] or None,
        additional_headers=headers,
        max_size=None,
        ping_interval=None,
    ) as socket:
        yield socket


async def status_of(address: str, offer: tuple[str, ...], headers: dict[str, str]) -> int:
    """With which status the handshake is answered."""
    try:
        async with connected(address, offer, headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


# ── what the client says


def send(**message: Any) -> Step:
    return text(json.dumps(message))


def text(content: str | bytes) -> Step:
    async def step(wire: Wire) -> None:
        # Of a server that hangs up while it is still being told, the next step hears why.
        with suppress(ConnectionClosed):
            await wire.socket.send(content)

    return step


def subscribe(query: str, id: Any = "1", **payload: Any) -> Step:
    return send(type="subscribe", id=id, payload={"query": query, **payload})


def init(subject: str = "alice", **seconds: float) -> Step:
    async def step(wire: Wire) -> None:
        token = f"Bearer {tiny.token(wire.data, subject, **seconds)}"
        payload = tiny.headers(wire.data, subject) | {"Authorization": token}
        await send(type="connection_init", payload=payload)(wire)

    return step


def pause(seconds: float) -> Step:
    async def step(_wire: Wire) -> None:
        await asyncio.sleep(seconds)

    return step


def hang_up(code: int = 1000, reason: str = "") -> Step:
    async def step(wire: Wire) -> None:
        await wire.socket.close(code, reason)

    return step


# ── what the server must say


def expect(**message: Any) -> Step:
    """Exactly this, and next."""

    async def step(wire: Wire) -> None:
        assert await wire.receive() == message

    return step


def expect_data(data: Any, id: str = "1") -> Step:
    return expect(id=id, type="next", payload={"data": data})


def expect_complete(id: str = "1") -> Step:
    return expect(id=id, type="complete")


def expect_error(code: str, id: str = "1") -> Step:
    """An `error` for that operation whose first error has that code."""

    async def step(wire: Wire) -> None:
        message = await wire.receive()
        assert (message["id"], message["type"]) == (id, "error")
        assert isinstance(message["payload"], list)
        assert all(isinstance(error["message"], str) for error in message["payload"])
        assert message["payload"][0]["extensions"]["code"] == code

    return step


def expect_close(code: int, reason: str | None = None) -> Step:
    async def step(wire: Wire) -> None:
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(wire.socket.recv(), SOON)
        closed = caught.value.rcvd
        assert closed is not None, "closed without a close frame"
        assert (closed.code, closed.reason if reason is not None else None) == (code, reason)
        assert len(closed.reason.encode()) <= 123

    return step


def expect_silence(seconds: float = QUIET) -> Step:
    """Nothing comes, and the socket stays open: it then answers a ping."""

    async def step(wire: Wire) -> None:
        await asyncio.sleep(seconds)
        await send(type="ping", payload={"after": "silence"})(wire)
        assert await wire.receive() == {"type": "pong", "payload": {"after": "silence"}}

    return step


def expect_fact(query: str, expected: Any) -> Step:
    """What another socket sees, at last: a field and its value."""

    async def step(wire: Wire) -> None:
        host, port = wire.socket.remote_address[:2]
        found: Any = None
        for _ in range(100):
            async with connected(f"{host}:{port}") as socket:
                other = Wire(socket, wire.data)
                for each in (init(), expect(type="connection_ack"), subscribe(f"{{ found: {query} }}")):
                    await each(other)
                found = (await other.receive())["payload"]["data"]["found"]
            if found == expected:
                return
            await asyncio.sleep(0.02)
        assert found == expected

    return step


ACK = expect(type="connection_ack")
GREETED = (init(), ACK)


# ── the server, in a process of its own


@dataclass
class Server:
    """Where it listens, its process, and what it wrote."""

    address: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def written(self) -> str:
        return self.log.read_text("utf-8", "replace")


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[Server]:
    log = data / "server.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.tiny"],
            env=os.environ | {"TINY_DATA": str(data), **environment},
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    # Read on, or it would wait for its lines to be taken.
    reading = threading.Thread(target=process.stdout.read, daemon=True)
    reading.start()
    try:
        yield Server(f"127.0.0.1:{port}", process, log)
    finally:
        process.kill()
        process.wait()
        reading.join()
        process.stdout.close()
