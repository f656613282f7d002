"""A Valkey of our own: nothing on disk, a password, started or found running, stopped."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from pathlib import Path

from server.embedded import records
from server.embedded.binaries import valkey_program

STARTING = 10.0
STOPPING = 5.0
TRIES = 4
REPLY = 4_096
# To AUTH and to what follows it.
ANSWERS = 2
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
daemonize no
"""


class ValkeyFailed(Exception):
    """What Valkey said when it did not start."""


class Valkey:
    """The one of a data folder. Whatever answers to the recorded password at the recorded port is it."""

    def __init__(self, data: Path) -> None:
        self._record = data / "valkey.json"
        self._log = data / "valkey.log"
        self._port = 0
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Or find it running already, left behind by a supervisor that was killed."""
        record = records.read(self._record)
        self._port, self._password = record.get("port", 0), record.get("password", "")
        if self._port and self.alive():
            return
        for _ in range(TRIES):
            self._spawn()
            if records.wait_until(self._settled, STARTING) and self.alive():
                return
            self.stop()
        raise ValkeyFailed(f"Valkey did not start. The end of {self._log}:\n{records.tail(self._log)}")

    def alive(self) -> bool:
        return self._ask("PING").endswith(b"+PONG\r\n")

    def stop(self) -> None:
        self._ask("SHUTDOWN NOSAVE NOW")
        if self._process is not None:
            try:
                self._process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def dead(self) -> bool:
        """Whether it has ended; one that was only found, not started, is asked."""
        return self._process.poll() is not None if self._process else not self.alive()

    def _spawn(self) -> None:
        """Recorded before it is started, so that there is never one that nobody knows of."""
        self._port = records.free_port(self._port)
        self._password = self._password or secrets.token_urlsafe(24)
        records.write(self._record, {"port": self._port, "password": self._password})
        # Not as arguments: everybody on the machine may read those.
        given, giving = os.pipe()
        log = records.open_log(self._log)
        try:
            command = [str(valkey_program()), "-"]
            self._process = subprocess.Popen(
                command, stdin=given, stdout=log, stderr=log, cwd="/", start_new_session=True
            )
            os.write(giving, CONFIGURATION.format(port=self._port, password=self._password).encode())
        finally:
            for descriptor in (given, giving, log):
                os.close(descriptor)

    def _settled(self) -> bool:
        return self.alive() or self.dead()

    def _ask(self, words: str) -> bytes:
        """What it answers, nothing when it does not: refused, gone in the middle, or not ours."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password}\r\n{words}\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < ANSWERS and (more := connection.recv(REPLY)):
                    answer += more
                return answer
        except OSError:
            return b""
