"""GraphQL over server-sent events, byte for byte, and resumed where it was cut off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.event_streams import Times
from tests.integration import tiny
from tests.integration.watching import FLOW_EVENTS, Site, messages, site, watching

COUNT = "subscription { count(to: 2) { number } }"
FOREVER = "subscription { forever { number } }"
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with tiny.serving(tiny.make_app(tmp_path, times=Times(keep_alive=0.2, patience=1.0, ending=0.5))) as found:
        yield f"http://{found}"


@pytest.fixture
async def here(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with site(fresh_database, broadcast_url, tmp_path) as made:
        yield made


async def whole(address: str, headers: dict[str, str], query: str, path: str = "/graphql/stream", **more: Any) -> str:
    async with httpx.AsyncClient(timeout=10) as client:
        response = await client.post(f"{address}{path}", json={"query": query, **more}, headers={**EVENTS, **headers})
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.status_code == httpx.codes.OK
        return response.text


@asynccontextmanager
async def following(address: str, headers: dict[str, str], query: str, **variables: Any) -> AsyncIterator[Any]:
    """An iterator over what is said: comments as None, events as (id, event, data)."""
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream(
            "POST", f"{address}/graphql/stream", json={"query": query, "variables": variables}, headers=headers
        ) as response,
    ):
        yield _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str | None, str, Any] | None]:
    said: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, colon, value = line.partition(":")
        if colon and name:
            said[name] = value.strip()
        elif colon:
            yield None
        elif said:
            yield said.get("id"), said["event"], json.loads(said["data"] or "null")
            said = {}


async def take(events: Any, count: int) -> list[Any]:
    """The next events that are no comments."""
    found: list[Any] = []
    async with asyncio.timeout(15):
        while len(found) < count:
            event = await anext(events)
            if event is not None:
                found.append(event)
    return found


# ── the protocol


@pytest.mark.parametrize("path", ["/graphql/stream", "/graphql"])
async def test_answers_are_next_and_then_complete(address: str, tmp_path: Path, path: str) -> None:
    text = await whole(address, tiny.headers(tmp_path), COUNT, path)

    head, one, two, end = text.removesuffix("\n\n").split("\n\n")
    assert head == ":"
    assert one.startswith('event: next\ndata: {"data":{"count":{"number":1}}')
    assert two == 'event: next\ndata: {"data":{"count":{"number":2}}}'
    assert end == "event: complete\ndata:"


async def test_a_query_is_answered_once(address: str, tmp_path: Path) -> None:
    text = await whole(address, tiny.headers(tmp_path), "{ hello }")

    assert text.count("event: next\n") == text.count("event: complete\n") == 1
    assert '"data":{"hello":"Hello world"}' in text


async def test_a_get_may_subscribe(address: str, tmp_path: Path) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(
            f"{address}/graphql/stream", params={"query": COUNT}, headers={**EVENTS, **tiny.headers(tmp_path)}
        )

    assert (response.status_code, response.text.count("event: next\n")) == (200, 2)


async def test_an_id_means_nothing_where_no_log_is_followed(address: str, tmp_path: Path) -> None:
    text = await whole(address, {**tiny.headers(tmp_path), "Last-Event-ID": "1"}, COUNT)

    assert text.count("event: next\n") == 2
    assert text.endswith("event: complete\ndata:\n\n")


@pytest.mark.parametrize(
    "query", ["{", "{ unknown }", "query A { hello } query B { hello }", "query ($n: Int!) { hello }"]
)
async def test_an_operation_that_cannot_run_is_told_on_the_stream(address: str, tmp_path: Path, query: str) -> None:
    text = await whole(address, tiny.headers(tmp_path), query)

    (told,) = (line for line in text.splitlines() if line.startswith("data: {"))
    assert json.loads(told.removeprefix("data: "))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert text.endswith("event: complete\ndata:\n\n")


async def test_a_source_that_ends_in_an_error_tells_it(address: str, tmp_path: Path) -> None:
    text = await whole(address, tiny.headers(tmp_path), "subscription { expired { number } }")

    lines = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: {")]
    assert lines[0]["data"] == {"expired": {"number": 1}}
    assert lines[1]["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("PUT", b"{}", 405),
        ("DELETE", b"", 405),
        ("POST", b"{", 400),
        ("POST", b"[]", 400),
        ("POST", b"{}", 400),
        ("GET", b"", 400),
    ],
)
async def test_what_is_no_request_is_a_plain_refusal(
    address: str, tmp_path: Path, method: str, body: bytes, status: int
) -> None:
    headers = {**EVENTS, **tiny.headers(tmp_path), "content-type": "application/json"}
    async with httpx.AsyncClient() as client:
        response = await client.request(method, f"{address}/graphql/stream", content=body, headers=headers)

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_mutation_by_get_changes_nothing(address: str, tmp_path: Path) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(
            f"{address}/graphql/stream",
            params={"query": "mutation { change }"},
            headers={**EVENTS, **tiny.headers(tmp_path)},
        )

    assert "A mutation must be sent by POST." in response.text
    assert "changed" not in response.text


async def test_without_a_token_nothing_is_streamed(address: str) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{address}/graphql/stream", json={"query": COUNT}, headers=EVENTS)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("accept", ["application/json, text/event-stream", "*/*", "application/json"])
async def test_who_takes_a_single_answer_gets_one(address: str, tmp_path: Path, accept: str) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.post(
            f"{address}/graphql", json={"query": "{ hello }"}, headers={**tiny.headers(tmp_path), "accept": accept}
        )

    assert response.headers["content-type"].startswith("application/")


async def test_nothing_on_the_way_may_hold_it_back(address: str, tmp_path: Path) -> None:
    headers = {**EVENTS, **tiny.headers(tmp_path), "accept-encoding": "gzip, br, zstd"}
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", f"{address}/graphql/stream", json={"query": FOREVER}, headers=headers) as response,
    ):
        found = dict(response.headers)

    assert found["cache-control"] == "no-store, no-transform"
    assert found["x-accel-buffering"] == "no"
    assert "content-encoding" not in found
    assert "etag" not in found


async def test_a_silent_stream_is_kept_alive(address: str, tmp_path: Path) -> None:
    async with following(address, tiny.headers(tmp_path), FOREVER) as events:
        await take(events, 1)

        assert [await asyncio.wait_for(anext(events), 3) for _ in range(3)] == [None, None, None]


async def test_who_hangs_up_leaves_nothing_behind(address: str, tmp_path: Path) -> None:
    async with following(address, tiny.headers(tmp_path), FOREVER) as events:
        await take(events, 1)

    assert await sources(0)


async def test_who_takes_nothing_is_given_up(address: str, tmp_path: Path) -> None:
    """Some eighty megabytes would be due to him."""
    query = json.dumps({"query": "subscription { count(to: 10000, textSize: 8000) { number text } }"})
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    fields = {**EVENTS, **tiny.headers(tmp_path), "host": host, "content-type": "application/json"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**fields, "content-length": len(query)}.items())
    writer.write(f"POST /graphql/stream HTTP/1.1\r\n{head}\r\n{query}".encode())
    assert b"200" in await reader.readline()
    assert await sources(1)

    gone = await sources(0)

    assert gone
    # The connection was ended, and the answer was not.
    rest = b""
    with suppress(ConnectionError):
        while chunk := await reader.read(1 << 16):
            rest = (rest + chunk)[-100:]
    assert not rest.endswith(b"0\r\n\r\n")
    writer.transport.abort()


async def sources(count: int) -> bool:
    """Whether so many subscriptions are being carried out, within some seconds."""
    for _ in range(500):
        if tiny.SEEN.open_sources == count:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_an_expired_token_ends_the_stream_with_its_reason(address: str, tmp_path: Path) -> None:
    headers = tiny.headers(tmp_path) | {"Authorization": f"Bearer {tiny.token(tmp_path, seconds=2)}"}
    async with following(address, headers, FOREVER) as events:
        first, last = await take(events, 2)
        rest = [event async for event in events if event]

    assert first[2]["data"] == {"forever": {"number": 1}}
    assert last[2]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    # No `complete`: with a new token the same subscription goes on.
    assert rest == []


async def test_a_process_that_stops_ends_streams_without_complete(tmp_path: Path) -> None:
    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        began = asyncio.Event()

        async def follow() -> list[Any]:
            async with following(f"http://{address}", tiny.headers(tmp_path), FOREVER) as events:
                await take(events, 1)
                began.set()
                return [event async for event in events if event]

        reading = asyncio.create_task(follow())
        await began.wait()
        stopping = asyncio.get_running_loop().time()

    assert await reading == []
    assert asyncio.get_running_loop().time() - stopping < 5


# ── the event log


async def test_an_events_id_is_its_cursor(here: Site) -> None:
    address, headers = f"http://{here.address}", here.headers()
    count = len(await here.bench.events(here.flow.id))
    async with following(address, headers, FLOW_EVENTS, id=here.flow_id, after="0") as events:
        found = await take(events, count)
        await here.say("one", "two")
        found += await take(events, 2)

    assert [id for id, _, _ in found] == [str(number + 1) for number in range(count + 2)]
    assert [data["data"]["flowEvents"]["cursor"] for _, _, data in found] == [id for id, _, _ in found]


async def test_last_event_id_goes_before_where_the_operation_began(here: Site) -> None:
    address = f"http://{here.address}"
    count = len(await here.bench.events(here.flow.id))
    await here.say("one", "two", "three")
    headers = {**here.headers(), "Last-Event-ID": str(count + 1)}
    async with following(address, headers, FLOW_EVENTS, id=here.flow_id, after="0") as events:
        found = [data for _, _, data in await take(events, 2)]

    assert messages(found) == ["two", "three"]


@pytest.mark.parametrize("last", ["nonsense", "-1", "99999"])
async def test_an_id_that_never_was_has_expired(here: Site, last: str) -> None:
    headers = {**here.headers(), "Last-Event-ID": last}
    address = f"http://{here.address}"
    async with following(address, headers, FLOW_EVENTS, id=here.flow_id, after="0") as events:
        (_, event, data), end = await take(events, 2)

    assert (event, data["errors"][0]["extensions"]["code"]) == ("next", "CURSOR_EXPIRED")
    assert end[1] == "complete"


async def test_the_engagements_stream_resumes_by_its_own_cursors(here: Site) -> None:
    query = 'subscription { engagementEvents(after: "0") { cursor event { cursor } } }'
    address = f"http://{here.address}"
    async with following(address, here.headers(), query) as events:
        first = await take(events, 2)
    headers = {**here.headers(), "Last-Event-ID": first[0][0]}
    async with following(address, headers, query) as events:
        (again,) = await take(events, 1)

    assert again[0] == first[1][0]
    assert again[2]["data"] == first[1][2]["data"]
    assert again[2]["data"]["engagementEvents"]["cursor"] == again[0]


async def test_streams_and_sockets_share(here: Site) -> None:
    count = len(await here.bench.events(here.flow.id))
    address = f"http://{here.address}"
    async with (
        following(address, here.headers(), FLOW_EVENTS, id=here.flow_id, after="0") as events,
        watching(here) as watcher,
    ):
        await take(events, count)
        await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
        await watcher.until(count)
        before = (await here.figures())["answers_total"]
        await here.say("shared")
        (told,) = await take(events, 1)
        answers = await watcher.until(count + 1)
        figures = await here.figures()

    assert told[2] == answers[-1]
    assert (figures["groups"], figures["answers_total"] - before) == (1, 1)
