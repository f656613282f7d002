"""Real servers for tests: databases cloned from one migrated template, and processes of the product."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from server.embedded import Servers, start_servers
from server.migration import prepare_database

ROOT = Path(__file__).parents[1]
DATABASE_VARIABLE = "FLOTILLA_TEST_DATABASE_URL"
BROADCAST_VARIABLE = "FLOTILLA_TEST_BROADCAST_URL"
READY_WITHIN = 60.0
GONE_WITHIN = 30.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


@contextmanager
def servers_for_tests() -> Iterator[Servers]:
    """Those named in the environment, else our own in a folder that goes with them, also when pytest is killed."""
    given = Servers(os.environ.get(DATABASE_VARIABLE, ""), os.environ.get(BROADCAST_VARIABLE, ""), 0)
    if given.database_url and given.broadcast_url:
        yield given
        return
    with start_servers(passable_folder(), temporary=True) as own:
        yield Servers(given.database_url or own.database_url, given.broadcast_url or own.broadcast_url, own.pid)


def passable_folder() -> Path:
    """A new one that the database's user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="flotilla-test-"))
    folder.chmod(0o711)
    return folder


class Databases:
    """Makes databases on one server; each is a copy of a template that was migrated once."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._template: str | None = None

    def create(self) -> str:
        """The URL of a new, migrated and otherwise empty one."""
        self._template = self._template or self._migrated()
        return self._create(self._template)

    def create_empty(self) -> str:
        """Not migrated."""
        return self._create("template1")

    def drop(self, url: str) -> None:
        """Whoever is still connected is thrown out."""
        self._drop(make_url(url).database or "")

    def close(self) -> None:
        if self._template:
            self._drop(self._template)

    def _migrated(self) -> str:
        url = self._create("template1")
        prepare_database(url)
        return make_url(url).database or ""

    def _create(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self._text(self._url.set(database=name))

    def _drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._text(self._url), autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def _text(url: URL) -> str:
        return url.render_as_string(hide_password=False)


class Process:
    """A process of the product, its output as it comes, and its end whatever happens.

    Its standard input is a pipe from here: a process that follows its parent (`--follow`) ends by itself when
    the tests are killed.
    """

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("FLOTILLA_")}
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**plain, **environment, "PYTHONUNBUFFERED": "1"},
            cwd=folder,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for_line(self, pattern: str, seconds: float = READY_WITHIN) -> re.Match[str]:
        """The first line in which the pattern is found, past or to come."""
        deadline = time.monotonic() + seconds
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise AssertionError(f"No line like {pattern!r} in:\n{self.output}")
                self._changed.wait(left)

    def wait_until_ready(self, seconds: float = READY_WITHIN) -> str:
        """The address of an API that has said it and answers /readyz with 200."""
        deadline = time.monotonic() + seconds
        address = self.wait_for_line(ADDRESS.pattern, seconds)[0]
        while time.monotonic() < deadline and self.running:
            try:
                if httpx.get(f"{address}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return address
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{address}/readyz was never ready:\n{self.output}")

    def wait(self, seconds: float = GONE_WITHIN) -> int:
        """Its exit code, once it has ended by itself and all it wrote is in `lines`."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        return code

    def kill(self) -> None:
        """With -9: it has no say in it."""
        self._process.kill()
        self.wait()

    def stop(self) -> int:
        """Asked to, then forced."""
        self._process.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"It did not stop when asked to:\n{self.output}") from None
        finally:
            self._close()

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def close_input(self) -> None:
        """As when these tests end: a process that follows notices."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
