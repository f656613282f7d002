"""Many subscribers in one process that costs little: `python -m benchmarks.fanout_clients`, told by lines what to do.

A line is a JSON object with `do`: `open` sockets that subscribe (or, without a query, only greet), `stall` one that
reads nothing, `release` it, `reset` what was counted, `count` deliveries, or `report` all of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
import time
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.reporting import percentile

PING, PONG, CLOSE = 9, 10, 8
MASK = bytes(4)
CURSOR, TOLD = b'"cursor":"', b'"message":"'
AT_ONCE = 20


def frame(opcode: int, data: bytes) -> bytes:
    """As a client sends it; a mask of zeros is one."""
    size = len(data)
    head = (
        struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 254, size)
    )
    return head + MASK + data


def message(**said: Any) -> bytes:
    return frame(1, json.dumps(said).encode())


class Counted:
    """What all sockets got since the last reset."""

    def __init__(self) -> None:
        self.reset()
        self.lost = 0

    def reset(self) -> None:
        self.deliveries = 0
        self.delays: list[float] = []

    def report(self) -> dict[str, float]:
        counts: dict[str, float] = {"deliveries": self.deliveries, "lost": self.lost}
        return counts | {f"p{share}": percentile(self.delays, share / 100) for share in (50, 95, 99) if self.delays}


class Subscriber(asyncio.Protocol):
    """One socket; `subscriptions` is what it asks for once it is greeted. It checks that cursors follow each other."""

    def __init__(self, counted: Counted, order: dict[str, Any]) -> None:
        self._counted = counted
        self._order = order
        self._buffer = b""
        self._upgraded = False
        self._cursors: dict[bytes, int] = {}
        self._transport: Any = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        where = urlsplit(self._order["address"])
        transport.write(
            f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"The socket was closed: {self._buffer[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            _, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._upgraded, self._buffer = True, rest
            self._transport.write(message(type="connection_init", payload=self._order["headers"]))
        self._read_frames()

    def stall(self) -> None:
        self._transport.pause_reading()

    def release(self) -> None:
        self._transport.close()

    def _read_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, begin = buffer[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(buffer[begin : begin + 2], "big"), begin + 2
            elif size == 127:
                size, begin = int.from_bytes(buffer[begin : begin + 8], "big"), begin + 8
            if len(buffer) < begin + size:
                break
            self._take(buffer[at] & 15, buffer[begin : begin + size])
            at = begin + size
        self._buffer = buffer[at:]

    def _take(self, opcode: int, data: bytes) -> None:
        if opcode == PING:
            self._transport.write(frame(PONG, data))
        elif opcode == 1 and b'"next"' in data:
            self._note(data)
        elif opcode == 1 and b"connection_ack" in data:
            self._subscribe()
        elif opcode in (1, CLOSE):
            self._counted.lost += 1
            print(json.dumps({"unexpected": data.decode("utf-8", "replace")[:500]}), file=sys.stderr, flush=True)

    def _subscribe(self) -> None:
        payload = self._order.get("payload")
        for number in range(self._order.get("subscriptions", 1) if payload else 0):
            self._transport.write(message(id=str(number), type="subscribe", payload=payload))
        if not payload:
            self.ready.set_result(None)

    def _note(self, data: bytes) -> None:
        counted = self._counted
        counted.deliveries += 1
        begin = data.index(CURSOR) + len(CURSOR)
        cursor = int(data[begin : data.index(b'"', begin)])
        id = data[: data.index(b",")]
        if id in self._cursors and cursor != self._cursors[id] + 1:
            counted.lost += 1
        self._cursors[id] = cursor
        begin = data.find(TOLD)
        if begin >= 0:
            begin += len(TOLD)
            counted.delays.append(time.time() - float(data[begin : data.index(b" ", begin)]))
        if not self.ready.done() and len(self._cursors) == self._order.get("subscriptions", 1):
            self.ready.set_result(None)


class Crowd:
    """All sockets of this process."""

    def __init__(self) -> None:
        self._counted = Counted()
        self._opened: list[Subscriber] = []
        self._stalled: list[Subscriber] = []

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        match order["do"]:
            case "open":
                await self._open(order)
            case "stall":
                stalled = await self._connect(order, small=True)
                stalled.stall()
                self._stalled.append(stalled)
            case "release":
                for each in self._stalled:
                    each.release()
                self._stalled.clear()
            case "reset":
                self._counted.reset()
            case "count":
                return {"deliveries": self._counted.deliveries}
            case "report":
                return self._counted.report()
        return {}

    async def _open(self, order: dict[str, Any]) -> None:
        numbers = count()

        async def some() -> None:
            while next(numbers) < order["sockets"]:
                self._opened.append(await self._connect(order))

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))

    async def _connect(self, order: dict[str, Any], *, small: bool = False) -> Subscriber:
        where = urlsplit(order["address"])
        sock = socket.socket()
        sock.setblocking(False)
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, (where.hostname, where.port))
        _, subscriber = await loop.create_connection(lambda: Subscriber(self._counted, order), sock=sock)
        await subscriber.ready
        return subscriber


async def main() -> None:
    crowd, loop = Crowd(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    while line := await reader.readline():
        print(json.dumps(await crowd.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
