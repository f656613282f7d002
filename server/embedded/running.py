"""The servers as seen by whoever needs them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.embedded import records
from server.embedded.supervisor import LOCK, RECORD, TEMPORARY

ROOT = Path(__file__).parents[2]
PASSABLE = 0o711
STARTING = 180.0
STOPPING = 40.0


class ServersNotStarted(Exception):
    """Why the embedded servers did not start."""


class ServersInUse(Exception):
    """Another process has started the servers of this folder, and ends them when it ends."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they are. The URLs hold passwords; `pid` is whose end is theirs."""

    database_url: str
    broadcast_url: str
    pid: int


def find_servers(data: Path) -> Servers | None:
    """Those that another process runs in that folder."""
    if not data.is_dir():
        return None
    with records.locked(data / LOCK) as nobody:
        record = {} if nobody else records.read(data / RECORD)
    return Servers(record["database_url"], record["broadcast_url"], record["parent"]) if record else None


@contextmanager
def start_servers(data: Path, *, temporary: bool = False) -> Iterator[Servers]:
    """Both servers of that folder while the context lasts, however it ends.

    Raises ServersInUse when another process runs them. A `temporary` folder is removed afterwards.
    """
    data = prepare(data)
    command = [sys.executable, "-m", "server.embedded", str(data), *([TEMPORARY] if temporary else [])]
    log = records.open_log(data / "servers.log")
    try:
        supervisor = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, start_new_session=True
        )
    finally:
        os.close(log)
    try:
        yield _greeting(supervisor, data)
    finally:
        _end(supervisor)


def prepare(data: Path) -> Path:
    """The folder, open for passing through: the database may run as another user. Its files are not."""
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_mode & PASSABLE != PASSABLE:
        data.chmod(data.stat().st_mode | PASSABLE)
    return data


def _greeting(supervisor: subprocess.Popen[bytes], data: Path) -> Servers:
    said = _first_line(supervisor)
    if "database_url" in said:
        return Servers(said["database_url"], said["broadcast_url"], os.getpid())
    if "running" in said and (servers := find_servers(data)):
        raise ServersInUse(f"Process {servers.pid} runs the servers of {data}. Stop it, or set another FLOTILLA_DATA.")
    raise ServersNotStarted(
        said.get("error") or f"The end of {data / 'servers.log'}:\n{records.tail(data / 'servers.log')}"
    )


def _first_line(supervisor: subprocess.Popen[bytes]) -> dict[str, str]:
    """What it says when it knows; nothing when it ended or took too long."""
    assert supervisor.stdout is not None  # noqa: S101 - a pipe was asked for
    ready, _, _ = select.select([supervisor.stdout], [], [], STARTING)
    line = supervisor.stdout.readline() if ready else b""
    said = json.loads(line) if line.strip() else {}
    return {str(key): str(value) for key, value in said.items()}


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    """Closing its input asks it to stop."""
    assert supervisor.stdin is not None  # noqa: S101 - pipes were asked for
    assert supervisor.stdout is not None  # noqa: S101
    supervisor.stdin.close()
    supervisor.stdout.close()
    try:
        supervisor.wait(STOPPING)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
