"""One process a data folder: starts both servers, starts them again when they die, stops them with its parent.

It lives in a session of its own, so that neither Ctrl-C nor a kill -9 of whoever asked for the servers
keeps it from stopping them; it notices by its standard input ending, or by having another parent.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from server.embedded import records
from server.embedded.account import unprivileged
from server.embedded.postgres import CLUSTERS, Postgres, PostgresFailed
from server.embedded.valkey import Valkey, ValkeyFailed

LOCK = "servers.lock"
RECORD = "servers.json"
TEMPORARY = "--temporary"
GLANCE = 0.25
LONGEST_PAUSE = 5.0
WAITING_FOR_LOCK = 60.0


class Supervisor:
    """Both servers of a folder, from one start to one stop."""

    def __init__(self, data: Path, *, temporary: bool) -> None:
        self._record = data / RECORD
        self._parent = os.getppid()
        self._told_to_stop = False
        self._postgres = Postgres(data, unprivileged(), temporary=temporary)
        self._valkey = Valkey(data)

    def run(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._stop_soon)
        try:
            self._start()
            self._watch()
        finally:
            self._record.unlink(missing_ok=True)
            self._valkey.stop()
            self._postgres.stop()

    def _stop_soon(self, *_: object) -> None:
        self._told_to_stop = True

    def _start(self) -> None:
        self._postgres.start()
        self._valkey.start()
        servers = {"database_url": self._postgres.url, "broadcast_url": self._valkey.url}
        records.write(self._record, servers | {"pid": os.getpid(), "parent": self._parent})
        say(servers)

    def _watch(self) -> None:
        pause = 0.0
        while not self._over():
            if self._postgres.alive() and not self._valkey.dead():
                pause = 0.0
                continue
            sys.stderr.write(f"A server has ended; starting it again after {pause:.1f} s.\n")
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2 or 0.1)
            self._revive()

    def _revive(self) -> None:
        """On the same ports with the same passwords, so that whoever is connected may reconnect."""
        try:
            if not self._postgres.alive():
                self._postgres.start()
            if self._valkey.dead():
                self._valkey.start()
        except (PostgresFailed, ValkeyFailed, OSError) as problem:
            # A full disk may have room again in a while.
            sys.stderr.write(f"{problem}\n")

    def _over(self) -> bool:
        """Waits a moment for the parent to end; its closing the pipe is known at once."""
        ended, _, _ = select.select([sys.stdin], [], [], GLANCE)
        return bool(ended) or self._told_to_stop or os.getppid() != self._parent


def say(message: dict[str, str]) -> None:
    """To the parent; it may be gone already, which the next look finds out."""
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = sys.stderr


def supervise(data: Path, *, temporary: bool) -> None:
    """Waits for one that is just stopping; one that runs is told of instead of starting another."""
    deadline = time.monotonic() + WAITING_FOR_LOCK
    while time.monotonic() < deadline:
        with records.locked(data / LOCK) as mine:
            if mine:
                return Supervisor(data, temporary=temporary).run()
        if (data / RECORD).exists():
            return say({"running": "already"})
        time.sleep(GLANCE)
    return say({"error": f"Another process holds {data / LOCK} and does not get ready."})


def remove(data: Path) -> None:
    """All of it, also the cluster where that had to be elsewhere."""
    shutil.rmtree((data / CLUSTERS).resolve(), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    data, temporary = Path(arguments[0]), TEMPORARY in arguments
    try:
        supervise(data, temporary=temporary)
    except Exception as problem:  # noqa: BLE001 - the process's edge: told to the parent, which tells the person
        say({"error": f"{type(problem).__name__}: {problem}"})
        return 1
    finally:
        if temporary:
            remove(data)
    return 0
