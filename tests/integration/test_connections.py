"""Connections whose clients do not read what they asked for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server import connections
from server.draining import Drain
from tests.integration import tiny

LARGE = 30_000_000


async def large(_request: Request) -> Response:
    return Response(b"x" * LARGE)


@asynccontextmanager
async def asked() -> AsyncIterator[socket.socket]:
    """A client with little room of its own, which has asked for a large answer."""
    app = Starlette(routes=[Route("/", large)])
    app.state.drain = Drain()
    async with tiny.serving(app) as address:
        host, port = address.split(":")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(client, (host, int(port)))
            await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nHost: flotilla\r\n\r\n")
            yield client


async def read(client: socket.socket, pause: float) -> int:
    """How much comes until the connection ends, or all has come."""
    size = 0
    while size < LARGE:
        try:
            piece = await asyncio.get_running_loop().sock_recv(client, 2_000_000)
        except ConnectionResetError:
            break
        if not piece:
            break
        size += len(piece)
        await asyncio.sleep(pause)
    return size


async def test_who_takes_nothing_of_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TAKES_WITHIN", 0.2)
    async with asked() as client:
        await asyncio.sleep(1.0)
        size = await asyncio.wait_for(read(client, 0), 10)

    assert size < LARGE


async def test_who_takes_it_slowly_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TAKES_WITHIN", 0.2)
    async with asked() as client:
        size = await asyncio.wait_for(read(client, 0.002), 30)

    assert size >= LARGE
