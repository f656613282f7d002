"""HTTP around GraphQL: caching, compression, other sites' pages, and requests that never get to the point."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from server import connections, http
from server.draining import Drain
from server.headers import way_out
from server.origins import Origins
from tests.integration import tiny

PAGE = "https://plan.example.com"
LONG = {"query": "query ($name: String!) { hello(name: $name) }", "variables": {"name": "x" * 3_000}}
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


def client_of(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://flotilla", headers=headers)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(tiny.make_app(tmp_path), **tiny.headers(tmp_path)) as found:
        yield found


# ── caching and headers


@pytest.mark.parametrize("query", ["{ hello }", "{", "{ fails }"])
async def test_an_answer_is_nobody_elses_and_is_not_kept(client: httpx.AsyncClient, query: str) -> None:
    response = await client.post("/graphql", json={"query": query})

    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    assert "last-modified" not in response.headers


@pytest.mark.parametrize("path", ["/graphql", "/nowhere"])
async def test_every_answer_has_the_headers_that_browsers_heed(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert {name: response.headers[name] for name in ("x-content-type-options", "x-frame-options")} == {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "allowed"), [("PUT", "GET, POST"), ("HEAD", "GET, POST"), ("OPTIONS", "GET, POST")])
async def test_a_method_that_is_not_taken_is_told_which_are(
    client: httpx.AsyncClient, method: str, allowed: str
) -> None:
    response = await client.request(method, "/graphql")

    assert (response.status_code, response.headers["allow"]) == (405, allowed)


# ── what is not taken


@pytest.mark.parametrize("body", ['[{"query": "mutation { change }"}]', "[]", '[{"query": "{ hello }"}, {}]'])
async def test_a_list_of_operations_is_refused_in_words(client: httpx.AsyncClient, body: str) -> None:
    response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})

    (error,) = response.json()["errors"]
    assert response.status_code == 400
    assert error["message"] == "A GraphQL request is one JSON object; a list of several is not taken."


@pytest.mark.parametrize(
    "query",
    [
        "{ ... @defer { hello } }",
        "{ ...F @defer } fragment F on Query { hello }",
        "{ thing { number @stream } }",
        "subscription { count(to: 1) { ... @defer { number } } }",
    ],
)
async def test_incremental_delivery_is_refused(client: httpx.AsyncClient, query: str) -> None:
    headers = {"accept": "multipart/mixed, application/graphql-response+json"}

    response = await client.post("/graphql", json={"query": query}, headers=headers)

    assert response.status_code == 400
    assert "data" not in response.json()
    assert any(error["message"].startswith("Unknown directive '@") for error in response.json()["errors"])


async def test_an_upload_without_a_header_of_ones_own_is_refused(tmp_path: Path) -> None:
    """What a page of another site can send without asking: a form, with whatever the browser adds by itself."""
    operations = {"query": "mutation ($f: Upload!) { measure(file: $f) }", "variables": {"f": None}}
    form: dict[str, tuple[str | None, bytes]] = {
        "operations": (None, json.dumps(operations).encode()),
        "map": (None, b'{"0": ["variables.f"]}'),
        "0": ("a", b"x"),
    }
    headers = tiny.headers(tmp_path)

    async with client_of(tiny.make_app(tmp_path)) as client:
        refused = await client.post("/graphql", files=form)
        anonymous = await client.post("/graphql", files=form, headers={"graphql-require-preflight": "true"})
        sent = await client.post("/graphql", files=form, headers=headers)

    (error,) = refused.json()["errors"]
    assert (refused.status_code, anonymous.status_code) == (400, 401)
    assert error["message"] == "Send a multipart request with the header `GraphQL-Require-Preflight: true`."
    assert sent.json() == {"data": {"measure": "a application/octet-stream 1"}}


# ── compression


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("deflate", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("*;q=0", None),
    ],
)
async def test_a_large_answer_is_compressed_as_the_client_likes(
    client: httpx.AsyncClient, accepted: str, used: str | None
) -> None:
    headers = {"accept-encoding": accepted, "accept": "application/graphql-response+json"}

    async with client.stream("POST", "/graphql", json=LONG, headers=headers) as response:
        packed = b"".join([chunk async for chunk in response.aiter_raw()])

    assert response.headers.get("content-encoding") == used
    assert {each.strip() for each in response.headers["vary"].lower().split(",")} == {"accept", "accept-encoding"}
    assert int(response.headers["content-length"]) == len(packed)
    assert json.loads(unpack(packed, used))["data"]["hello"] == "Hello " + "x" * 3_000


def unpack(packed: bytes, encoding: str | None) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(packed)
        case "br":
            return bytes(brotli.decompress(packed))
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return packed


async def test_a_small_answer_is_left_as_it_is(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ hello }"}, headers={"accept-encoding": "gzip, br, zstd"})

    assert "content-encoding" not in response.headers


async def test_an_event_stream_goes_out_event_for_event() -> None:
    sent: list[str] = []

    async def stream(_request: Request) -> Response:
        async def events() -> AsyncIterator[str]:
            for number in range(3):
                sent.append(f"read {number}")
                yield f"data: {number}{' ' * 2_000}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    app = Starlette(routes=[Route("/", stream)], middleware=way_out(Origins(), ()))
    app.state.drain = Drain()
    async with tiny.serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        headers = {"accept-encoding": "gzip, br, zstd"}
        async with client.stream("GET", "/", headers=headers) as response:
            events = [chunk[:7] async for chunk in response.aiter_raw()]

    assert "content-encoding" not in response.headers
    assert b"".join(events).count(b"data: ") == 3
    assert response.headers["cache-control"] == "no-store"


# ── pages of other sites


def shared(data: Path, origins: str) -> httpx.AsyncClient:
    return client_of(tiny.make_app(data, origins=origins), **tiny.headers(data))


def told(response: httpx.Response) -> dict[str, str]:
    prefix = "access-control-allow-"
    return {name.removeprefix(prefix): value for name, value in response.headers.items() if name.startswith(prefix)}


@pytest.mark.parametrize("origin", [PAGE, "http://flotilla", "null"])
async def test_unless_told_no_page_of_another_site_may_read_an_answer(client: httpx.AsyncClient, origin: str) -> None:
    preflight = await client.options("/graphql", headers={"origin": origin, **PREFLIGHT})
    answer = await client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": origin})

    assert (preflight.status_code, told(preflight), told(answer)) == (405, {}, {})


async def test_a_page_that_was_named_may_ask_and_read(tmp_path: Path) -> None:
    async with shared(tmp_path, f"http://localhost:3000, {PAGE}") as client:
        preflight = await client.options("/graphql", headers={"origin": PAGE, **PREFLIGHT})
        answer = await client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": PAGE})

    assert preflight.status_code == 200
    assert told(preflight)["origin"] == PAGE
    assert told(preflight)["methods"] == "GET, POST"
    assert {"authorization", "x-engagement-id", "graphql-require-preflight", "last-event-id"} <= {
        name.strip().lower() for name in told(preflight)["headers"].split(",")
    }
    assert told(answer) == {"origin": PAGE, "credentials": "true"}
    assert "origin" in answer.headers["vary"].lower()
    assert answer.json() == {"data": {"hello": "Hello world"}}


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "https://plan.example.com.evil.com", "http://plan.example.com", "null"]
)
async def test_a_page_that_was_not_named_may_not(tmp_path: Path, origin: str) -> None:
    async with shared(tmp_path, PAGE) as client:
        preflight = await client.options("/graphql", headers={"origin": origin, **PREFLIGHT})
        answer = await client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": origin})

    assert preflight.status_code == 400
    assert "origin" not in told(preflight)
    assert "origin" not in told(answer)
    assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    "asked", [{"access-control-request-method": "DELETE"}, {"access-control-request-headers": "x-unheard-of"}]
)
async def test_a_preflight_for_what_is_not_taken_is_refused(tmp_path: Path, asked: dict[str, str]) -> None:
    async with shared(tmp_path, PAGE) as client:
        preflight = await client.options("/graphql", headers={"origin": PAGE, **PREFLIGHT, **asked})

    assert preflight.status_code == 400


async def test_just_any_page_gets_no_credentials_of_a_proxy(tmp_path: Path) -> None:
    async with shared(tmp_path, "*") as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": PAGE})

    assert told(answer) == {"origin": "*"}


async def test_what_is_not_the_api_is_never_shared(tmp_path: Path) -> None:
    """Least of all the tokens that this machine's own page gets."""
    async with shared(tmp_path, "*") as client:
        answer = await client.get("/graphiql/session.json", headers={"origin": PAGE})

    assert told(answer) == {}


