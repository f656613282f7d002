"""graphql-transport-ws, whatever the schema: every message, every way to end, and a client that does not read."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.tokens import issue
from tests.integration import tiny

PROTOCOL = Subprotocol("graphql-transport-ws")
COUNT = "subscription { count(to: 3) { number } }"
FOREVER = "subscription { forever { number } }"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with tiny.serving(tiny.make_app(tmp_path, patience=0.3)) as found:
        yield found


@asynccontextmanager
async def opened(address: str, **options: Any) -> AsyncIterator[ClientConnection]:
    options.setdefault("subprotocols", [PROTOCOL])
    async with connect(f"ws://{address}/graphql", max_size=None, **options) as socket:
        yield socket


@asynccontextmanager
async def greeted(address: str, data: Path, subject: str = "alice") -> AsyncIterator[ClientConnection]:
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=tiny.headers(data, subject))
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def receive(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def closing(socket: ClientConnection) -> tuple[int, str]:
    """The code and the reason with which the server closes next."""
    with pytest.raises(ConnectionClosed) as caught:
        await asyncio.wait_for(socket.recv(), 5)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


async def subscribe(socket: ClientConnection, query: str, id: str = "1", **payload: Any) -> None:
    await send(socket, type="subscribe", id=id, payload={"query": query, **payload})


async def no_sources_left() -> bool:
    for _ in range(200):
        if tiny.SEEN.open_sources == 0:
            return True
        await asyncio.sleep(0.01)
    return False


# ── opening


@pytest.mark.parametrize("subprotocols", [None, [Subprotocol("graphql-ws")]])
async def test_other_subprotocols_are_refused(address: str, subprotocols: Any) -> None:
    async with opened(address, subprotocols=subprotocols) as socket:
        assert (await closing(socket))[0] == 4406


async def test_nothing_is_compressed(address: str) -> None:
    async with opened(address, compression="deflate") as socket:
        assert socket.protocol.extensions == []


@pytest.mark.parametrize("change", [str.lower, str.upper])
async def test_names_in_connection_init_have_no_case(address: str, tmp_path: Path, change: Any) -> None:
    payload = {change(name): value for name, value in tiny.headers(tmp_path).items()}
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=payload)
        await receive(socket)
        await subscribe(socket, "{ who }")
        answer = await receive(socket)

    assert answer["payload"] == {"data": {"who": "alice as alice with ADMIN"}}


@pytest.mark.parametrize("message", [{}, {"payload": None}, {"payload": {}}])
async def test_headers_of_the_upgrade_stand_in_for_the_payload(
    address: str, tmp_path: Path, message: dict[str, Any]
) -> None:
    async with opened(address, additional_headers=tiny.headers(tmp_path)) as socket:
        await send(socket, type="connection_init", **message)

        assert await receive(socket) == {"type": "connection_ack"}


async def test_who_is_silent_is_asked_to_leave(address: str) -> None:
    async with opened(address) as socket:
        assert await closing(socket) == (4408, "Connection initialisation timeout")


async def test_who_was_greeted_may_be_silent(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await asyncio.sleep(0.5)
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}


async def test_a_second_greeting_is_too_many(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await send(socket, type="connection_init")

        assert await closing(socket) == (4429, "Too many initialisation requests")


async def test_a_second_greeting_is_too_many_before_the_first_is_answered(address: str, tmp_path: Path) -> None:
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=tiny.headers(tmp_path))
        await send(socket, type="connection_init", payload=tiny.headers(tmp_path))
        await receive(socket)

        assert (await closing(socket))[0] == 4429


async def test_an_operation_before_the_greeting_is_unauthorized(address: str) -> None:
    async with opened(address) as socket:
        await subscribe(socket, "{ hello }")

        assert await closing(socket) == (4401, "Unauthorized")


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}])
async def test_without_a_good_token_the_socket_is_forbidden(address: str, payload: Any) -> None:
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=payload)

        assert (await closing(socket))[0] == 4403


async def test_a_foreign_engagement_is_refused_at_the_door(address: str, tmp_path: Path) -> None:
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=tiny.headers(tmp_path, "mallory"))

        code, reason = await closing(socket)
    assert (code, reason[:29]) == (4403, "There is no such engagement f")


async def test_a_user_that_nobody_can_be_is_refused_at_the_door(address: str, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path, "service", act_as=True) | {"X-User-ID": "a\0b"}
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=headers)

        assert (await closing(socket))[0] == 4403


async def test_an_expired_token_closes_the_socket(address: str, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path) | {
        "Authorization": f"Bearer {issue(tmp_path, 'alice', lifetime=timedelta(seconds=2))}"
    }
    async with opened(address) as socket:
        await send(socket, type="connection_init", payload=headers)
        await receive(socket)
        await subscribe(socket, FOREVER)
        await receive(socket)

        assert await closing(socket) == (4403, "token expired")
    assert await no_sources_left()


# ── messages


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {}}, {"payload": {"a": [1]}}])
async def test_a_pong_echoes_its_ping(address: str, payload: dict[str, Any]) -> None:
    async with opened(address) as socket:
        await send(socket, type="ping", **payload)

        answer = await receive(socket)
    assert answer == {"type": "pong"} | {name: value for name, value in payload.items() if value is not None}


async def test_a_pong_needs_no_answer(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await send(socket, type="pong", payload={"a": 1})
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "[]",
        '"ping"',
        "{}",
        '{"type": 1}',
        '{"type": "start"}',
        '{"type": "ping", "payload": 1}',
        '{"type": "pong", "payload": []}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "connection_init", "payload": {"authorization": 1}}',
        '{"type": "connection_init", "payload": {"x-user-id": "a", "X-User-ID": "b"}}',
        b'{"type": "ping"}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        "[" * 100_000,
    ],
)
async def test_a_bad_message_closes_the_socket(address: str, text: str | bytes) -> None:
    async with opened(address) as socket:
        await socket.send(text)

        assert (await closing(socket))[0] == 4400


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"id": ""},
        {"id": 1},
        {"id": None},
        {"id": "1"},
        {"id": "1", "payload": None},
        {"id": "1", "payload": []},
        {"id": "1", "payload": {}},
        {"id": "1", "payload": {"query": 1}},
        {"id": "1", "payload": {"query": "{ hello }", "variables": "x"}},
        {"id": "1", "payload": {"query": "{ hello }", "variables": [1]}},
        {"id": "1", "payload": {"query": "{ hello }", "extensions": 1}},
        {"id": "1", "payload": {"query": "{ hello }", "operationName": 1}},
    ],
)
async def test_a_bad_subscribe_closes_the_socket(address: str, tmp_path: Path, message: dict[str, Any]) -> None:
    async with greeted(address, tmp_path) as socket:
        await send(socket, type="subscribe", **message)

        assert (await closing(socket))[0] == 4400


@pytest.mark.parametrize("given", [{}, {"variables": None, "extensions": None, "operationName": None}])
async def test_an_answer_is_next_and_then_complete(address: str, tmp_path: Path, given: dict[str, Any]) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, "{ hello }", "a", **given)

        assert await receive(socket) == {"id": "a", "type": "next", "payload": {"data": {"hello": "Hello world"}}}
        assert await receive(socket) == {"id": "a", "type": "complete"}


async def test_a_mutation_may_come_over_the_socket(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, "mutation { change }")

        assert (await receive(socket))["payload"] == {"data": {"change": "changed"}}


async def test_a_subscription_answers_event_for_event(address: str, tmp_path: Path) -> None:
    before = tiny.SEEN.contexts
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, COUNT)
        answers = [await receive(socket) for _ in range(4)]

    assert [answer["type"] for answer in answers] == ["next", "next", "next", "complete"]
    assert [answer["payload"]["data"]["count"]["number"] for answer in answers[:3]] == [1, 2, 3]
    # One for the operation, one for each event.
    assert tiny.SEEN.contexts - before == 4


@pytest.mark.parametrize(
    ("query", "name"),
    [("{", None), ("{ unknown }", None), ("query A { hello }", "B"), ("query ($n: Int!) { hello }", None)],
)
async def test_an_operation_that_cannot_run_is_an_error_and_then_nothing(
    address: str, tmp_path: Path, query: str, name: str | None
) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, query, operationName=name)
        answer = await receive(socket)
        await send(socket, type="ping")

        assert (answer["id"], answer["type"]) == ("1", "error")
        assert answer["payload"][0]["extensions"] == {"code": "BAD_REQUEST"}
        assert await receive(socket) == {"type": "pong"}


async def test_a_field_that_fails_is_part_of_the_answer(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, "{ fails }")
        answer = await receive(socket)

        assert answer["payload"]["data"] == {"fails": None}
        assert answer["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert await receive(socket) == {"id": "1", "type": "complete"}


async def test_a_source_that_ends_in_an_error_ends_the_operation_with_it(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, "subscription { expired { number } }")
        await receive(socket)
        answer = await receive(socket)
        await send(socket, type="ping")

        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "CURSOR_EXPIRED")
        assert await receive(socket) == {"type": "pong"}


async def test_an_id_that_is_in_use_closes_the_socket(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, FOREVER)
        await receive(socket)
        await subscribe(socket, FOREVER)

        assert await closing(socket) == (4409, "Subscriber for 1 already exists")


@pytest.mark.parametrize("query", ["{ hello }", "{", COUNT])
async def test_an_id_is_free_again_once_its_operation_has_ended(address: str, tmp_path: Path, query: str) -> None:
    async with greeted(address, tmp_path) as socket:
        for _ in range(20):
            await subscribe(socket, query)
            while (await receive(socket))["type"] == "next":
                pass
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}


async def test_complete_ends_a_subscription_at_its_source(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await subscribe(socket, FOREVER)
        await receive(socket)
        await send(socket, type="complete", id="1")
        assert await no_sources_left()
        await subscribe(socket, "{ hello }")

        assert (await receive(socket))["type"] == "next"


async def test_complete_of_what_is_not_running_is_ignored(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        await send(socket, type="complete", id="unknown")
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}


async def test_a_closed_socket_leaves_nothing_behind(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        for number in range(10):
            await subscribe(socket, FOREVER, str(number))
            await receive(socket)

    assert await no_sources_left()


async def test_one_socket_runs_only_so_many_operations(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        for number in range(101):
            await subscribe(socket, FOREVER, str(number))
        answers = [await receive(socket) for _ in range(101)]

    (refused,) = [answer for answer in answers if answer["type"] == "error"]
    assert refused["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}


async def test_a_client_of_others_making_subscribes(address: str, tmp_path: Path) -> None:
    transport = WebsocketsTransport(url=f"ws://{address}/graphql", init_payload=tiny.headers(tmp_path))
    async with Client(transport=transport) as session:
        numbers = [event["count"]["number"] async for event in session.subscribe(gql(COUNT))]
        hello = await session.execute(gql("{ hello }"))

    assert (numbers, hello) == ([1, 2, 3], {"hello": "Hello world"})


# ── a process of its own


@asynccontextmanager
async def process(data: Path) -> AsyncIterator[tuple[subprocess.Popen[str], str]]:
    found = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "tests.integration.tiny"],
        env=os.environ | {"TINY_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert found.stdout is not None
    try:
        port = await asyncio.to_thread(found.stdout.readline)
        yield found, f"127.0.0.1:{port.strip()}"
    finally:
        found.kill()
        found.wait()
        found.stdout.close()


async def test_a_client_that_does_not_read_costs_no_memory_and_gets_everything(tmp_path: Path) -> None:
    query = "subscription { count(to: 6000, textSize: 6000) { number text } }"
    async with process(tmp_path) as (server, address), greeted(address, tmp_path) as socket:
        resident = psutil.Process(server.pid).memory_info
        before = resident().rss
        await subscribe(socket, query)
        await asyncio.sleep(1.5)
        grown = resident().rss - before
        numbers = [(await receive(socket))["payload"]["data"]["count"]["number"] for _ in range(6_000)]

    assert grown < 12 << 20
    assert numbers == list(range(1, 6_001))


async def test_a_stopped_server_says_so_to_its_sockets(tmp_path: Path) -> None:
    async with process(tmp_path) as (server, address), greeted(address, tmp_path) as socket:
        await subscribe(socket, FOREVER)
        await receive(socket)
        server.send_signal(signal.SIGTERM)

        assert (await closing(socket))[0] == 1012
        assert await asyncio.to_thread(server.wait, 5) in (0, -signal.SIGTERM)


async def test_of_too_many_operations_the_latest_are_refused(address: str, tmp_path: Path) -> None:
    async with greeted(address, tmp_path) as socket:
        for number in range(103):
            await subscribe(socket, FOREVER, id=str(number))

        refused = [message for _ in range(103) if (message := await receive(socket))["type"] == "error"]
        await send(socket, type="complete", id="7")
        await subscribe(socket, "{ who }", id="again")

        assert [(message["id"], message["payload"][0]["extensions"]["code"]) for message in refused] == [
            (str(number), "LIMIT_EXCEEDED") for number in (100, 101, 102)
        ]
        while (answer := await receive(socket))["id"] != "again":
            assert answer["type"] == "next"
        assert answer["type"] == "next"
