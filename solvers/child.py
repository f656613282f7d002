"""Solving in a process of its own, which can be killed at any moment and goes when its parent goes."""

from __future__ import annotations

import os
import pickle
import queue
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from domain.planning.ports import SolveCancelled, SolveFailed

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

ROOT = Path(__file__).parents[1]
POLL_SECONDS = 0.1
_LENGTH = struct.Struct("!Q")


class SolverProcesses:
    """One idle process is kept for the next solve: loading a solver takes longer than many a solve."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: _Child | None = None

    def run(
        self,
        function: Callable[[Argument], Answer],
        argument: Argument,
        *,
        limit: float,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """What that module's function comes to; what it raises is raised here, where pickle can carry it.

        A refusal is better an answer: pickle does not carry exceptions whose arguments are not their message.
        SolveCancelled within a fraction of a second of `cancelled`, SolveFailed after `limit` seconds; killed in both.
        """
        child = self._take()
        try:
            child.send((function, argument))
            done, answer = child.answer(time.monotonic() + limit, cancelled)
        except BaseException:
            child.kill()
            raise
        self._give_back(child)
        if not done:
            raise answer
        # The child ran that very function.
        found: Answer = answer
        return found

    def close(self) -> None:
        with self._lock:
            child, self._idle = self._idle, None
        if child is not None:
            child.kill()

    def _take(self) -> _Child:
        with self._lock:
            child, self._idle = self._idle, None
        if child is not None and child.lives:
            return child
        if child is not None:
            child.kill()
        return _Child()

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            kept = self._idle is None
            if kept:
                self._idle = child
        if not kept:
            child.kill()


class _Child:
    """The parent's end of the two pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "solvers.child"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A terminal's interrupt is for the parent, whose end is the child's.
            start_new_session=True,
        )

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def send(self, request: object) -> None:
        try:
            _write(_pipe(self._process.stdin), request)
        except BrokenPipeError:
            raise SolveFailed("The solver's process is gone.") from None

    def answer(self, deadline: float, cancelled: Callable[[], bool]) -> tuple[bool, Any]:
        """Whether the function came to its end, and what it came to or raised."""
        out = _pipe(self._process.stdout)
        while not select.select([out], [], [], POLL_SECONDS)[0]:
            if cancelled():
                raise SolveCancelled
            if time.monotonic() > deadline:
                raise SolveFailed("The solver went on beyond its limit and was stopped.")
        try:
            answer: tuple[bool, Any] = _read(out)
        except EOFError:
            raise SolveFailed(f"The solver's process ended with {self._process.wait()}.") from None
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            _close(_pipe(pipe))


def serve() -> None:
    """The child's side: one request after the other until the parent is gone, also in the middle of one."""
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a solver prints would break the answers.
    os.dup2(2, 1)
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        function, argument = requests.get()
        try:
            answer = True, function(argument)
        except Exception as raised:  # noqa: BLE001 - raised anew where it was asked for
            answer = False, raised
        _write(answers, answer)


def _listen(requests: queue.SimpleQueue[Any]) -> None:
    while True:
        try:
            requests.put(_read(sys.stdin.buffer))
        except EOFError:
            os._exit(0)


def _write(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    """What parent and child send each other is their own."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    data = pipe.read(_LENGTH.unpack(header)[0])
    return pickle.loads(data)  # noqa: S301 - from our own process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - both are opened with the process
    return pipe


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


if __name__ == "__main__":
    serve()
