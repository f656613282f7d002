"""The proxies of deploy/, real ones: HTTP/2 ends there, and nothing that is sent bit by bit is held back."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from tests.integration import tiny
from tests.integration.proxies import CADDY, CURL, NGINX, SOON, Proxy, proxied

FOREVER = "subscription { forever { number } }"

pytestmark = pytest.mark.skipif(not CURL, reason="There is no curl: apt-get install curl")
with_nginx = pytest.mark.skipif(not NGINX, reason="There is no nginx: apt-get install nginx-light")
with_caddy = pytest.mark.skipif(not CADDY, reason="There is no Caddy: apt-get install caddy")
# They differ in what they do by themselves.
nginx_only = pytest.mark.parametrize("proxy", [pytest.param("nginx", marks=with_nginx)], indirect=True)


@pytest.fixture(params=[pytest.param("nginx", marks=with_nginx), pytest.param("caddy", marks=with_caddy)])
async def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Proxy]:
    app = tiny.make_app(tmp_path)
    app.router.routes.append(Route("/seen", _seen))
    async with tiny.serving(app) as upstream, proxied(request.param, upstream, tmp_path) as found:
        yield found


async def _seen(request: Request) -> JSONResponse:
    return JSONResponse(dict(request.headers.items()))


async def test_http_2_ends_there(proxy: Proxy) -> None:
    query = json.dumps({"query": "{ hello }"})
    words = ("--http2", "-H", "Content-Type: application/json", "--data", query)

    output = await proxy.ask(*words, "--write-out", "\n%{http_version}", f"{proxy.url}/graphql")

    assert output.splitlines() == ['{"data":{"hello":"Hello world"}}', "2"]


async def test_a_client_does_not_say_who_is_traced_and_is_told_to_stay_with_tls(proxy: Proxy) -> None:
    given = ("-H", f"traceparent: 00-{'a' * 32}-{'b' * 16}-01", "-H", "tracestate: a=b")

    head, _, body = (await proxy.ask("--http1.1", "--include", *given, f"{proxy.url}/seen")).partition("\r\n\r\n")

    assert "strict-transport-security: max-age=63072000" in head.lower().splitlines()
    assert not {"traceparent", "tracestate"} & json.loads(body).keys()


async def test_what_a_client_says_of_its_address_is_replaced_and_its_own_id_is_kept(proxy: Proxy) -> None:
    words = ("-H", "X-Forwarded-For: 203.0.113.9", "-H", "X-Request-Id: order-66")

    seen = json.loads(await proxy.ask(*words, f"{proxy.url}/seen"))

    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert (seen["host"], seen["x-request-id"]) == (f"127.0.0.1:{proxy.port}", "order-66")


@nginx_only
async def test_a_request_without_an_id_is_given_one(proxy: Proxy) -> None:
    seen = json.loads(await proxy.ask(f"{proxy.url}/seen"))

    assert len(seen["x-request-id"]) == 32


async def test_an_event_of_a_stream_comes_at_once_over_http_2(proxy: Proxy) -> None:
    """The stream goes on: what is held back until it ends would never come."""
    words = ("--http2", "-H", "Accept: text/event-stream", "--get", "--data-urlencode", f"query={FOREVER}")
    process = await asyncio.create_subprocess_exec(
        *proxy.curl(*words, "--write-out", "%{http_version}", f"{proxy.url}/graphql"), stdout=subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(SOON):
            while not (line := await process.stdout.readline()).startswith(b"data:"):
                assert line
    finally:
        process.terminate()
        await process.wait()

    assert json.loads(line.removeprefix(b"data:")) == {"data": {"forever": {"number": 1}}}


async def test_a_client_that_goes_away_is_told_to_the_server(proxy: Proxy) -> None:
    words = proxy.curl("--http2", "-H", "Accept: text/event-stream", "--get", "--data-urlencode", f"query={FOREVER}")
    process = await asyncio.create_subprocess_exec(*words, f"{proxy.url}/graphql", stdout=subprocess.PIPE)
    assert process.stdout
    while not (await process.stdout.readline()).startswith(b"data:"):
        pass
    assert tiny.SEEN.open_sources == 1

    process.terminate()
    await process.wait()

    async with asyncio.timeout(SOON):
        while tiny.SEEN.open_sources:  # noqa: ASYNC110 - the server notices in its own time
            await asyncio.sleep(0.02)


async def test_a_socket_goes_through(proxy: Proxy) -> None:
    trust = ssl.create_default_context(cafile=proxy.certificate)
    address = f"wss://127.0.0.1:{proxy.port}/graphql"
    async with (
        asyncio.timeout(SOON),
        connect(
            address,
            ssl=trust,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            origin=Origin(f"https://127.0.0.1:{proxy.port}"),
        ) as opened,
    ):
        await opened.send(json.dumps({"type": "connection_init", "payload": tiny.headers(proxy.data)}))
        await opened.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": FOREVER}}))

        told = [json.loads(await opened.recv()) for _ in range(2)]

    assert [message["type"] for message in told] == ["connection_ack", "next"]
    assert told[1]["payload"] == {"data": {"forever": {"number": 1}}}


async def test_a_file_larger_than_what_a_proxy_keeps_goes_through(proxy: Proxy, tmp_path: Path) -> None:
    file = tmp_path / "inventory.csv"
    file.write_bytes(b"x" * 5_000_000)
    operations = json.dumps(
        {"query": "mutation ($file: Upload!) { measure(file: $file) }", "variables": {"file": None}}
    )
    parts = (f"operations={operations}", 'map={"0": ["variables.file"]}', f"0=@{file};type=text/csv")

    output = await proxy.ask(
        "-H",
        "GraphQL-Require-Preflight: true",
        *(word for part in parts for word in ("-F", part)),
        f"{proxy.url}/graphql",
    )

    assert json.loads(output) == {"data": {"measure": "inventory.csv text/csv 5000000"}}


async def test_figures_are_not_shown_outside(proxy: Proxy) -> None:
    code = await proxy.ask("--output", "/dev/null", "--write-out", "%{http_code}", f"{proxy.url}/metrics")

    assert code == "404"


@nginx_only
async def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    plain = f"http://127.0.0.1:{proxy.plain_port}/graphql?query=1"
    output = await proxy.ask("--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", plain)

    assert output == "308 https://127.0.0.1/graphql?query=1"
