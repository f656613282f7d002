"""The proxies of deploy/ in front of a server of the tests' own, at addresses of theirs."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration import tiny

PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
NGINX = shutil.which("nginx", path=PLACES)
CADDY = shutil.which("caddy", path=PLACES)
CURL = shutil.which("curl")
DEPLOY = Path(__file__).parents[2] / "deploy"
SOON = 10.0
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
QUIET = ("--silent", "--no-buffer", "--max-time", "20")


@dataclass(frozen=True)
class Proxy:
    """Where it listens, what it is known by, and the data folder of the server behind it."""

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
        return [CURL, *QUIET, "--cacert", str(self.certificate), *headers, *words]

    async def ask(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(*self.curl(*words), stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        return output.decode()


@asynccontextmanager
async def proxied(name: str, upstream: str, data: Path) -> AsyncIterator[Proxy]:
    """The server at that address, behind nginx or Caddy."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        ports = one.getsockname()[1], other.getsockname()[1]
    proxy = Proxy(*ports, _certify(data), data)
    words = _nginx(proxy, upstream) if name == "nginx" else _caddy(proxy, upstream)
    environment = {**os.environ, "HOME": str(data), "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(data)}
    process = await asyncio.create_subprocess_exec(*words, stderr=subprocess.PIPE, env=environment)
    try:
        await _listens(proxy.port, process)
        yield proxy
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def _nginx(proxy: Proxy, upstream: str) -> tuple[str, ...]:
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
    assert NGINX
    file = _placed("nginx.conf", places, folder)
    return NGINX, "-p", str(folder), "-c", str(file), "-e", "stderr", "-g", "daemon off;"


def _caddy(proxy: Proxy, upstream: str) -> tuple[str, ...]:
    own = proxy.certificate, proxy.data / "server.key"
    places = {
        "flotilla.example.com {": (
            "{{\n\tadmin off\n\tauto_https disable_redirects\n}}\nhttps://127.0.0.1:{} {{\n\ttls {} {}".format(
                proxy.port, *own
            )
        ),
        "dynamic a api 8000": f"to {upstream}",
    }
    assert CADDY
    return CADDY, "run", "--adapter", "caddyfile", "--config", str(_placed("Caddyfile", places, proxy.data))


def _placed(name: str, places: dict[str, str], folder: Path) -> Path:
    """The file as it is shipped, at addresses of the tests' own."""
    text = (DEPLOY / name).read_text("utf-8")
    for shipped, ours in places.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    file = folder / name
    file.write_text(text)
    return file


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
