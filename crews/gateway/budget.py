"""What an engagement may ask of the model in a day."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from typing import Protocol


class Budget(Protocol):
    """Tokens are taken before a call, as many as it may use at most, and settled with what it did use."""

    async def take(self, engagement: str, tokens: int) -> str | None:
        """The key of what was set aside; None where the day's rest does not hold that much."""

    async def settle(self, taken: str, tokens: int) -> None:
        """Give back what was not used. Once for each key; what is never settled stays taken until the day is over."""


class Unlimited:
    """As much as anybody likes."""

    async def take(self, engagement: str, tokens: int) -> str | None:  # noqa: ARG002 - that is the point
        return engagement

    async def settle(self, taken: str, tokens: int) -> None:
        pass


class MemoryBudget:
    """For one process. A call belongs to the day it began on."""

    def __init__(self, tokens: int, today: Callable[[], date]) -> None:
        self._tokens = tokens
        self._today = today
        self._day = today()
        self._used: dict[str, int] = {}
        self._taken: dict[str, tuple[date, str, int]] = {}
        self._numbers = itertools.count()

    def left(self, engagement: str) -> int:
        """What it may still take today."""
        self._turn()
        return self._tokens - self._used.get(engagement, 0)

    async def take(self, engagement: str, tokens: int) -> str | None:
        if tokens > self.left(engagement):
            return None
        key = str(next(self._numbers))
        self._used[engagement] = self._used.get(engagement, 0) + tokens
        self._taken[key] = (self._day, engagement, tokens)
        return key

    async def settle(self, taken: str, tokens: int) -> None:
        self._turn()
        day, engagement, held = self._taken.pop(taken)
        if day == self._day:
            self._used[engagement] += tokens - held

    def _turn(self) -> None:
        if self._today() != self._day:
            self._day = self._today()
            self._used.clear()
