"""Frames that no client would send: the process never falls, never complains, closes with a code, and does not grow."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from server.frames import MOST_FRAGMENTS
from tests.integration import tiny
from tests.integration.wire import Server, serving

PATIENCE = 0.5
CONNECTIONS = 345
WARM_UP = 105
AT_ONCE = 15
# What asyncio, the allocator and the log keep, of several thousand frames and some megabytes of them.
GROWTH = 6 << 20
# RFC 6455's for bytes that are wrong, the protocol's for messages that are; 1000 where all was right.
CODES = {1000, 1002, 1007, 1009, 4400, 4401, 4403, 4408, 4429}
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
MESSAGES = (
    {"type": "ping"},
    {"type": "ping", "payload": {"a": [1, None, "ö"]}},
    {"type": "pong"},
    {"type": "connection_init", "payload": {"Authorization": "Bearer x"}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}},
    {"type": "complete", "id": "1"},
)
BYE = struct.pack("!H", 1000)


def frame(opcode: int, data: bytes, *, fin: bool = True, masked: bool = True, length: int | None = None) -> bytes:
    """A frame, as right as it is asked to be."""
    size = len(data) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 1 << 16:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    key = b"\x11\x22\x33\x44"
    return head + (key + bytes(byte ^ key[at % 4] for at, byte in enumerate(data)) if masked else data)


def a_message(chance: random.Random) -> bytes:
    return frame(1, json.dumps(chance.choice(MESSAGES)).encode())


def nearly_a_message(chance: random.Random) -> bytes:
    """With a few bytes of it changed, lost or doubled."""
    text = bytearray(json.dumps(chance.choice(MESSAGES)).encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        text[at : at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
    return frame(1, bytes(text))


def any_json(chance: random.Random, depth: int = 0) -> object:
    match chance.randrange(8 if depth < 4 else 6):
        case 0:
            return None
        case 1:
            return chance.choice((True, False))
        case 2:
            return chance.choice((0, -1, 1e308, 2**63, 0.1))
        case 3 | 4:
            return chance.choice(("type", "ping", "subscribe", "complete", "id", "payload", "", "\u0000", "𝄞"))
        case 5:
            return "x" * chance.randrange(300)
        case 6:
            return [any_json(chance, depth + 1) for _ in range(chance.randrange(4))]
    keys = chance.sample(("type", "id", "payload", "query", "variables", "other"), chance.randrange(1, 5))
    return {key: any_json(chance, depth + 1) for key in keys}


def random_json(chance: random.Random) -> bytes:
    return frame(1, json.dumps(any_json(chance)).encode())


def a_bad_opcode(chance: random.Random) -> bytes:
    return frame(chance.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15)), chance.randbytes(chance.randrange(20)))


def reserved_bits(chance: random.Random) -> bytes:
    whole = bytearray(a_message(chance))
    whole[0] |= chance.choice((0x10, 0x20, 0x40, 0x70))
    return bytes(whole)


def an_unmasked_frame(chance: random.Random) -> bytes:
    return frame(chance.choice((1, 2, 8, 9)), chance.randbytes(chance.randrange(40)), masked=False)


def invalid_utf8(chance: random.Random) -> bytes:
    return frame(1, chance.choice((b'{"type":"\xff"}', b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80")))


def invalid_utf8_in_pieces(chance: random.Random) -> bytes:
    return frame(1, b'{"type":"\xe2', fin=False) + frame(0, chance.choice((b"\x82", b"\xff")) + b'"}')


def a_huge_length(chance: random.Random) -> bytes:
    """Of a message that never comes."""
    return frame(chance.choice((1, 2)), b"x", length=chance.choice((5_000_000, 1 << 40, (1 << 63) - 1, 1 << 63)))


def a_length_that_is_not_kept(chance: random.Random) -> bytes:
    return frame(1, b'{"type"', length=chance.randint(100, 70_000))


def a_long_control_frame(chance: random.Random) -> bytes:
    return frame(chance.choice((8, 9, 10)), b"x" * chance.randint(126, 500))


def a_control_frame_in_pieces(chance: random.Random) -> bytes:
    return frame(chance.choice((8, 9, 10)), b"x", fin=False)


def a_bad_close(chance: random.Random) -> bytes:
    return frame(8, chance.choice((b"\x03", struct.pack("!H", 1005), struct.pack("!H", 70), BYE + b"\xff\xfe")))


def a_continuation_of_nothing(chance: random.Random) -> bytes:
    return frame(0, chance.randbytes(5))


def a_message_within_a_message(chance: random.Random) -> bytes:
    return frame(1, b'{"type":', fin=False) + a_message(chance)


def a_message_in_pieces(chance: random.Random) -> bytes:
    """Which is allowed, with pings between them."""
    text = json.dumps(chance.choice(MESSAGES[:3])).encode()
    cut = chance.randrange(len(text))
    return frame(1, text[:cut], fin=False) + frame(9, b"between") + frame(0, text[cut:])


def too_many_pieces(_chance: random.Random) -> bytes:
    return frame(1, b"", fin=False) + frame(0, b"x", fin=False) * (MOST_FRAGMENTS + 1)


def a_binary_message(chance: random.Random) -> bytes:
    return frame(2, chance.randbytes(chance.randrange(200)))


def nothing_but_noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(1, 3_000))


Kind = Callable[[random.Random], bytes]
# Each with what it is closed with, where the client then says goodbye.
KINDS: dict[Kind, set[int]] = {
    a_message: {1000, 4401, 4403},
    nearly_a_message: CODES,
    random_json: {4400},
    a_bad_opcode: {1002},
    reserved_bits: {1002},
    an_unmasked_frame: {1002},
    invalid_utf8: {1007},
    invalid_utf8_in_pieces: {1007, 4400},
    a_huge_length: {1009},
    a_length_that_is_not_kept: {4408},
    a_long_control_frame: {1002},
    a_control_frame_in_pieces: {1002},
    a_bad_close: {1002, 1007},
    a_continuation_of_nothing: {1002},
    a_message_within_a_message: {1002},
    a_message_in_pieces: {1000},
    too_many_pieces: {1009},
    a_binary_message: {4400},
    nothing_but_noise: CODES,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with serving(data, TINY_PATIENCE=str(PATIENCE)) as found:
        yield found


@asynccontextmanager
async def upgraded(address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(UPGRADE.format(host=address).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        yield reader, writer
    finally:
        writer.transport.abort()


async def close_code(reader: asyncio.StreamReader) -> int | None:
    """The code with which the server closes; None when it hangs up without."""
    try:
        while True:
            opcode, size = await reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            payload = await reader.readexactly(size)
            if opcode & 0x0F == 8:
                return int.from_bytes(payload[:2], "big") if payload else 1005
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def attack(address: str, *pieces: bytes, pause: float) -> int | None:
    """Say all this and then goodbye; the code with which the server closes."""
    async with upgraded(address) as (reader, writer), asyncio.timeout(10):
        closing = asyncio.create_task(close_code(reader))
        for piece in (*pieces, frame(8, BYE)):
            # Who talks on to a server that has hung up may miss why.
            if not closing.done():
                writer.write(piece)
                await asyncio.sleep(pause)
        return await closing


async def storm(address: str, chance: random.Random, connections: int) -> tuple[Counter[int | None], int]:
    """How often sockets were closed with which code, and how many frames it took."""
    codes: Counter[int | None] = Counter()
    kinds, frames = list(KINDS), 0
    for _ in range(0, connections, AT_ONCE):
        volleys = [[chance.choice(kinds)(chance) for _ in range(chance.randint(1, 12))] for _ in range(AT_ONCE)]
        frames += sum(len(volley) for volley in volleys)
        codes.update(await asyncio.gather(*(attack(address, *volley, pause=0.001) for volley in volleys)))
    return codes, frames


def untroubled(server: Server) -> bool:
    return server.process.poll() is None and "Traceback" not in server.written and "Error" not in server.written


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_each_kind_alone_is_closed_with_its_code(server: Server, kind: Kind) -> None:
    chance = random.Random(7)

    codes = {await attack(server.address, kind(chance), pause=0.1) for _ in range(3)}

    assert codes <= KINDS[kind]
    assert untroubled(server)


@pytest.mark.slow
async def test_thousands_of_frames_leave_the_process_as_it_was(server: Server) -> None:
    chance = random.Random(20_261_121)
    resident = psutil.Process(server.process.pid).memory_info
    await storm(server.address, chance, WARM_UP)
    before = resident().rss

    codes, frames = await storm(server.address, chance, CONNECTIONS)

    grown = resident().rss - before
    print(f"{frames} frames, grown by {grown >> 10} KiB, closed with {dict(codes)}")  # noqa: T201
    assert frames > 2_000
    assert codes.pop(None, 0) < CONNECTIONS // 20
    assert set(codes) <= CODES
    assert grown < GROWTH
    assert untroubled(server)


@pytest.mark.slow
async def test_pings_of_a_client_that_does_not_read_do_not_pile_up(server: Server, data: Path) -> None:
    resident = psutil.Process(server.process.pid).memory_info
    ping = frame(9, b"x" * 125) * 1_000
    before = resident().rss
    async with upgraded(server.address) as (_reader, writer):
        writer.transport.set_write_buffer_limits(1 << 16)
        greeting = {"type": "connection_init", "payload": tiny.headers(data)}
        writer.write(frame(1, json.dumps(greeting).encode()))
        for _ in range(250):
            writer.write(ping)
            try:
                await asyncio.wait_for(writer.drain(), 1)
            except TimeoutError:
                break

        assert resident().rss - before < 12 << 20
    assert untroubled(server)


@pytest.mark.slow
async def test_a_client_that_does_not_read_is_closed_all_the_same(server: Server, data: Path) -> None:
    """The token of somebody who has stopped reading expires: the connection is cut, not kept until he reads."""
    connections = psutil.Process(server.process.pid).net_connections
    idle = sum(each.status == "ESTABLISHED" for each in connections())
    async with upgraded(server.address) as (_reader, writer):
        headers = tiny.headers(data) | {"Authorization": f"Bearer {tiny.token(data, seconds=2)}"}
        writer.write(frame(1, json.dumps({"type": "connection_init", "payload": headers}).encode()))
        query = "subscription { count(to: 10000, textSize: 6000) { number text } }"
        message = {"type": "subscribe", "id": "1", "payload": {"query": query}}
        writer.write(frame(1, json.dumps(message).encode()))
        await asyncio.sleep(3)
        assert sum(each.status == "ESTABLISHED" for each in connections()) == idle + 1

        async with asyncio.timeout(8):
            while sum(each.status == "ESTABLISHED" for each in connections()) > idle:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


RIGHT = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
KEY = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("GET /graphql?ö", RIGHT | KEY),
        ("GET /graphql", RIGHT),
        ("GET /graphql", RIGHT | KEY | {"Sec-WebSocket-Version": "8"}),
        ("GET /graphql", RIGHT | {"Sec-WebSocket-Key": "short"}),
        ("POST /graphql", RIGHT | KEY | {"Content-Length": "0"}),
        ("GET /nowhere", RIGHT | KEY),
    ],
)
async def test_a_handshake_that_is_none_is_refused(server: Server, line: str, headers: dict[str, str]) -> None:
    host, port = server.address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"{line} HTTP/1.1\r\nHost: x\r\n{named}\r\n".encode())

    answer = await asyncio.wait_for(reader.read(), 5)

    writer.close()
    assert answer[:10] == b"HTTP/1.1 4"
    assert untroubled(server)
