"""Stopping without cutting anything short: long-lived answers are told, and end where their clients can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What has one answer may still give it, for so long: less than what stops a process gives it.
ANSWERS_WITHIN = 5.0


class Drain:
    """Whether this process stops. What answers for longer than a moment watches it."""

    def __init__(self) -> None:
        self.begun = False
        self._watchers: set[Callable[[], None]] = set()

    def begin(self) -> None:
        """Tell everybody once. Nobody new may connect any more when this is called."""
        self.begun = True
        for tell in tuple(self._watchers):
            tell()

    @contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` when the drain begins, or now where it has begun, as long as the context lasts."""
        if self.begun:
            tell()
        self._watchers.add(tell)
        try:
            yield
        finally:
            self._watchers.discard(tell)
