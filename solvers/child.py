"""Solving in a process of its own, which can be killed at any moment and goes when its parent goes.

The parent never loads a solver: it names what its child is to call, and gets values of the domain back.
"""

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
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from domain.planning.ports import SolveCancelled, SolveFailed

ROOT = Path(__file__).parents[1]
POLL_SECONDS = 0.1
LOADED_WITHIN = 120.0
_LENGTH = struct.Struct("!Q")


def never() -> bool:
    """Nobody cancels."""
    return False


class SolverProcesses:
    """At most so many at once, each with one solve; one idle one is kept, as loading takes longer than many a solve."""

    def __init__(self, most: int = 2) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(most)
        self._idle: _Child | None = None
        self._busy: set[_Child] = set()
        self._closed = False

    def run(self, function: str, argument: object, *, limit: float, cancelled: Callable[[], bool] = never) -> Any:
        """What `package.module:name` comes to there; what it raises is raised here, where pickle can carry it.

        A refusal is better an answer: pickle does not carry exceptions whose arguments are not their message.
        SolveCancelled within a fraction of a second of `cancelled`, SolveFailed after `limit` seconds; killed in both.
        """
        while not self._turns.acquire(timeout=POLL_SECONDS):
            if cancelled():
                raise SolveCancelled
        try:
            done, answer = self._asked((function, argument), limit, cancelled)
        finally:
            self._turns.release()
        if not done:
            raise answer
        return answer

    def load(self, *modules: str) -> None:
        """Have a process ready that has loaded these, in the background."""
        threading.Thread(target=self._load, args=(modules,), name="solver loading", daemon=True).start()

    def close(self) -> None:
        """End all of them, whatever they do; there are no more afterwards."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, None
            # Who waits for these sees them end, and closes their pipes.
            for child in self._busy:
                child.end()
        if idle is not None:
            idle.kill()

    def _load(self, modules: Sequence[str]) -> None:
        # Whoever solves later is told what is wrong.
        with suppress(SolveFailed, SolveCancelled, ImportError):
            self.run(f"{__name__}:load", modules, limit=LOADED_WITHIN)

    def _asked(self, request: object, limit: float, cancelled: Callable[[], bool]) -> tuple[bool, Any]:
        child = self._take()
        try:
            child.send(request)
            answer = child.answer(time.monotonic() + limit, cancelled)
        except BaseException:
            self._give_back(child, keep=False)
            raise
        self._give_back(child, keep=True)
        return answer

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise SolveCancelled
            child, self._idle = self._idle, None
            if child is not None and not child.lives:
                child.kill()
                child = None
            child = child or _Child()
            self._busy.add(child)
        return child

    def _give_back(self, child: _Child, *, keep: bool) -> None:
        with self._lock:
            self._busy.discard(child)
            kept = keep and self._idle is None and not self._closed
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

    def end(self) -> None:
        """Without its pipes, which somebody may be reading from."""
        self._process.kill()
        self._process.wait()

    def kill(self) -> None:
        self.end()
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
            answer = True, _named(function)(argument)
        except Exception as raised:  # noqa: BLE001 - raised anew where it was asked for
            answer = False, raised
        _write(answers, answer)


def load(modules: Sequence[str]) -> None:
    """What later requests need, loaded before they come."""
    for module in modules:
        import_module(module)


def _named(function: str) -> Callable[[Any], Any]:
    module, _, name = function.partition(":")
    found: Callable[[Any], Any] = getattr(import_module(module), name)
    return found


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
