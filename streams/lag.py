"""How late events reach subscribers: one look for each batch that a follower reads, in fixed classes of seconds."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field

from domain.event import LoggedEvent

BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(slots=True)
class Lag:
    """A histogram as Prometheus knows it; counted here, since what is done for each event must cost next to nothing."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def figures(self) -> tuple[list[int], float]:
        """How many fell into each class, and how long all of them took."""
        return self.counts, self.seconds

    def note(self, event: LoggedEvent) -> None:
        """A follower reads it now."""
        waited = max(0.0, time.time() - event.at.timestamp())
        self.counts[bisect_left(BOUNDS, waited)] += 1
        self.seconds += waited
