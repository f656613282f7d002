"""A PostgreSQL of our own in a folder: made once, started or found running, stopped."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from uuid import uuid4

import psutil

from server.embedded.account import Account
from server.embedded.binaries import postgres_programs
from server.embedded.records import free_port, open_log, tail, wait_until

CLUSTERS = "postgres"
USER = "postgres"
DATABASE = "flotilla"
# Where root keeps clusters whose own folder the database's user cannot reach, as below /root.
ELSEWHERE = Path("/var/lib/flotilla")
STARTING = 60.0
STOPPING = 15.0
TRIES = 4
PID_LINE, PORT_LINE, STATUS_LINE = 0, 3, 7
# Commits still reach the operating system: a test may kill the server and look for what was committed.
THROW_AWAY = ("-c", "fsync=off", "-c", "full_page_writes=off")


class PostgresFailed(Exception):
    """What PostgreSQL said when it did not start."""


class Postgres:
    """The cluster below one data folder. `temporary` trades surviving a power cut for speed."""

    def __init__(self, data: Path, account: Account, *, temporary: bool = False) -> None:
        self._account = account
        self._place = _place(data, account)
        self._cluster = self._place / "cluster"
        self._log = data / "postgres.log"
        self._programs = postgres_programs(account, self._place)
        self._temporary = temporary
        self._process: psutil.Process | None = None
        self._port = 0

    @property
    def url(self) -> str:
        password = (self._place / "password").read_text()
        return f"postgresql://{USER}:{password}@127.0.0.1:{self._port}/{DATABASE}"

    def start(self) -> None:
        """Or find it running already, left behind by a supervisor that was killed."""
        if not self._cluster.exists():
            self._create()
        self._check_version()
        self._process = self._find()
        for _ in range(TRIES):
            if self._process is None:
                self._spawn()
            if wait_until(self._settled, STARTING) and self._ready():
                self._port = int(self._pid_file()[PORT_LINE])
                return
            self._process = None
        raise PostgresFailed(f"PostgreSQL did not start. The end of {self._log}:\n{tail(self._log)}")

    def alive(self) -> bool:
        if self._process is None:
            return False
        try:
            self._process.wait(timeout=0)
        except psutil.TimeoutExpired:
            return True
        return False

    def stop(self) -> None:
        """Quickly, then at once, then by force. What is thrown away need not be put in order first."""
        signals = (
            (signal.SIGQUIT, signal.SIGKILL) if self._temporary else (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
        )
        for number in signals:
            if self._process is None or not self.alive():
                break
            self._process.send_signal(number)
            wait_until(lambda: not self.alive(), STOPPING)
        self._process = None

    def _create(self) -> None:
        """Aside, then renamed: an initdb that was interrupted is never taken for a cluster."""
        for leftover in self._place.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._write_password()
        aside = self._place / f"new-{uuid4().hex}"
        words = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(self._place / "password"), "-E", "UTF8"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        self._run("initdb", "-D", str(aside), *words, *(["--no-sync"] if self._temporary else []))
        self._run("postgres", "--single", "-D", str(aside), "postgres", text=f"CREATE DATABASE {DATABASE}\n")
        aside.rename(self._cluster)

    def _write_password(self) -> None:
        path = self._place / "password"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
        self._account.own(path)

    def _run(self, program: str, *words: str, text: str = "") -> None:
        done = self._account.run([str(self._programs / program), *words], text=text)
        if done.returncode != 0:
            raise PostgresFailed(f"{program} failed:\n{done.stdout}{done.stderr}")

    def _check_version(self) -> None:
        have = (self._cluster / "PG_VERSION").read_text().strip()
        want = self._account.run([str(self._programs / "postgres"), "--version"]).stdout.split()[-1].split(".")[0]
        if have != want:
            raise PostgresFailed(
                f"{self._cluster} was made by PostgreSQL {have}, and the one installed is {want}. Dump it with the old "
                "one and load it with the new, or move the folder away to start from nothing."
            )

    def _pid_file(self) -> list[str]:
        path = self._cluster / "postmaster.pid"
        return path.read_text().splitlines() if path.exists() else []

    def _find(self) -> psutil.Process | None:
        """The running server of this cluster.

        A file left by one that is gone is removed: the number in it may be another program's by now, and
        PostgreSQL would refuse to start for its sake.
        """
        lines = self._pid_file()
        if not lines:
            return None
        try:
            process = psutil.Process(int(lines[PID_LINE]))
            if str(self._cluster) in process.cmdline():
                return process
        except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
            pass
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        return None

    def _spawn(self) -> None:
        port = self._remembered_port()
        words = ["-D", str(self._cluster), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
        words += ["-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "timezone=UTC"]
        if self._temporary:
            words += THROW_AWAY
        log = open_log(self._log)
        try:
            self._process = psutil.Popen(
                [str(self._programs / "postgres"), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._account.options,
            )
        finally:
            os.close(log)

    def _remembered_port(self) -> int:
        """The one of last time if it is free, so that what people noted down goes on working."""
        path = self._place / "port"
        port = free_port(int(path.read_text()) if path.exists() else 0)
        path.write_text(str(port))
        return port

    def _settled(self) -> bool:
        return self._ready() or not self.alive()

    def _ready(self) -> bool:
        lines = self._pid_file()
        return (
            self._process is not None
            and len(lines) > STATUS_LINE
            and lines[PID_LINE] == str(self._process.pid)
            and lines[STATUS_LINE].strip() == "ready"
        )


def _place(data: Path, account: Account) -> Path:
    """A folder of the account's own: `postgres` below the data folder, or what that points to."""
    link = data / CLUSTERS
    if not link.is_symlink() and not link.exists() and not account.reaches(data):
        link.symlink_to(ELSEWHERE / uuid4().hex)
    place = link.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    account.own(place)
    return place
