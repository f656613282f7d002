"""deploy/nginx.conf in a real nginx: HTTP/2 ends there, and nothing that is sent bit by bit is held back."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from tests.integration import tiny

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CURL = shutil.which("curl")
SOURCE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
SOON = 10.0
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
FOREVER = "subscription { forever { number } }"

pytestmark = pytest.mark.skipif(not NGINX or not CURL, reason="There is no nginx or curl: apt-get install nginx-light")


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, what it is known by, and the data folder of the server behind it."""

    port: int
    plain_port: int
    certificate: Path
    data: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def curl(self, *words: str) -> list[str]:
        assert CURL
        headers = [part for pair in tiny.headers(self.data).items() for part in ("-H", ": ".join(pair))]
        return [
            CURL,
            "--silent",
            "--no-buffer",
            "--max-time",
            "20",
            "--cacert",
            str(self.certificate),
            *headers,
            *words,
        ]

    async def ask(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(*self.curl(*words), stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        return output.decode()


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    app = tiny.make_app(tmp_path)
    app.router.routes.append(Route("/seen", _seen))
    found = Proxy(*_free_ports(), _certify(tmp_path), tmp_path)
    async with tiny.serving(app) as upstream, _nginx(found, upstream):
        yield found


async def _seen(request: Request) -> JSONResponse:
    return JSONResponse(dict(request.headers.items()))


def _free_ports() -> tuple[int, int]:
    """Free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def configuration(proxy: Proxy, upstream: str) -> str:
    """The file as it is shipped, at addresses of this test."""
    folder = proxy.data
    places = {
        "listen 443 ssl": f"listen 127.0.0.1:{proxy.port} ssl",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "server api:8000": f"server {upstream}",
        "/etc/nginx/tls": str(folder),
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "worker_processes auto;": "worker_processes 1;\nerror_log stderr;",
        "http {": "http {" + "".join(f"\n    {name}_temp_path {folder}/{name};" for name in TEMPORARY),
    }
    text = SOURCE.read_text("utf-8")
    for shipped, ours in places.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    return text


@asynccontextmanager
async def _nginx(proxy: Proxy, upstream: str) -> AsyncIterator[None]:
    assert NGINX
    file = proxy.data / "nginx.conf"
    file.write_text(configuration(proxy, upstream))
    words = (NGINX, "-p", str(proxy.data), "-c", str(file), "-e", "stderr", "-g", "daemon off;")
    process = await asyncio.create_subprocess_exec(*words, stderr=subprocess.PIPE)
    try:
        await _listens(proxy.port, process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _listens(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(SOON):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.returncode is None, await process.communicate()
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def _certify(folder: Path) -> Path:
    """A certificate for 127.0.0.1, and its key beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "server.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    certificate = folder / "server.crt"
    certificate.write_bytes(made.public_bytes(pem))
    return certificate


async def test_http_2_ends_there_and_the_answer_names_its_request(proxy: Proxy) -> None:
    query = json.dumps({"query": "{ hello }"})
    words = ("--http2", "-H", "Content-Type: application/json", "-H", "X-Request-Id: order-66", "--data", query)

    output = await proxy.ask(*words, "--write-out", "\n%{http_version}", f"{proxy.url}/graphql")

    assert output.splitlines() == ['{"data":{"hello":"Hello world"}}', "2"]


async def test_what_a_client_says_of_its_address_is_replaced_and_its_own_id_is_kept(proxy: Proxy) -> None:
    words = ("-H", "X-Forwarded-For: 203.0.113.9", "-H", "X-Request-Id: order-66")

    seen = json.loads(await proxy.ask(*words, f"{proxy.url}/seen"))

    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert (seen["host"], seen["x-request-id"]) == (f"127.0.0.1:{proxy.port}", "order-66")


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


async def test_a_file_larger_than_what_nginx_keeps_goes_through(proxy: Proxy, tmp_path: Path) -> None:
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


async def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    plain = f"http://127.0.0.1:{proxy.plain_port}/graphql?query=1"
    output = await proxy.ask("--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", plain)

    assert output == "308 https://127.0.0.1/graphql?query=1"
