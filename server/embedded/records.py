"""Small files of a data folder: written whole or not at all, and read by their owner only."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GLANCE = 0.02
LARGEST_LOG = 10 << 20


def write(path: Path, value: Any) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(value, file)
    aside.replace(path)


def read(path: Path) -> dict[str, Any]:
    """What was written, or nothing when that was never or is not ours."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def open_log(path: Path) -> int:
    """To append to; one that has grown large starts anew."""
    large = path.exists() and path.stat().st_size > LARGEST_LOG
    return os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | (os.O_TRUNC if large else 0), 0o600)


def tail(path: Path, lines: int = 8) -> str:
    text = path.read_text("utf-8", "replace") if path.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether the lock was had. The kernel gives it back whatever becomes of this process."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(GLANCE)
    return True


def free_port(wanted: int = 0) -> int:
    """That one if nobody has it, else any."""
    with socket.socket() as probe:
        # A server that has just stopped leaves connections behind that do not hinder the next.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])