# ── requests that do not get to the point, over a real connection


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with tiny.serving(tiny.make_app(tmp_path)) as found:
        yield found


async def converse(address: str, *pieces: bytes) -> bytes:
    """All the server says to these bytes, until it hangs up."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


HEAD = b"POST /graphql HTTP/1.1\r\nHost: flotilla\r\n"


@pytest.mark.parametrize("piece", [b"x-long: " + b"a" * 10_000 + b"\r\n", b"a" * 10_000])
async def test_headers_without_end_are_refused(address: str, piece: bytes) -> None:
    answer = await converse(address, HEAD, b"x-first: ", *[piece] * 50)

    assert answer[:12] in (b"HTTP/1.1 431", b"")


async def test_a_url_without_end_is_refused(address: str) -> None:
    answer = await converse(address, b"GET /graphql?query=", *[b"a" * 10_000] * 50)

    assert answer[:12] in (b"HTTP/1.1 431", b"")


async def test_who_says_nothing_is_asked_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)
    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        silent, slow = await converse(address), await converse(address, HEAD)

    assert (silent[:12], slow[:12]) == (b"HTTP/1.1 408", b"HTTP/1.1 408")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_body_that_does_not_go_on_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    monkeypatch.setattr(http, "LONGEST_PAUSE", 0.2)
    given = {"accept": accept, **tiny.headers(tmp_path)}
    headers = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    request = HEAD + headers.encode() + b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{"
    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()

    assert line == b"HTTP/1.1 408 Request Timeout\r\n"


def spelled(value: Any) -> bytes:
    return json.dumps(value).encode()


async def test_pipelined_requests_are_answered_in_order(address: str, tmp_path: Path) -> None:
    """A client may send the next before it has read the answer to the first."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in tiny.headers(tmp_path).items()).encode()
    requests = []
    for name in ("one", "two"):
        body = spelled({"query": f'{{ hello(name: "{name}") }}'})
        length = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n".encode()
        closing = b"connection: close\r\n" if name == "two" else b""
        requests.append(HEAD + headers + length + closing + b"\r\n" + body)

    answer = await converse(address, b"".join(requests))

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert 0 < answer.index(b"Hello one") < answer.index(b"Hello two")
