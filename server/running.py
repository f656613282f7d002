"""What `up` leaves in the data folder for others to find: that it runs, and where."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from server.embedded import records
from server.embedded.running import prepare
from server.settings import Settings

LOCK = "up.lock"
RECORD = "up.json"


@contextmanager
def alone(settings: Settings) -> Iterator[bool]:
    """Whether this is the only `up` of the data folder, for as long as the context lasts."""
    data = prepare(settings.data)
    with records.locked(data / LOCK) as mine:
        try:
            yield mine
        finally:
            if mine:
                (data / RECORD).unlink(missing_ok=True)


def announce(settings: Settings, url: str) -> None:
    records.write(settings.data.absolute() / RECORD, {"url": url, "pid": os.getpid()})


def find_running(settings: Settings) -> str | None:
    """The address of the `up` of that data folder, or of an API at the address of the settings."""
    data = settings.data.absolute()
    if data.is_dir():
        with records.locked(data / LOCK) as nobody:
            if not nobody:
                return records.read(data / RECORD).get("url")
    url = f"http://{settings.host}:{settings.port}"
    return url if answers(f"{url}/healthz") else None


def answers(url: str) -> bool:
    """Whether a GET is answered with success."""
    try:
        with urlopen(url, timeout=5):  # noqa: S310 - an address of our own
            return True
    except (URLError, OSError):
        return False
