"""Leaving an endpoint alone that keeps failing, and trying it again with one call."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Outcome(StrEnum):
    """What an attempt says of the endpoint; NOTHING where it was cancelled or the question was at fault."""

    WELL = "WELL"
    FAILING = "FAILING"
    NOTHING = "NOTHING"


class Breaker:
    """Closed until `failures` in a row; then open for `rest`, twice as long each time the one trial after it fails."""

    def __init__(self, now: Callable[[], float], failures: int, rest: float, longest: float) -> None:
        self._now = now
        self._most = failures
        self._rest = rest
        self._longest = longest
        self._failures = 0
        self._rests = 0
        self._closed_until = 0.0
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether the endpoint is left alone, but for a trial when its rest is over."""
        return self._failures >= self._most

    def admit(self) -> bool:
        """Whether an attempt may be made now; who was admitted says `done` when it ends."""
        if not self.open:
            return True
        if self._trying or self._now() < self._closed_until:
            return False
        self._trying = True
        return True

    def done(self, outcome: Outcome) -> None:
        """What came of an admitted attempt. Ones that began before the breaker opened only tell that all is well."""
        trial, self._trying = self._trying, False
        if outcome is Outcome.WELL:
            self._failures = self._rests = 0
        elif outcome is Outcome.FAILING:
            was_open = self.open
            self._failures += 1
            if self.open and (trial or not was_open):
                self._closed_until = self._now() + min(self._rest * 2**self._rests, self._longest)
                self._rests += 1
