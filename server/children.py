"""Processes of the product below one that keeps them running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
STOPPING = 15.0
LONGEST_PAUSE = 10.0
# One that ran this long did not die of how it was started.
STEADY = 30.0


class Child:
    """One `python -m server WORD`, started again when it ends, each time after a longer pause."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], descriptors: Sequence[int] = ()) -> None:
        self._command = [sys.executable, "-m", "server", *words, "--follow"]
        self._environment = {**os.environ, **environment}
        self._descriptors = tuple(descriptors)
        self._pause = 0.0
        self._start_at = 0.0
        self._process = self._start()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def keep(self) -> None:
        """Start it again if it has ended and its pause is over; called every now and then."""
        now = time.monotonic()
        if self.running:
            self._pause = 0.0 if now - self._start_at > STEADY else self._pause
        elif now >= self._start_at + self._pause:
            self._report()
            self._pause = min(LONGEST_PAUSE, self._pause * 2 or 0.5)
            self._close()
            self._process = self._start()

    def stop(self) -> None:
        """Asked to, then forced."""
        self._process.terminate()
        try:
            self._process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._start_at = time.monotonic()
        # In a session of its own: Ctrl-C is for us, who then stop it in order.
        return subprocess.Popen(  # noqa: S603 - our own program
            self._command,
            stdin=subprocess.PIPE,
            env=self._environment,
            cwd=ROOT,
            pass_fds=self._descriptors,
            start_new_session=True,
        )

    def _report(self) -> None:
        sys.stderr.write(f"{self._command[3]} ended with {self.exit_code}; starting it again.\n")

    def _close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
