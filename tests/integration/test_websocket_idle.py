"""Sockets that nothing happens on: what each costs in memory, and all of them in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from tests.integration.wire import GREETED, Wire, connected, expect_data, serving, subscribe

pytestmark = pytest.mark.slow

SOCKETS = 1_000
AT_ONCE = 50
WARM_UP = 100
LARGEST = 60_000
SECONDS = 3.0


@asynccontextmanager
async def watching(address: str, data: Path, number: int) -> AsyncIterator[list[ClientConnection]]:
    """So many sockets, each greeted and with a subscription that has nothing to say."""
    async with AsyncExitStack() as stack:

        async def add() -> ClientConnection:
            socket = await stack.enter_async_context(connected(address))
            wire = Wire(socket, data)
            query = "subscription { forever { number } }"
            for step in (*GREETED, subscribe(query), expect_data({"forever": {"number": 1}})):
                await step(wire)
            return socket

        yield [
            socket
            for _ in range(0, number, AT_ONCE)
            for socket in await asyncio.gather(*(add() for _ in range(AT_ONCE)))
        ]


async def test_a_thousand_idle_sockets_are_small_and_let_the_process_sleep(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        process = psutil.Process(server.process.pid)
        async with watching(server.address, tmp_path, WARM_UP):
            before = process.memory_info().rss
            async with watching(server.address, tmp_path, SOCKETS):
                await asyncio.sleep(1)
                each = (process.memory_info().rss - before) / SOCKETS
                waking, busy, begun = process.num_ctx_switches().voluntary, _seconds(process), time.monotonic()
                await asyncio.sleep(SECONDS)
                waking, busy = process.num_ctx_switches().voluntary - waking, _seconds(process) - busy
                million = busy / (time.monotonic() - begun) / SOCKETS * 1e6

    print(f"{each / 1000:.1f} kB a socket; {million:.1f} s of CPU in a million idle seconds; woken {waking} times")  # noqa: T201
    assert each < LARGEST
    # The server's own clock ticks ten times a second. A timer for each socket would be a thousand.
    assert waking < SOCKETS
    assert busy < SECONDS / 10


def _seconds(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)
