"""What a token may spend: every operation has a price, and a minute's worth of them fills again as time goes by."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.errors import LimitExceeded, shown_time
from server.errors import RateLimited

MINUTE = 60.0
# Whose budget is full again is forgotten, told or not: nobody would add it up any more. They are looked for
# whenever so many more tokens have come.
SWEEP_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Charge:
    """What one operation costs, and what its token may still spend."""

    requested: int
    budget: int
    remaining: int
    full_in: float

    def extensions(self) -> Mapping[str, Any] | None:
        """What an answer says of it beside its data; nothing where there is no budget."""
        if not self.budget:
            return None
        full_at = datetime.now(UTC) + timedelta(seconds=self.full_in)
        return {
            "cost": {
                "requested": self.requested,
                "budget": self.budget,
                "remaining": self.remaining,
                "fullAt": shown_time(full_at),
            }
        }

    def tell(self, answer: dict[str, Any]) -> None:
        """Say it in an answer."""
        if extensions := self.extensions():
            answer["extensions"] = extensions


class TooDear(LimitExceeded):
    """The operation costs more than a token may ever spend at once."""

    def __init__(self, charge: Charge) -> None:
        self.charge = charge
        super().__init__(
            f"This costs {charge.requested:,}, and a token may spend {charge.budget:,} in a minute. "
            "Ask for fewer items (`first`), or for less of each."
        )


class BudgetSpent(RateLimited):
    """The token has spent too much of what it may; there is enough again in a while."""

    def __init__(self, charge: Charge, wait: float) -> None:
        self.charge = charge
        super().__init__(
            f"This costs {charge.requested:,}, and of the {charge.budget:,} that a token may spend in a minute "
            f"{charge.remaining:,} is left. Ask for less.",
            wait,
        )


@dataclass(slots=True)
class Account:
    """What one token has spent as of a moment, and how much of that nobody else was told yet."""

    spent: float
    at: float
    untold: float = 0.0


class Budgets:
    """An account for each token. What is spent is forgotten evenly, a whole budget in a minute; 0 is without end."""

    def __init__(self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._accounts: dict[str, Account] = {}
        self._sweep_at = SWEEP_EVERY
        # Something was, since somebody last looked.
        self.spent = asyncio.Event()

    def charge(self, token: str, price: int) -> Charge:
        """Take the price from what the token may spend; if it has less nothing is taken: BudgetSpent, or TooDear."""
        if not self.per_minute:
            return Charge(price, 0, 0, 0.0)
        account = self._account(key_of(token))
        after = account.spent + price
        if after > self.per_minute:
            raise self._refuse(account.spent, price)
        account.spent, account.untold = after, account.untold + price
        self.spent.set()
        return self._charge(price, after)

    def take_untold(self) -> Mapping[str, float]:
        """What was spent here since the last time, by account."""
        found = {key: account.untold for key, account in self._accounts.items() if account.untold}
        for key in found:
            self._accounts[key].untold = 0.0
        return found

    def put_back(self, untold: Mapping[str, float]) -> None:
        """It could not be told."""
        for key, amount in untold.items():
            if account := self._accounts.get(key):
                # Its age stays: while nobody can be told, the old are forgotten all the same.
                account.untold += amount

    def learn(self, spent: Mapping[str, float]) -> None:
        """What all processes have spent together, with what was taken last."""
        for key, amount in spent.items():
            account = self._account(key)
            account.spent = amount + account.untold

    def _account(self, key: str) -> Account:
        """As of now."""
        now = self._clock()
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account(0.0, now)
            self._sweep()
        account.spent = max(0.0, account.spent - (now - account.at) * self.per_minute / MINUTE)
        account.at = now
        return account

    def _sweep(self) -> None:
        if len(self._accounts) < self._sweep_at:
            return
        old = self._clock() - MINUTE
        self._accounts = {key: each for key, each in self._accounts.items() if each.at > old}
        self._sweep_at = len(self._accounts) + SWEEP_EVERY

    def _charge(self, price: int, spent: float) -> Charge:
        return Charge(
            price, self.per_minute, max(0, math.floor(self.per_minute - spent)), spent * MINUTE / self.per_minute
        )

    def _refuse(self, spent: float, price: int) -> TooDear | BudgetSpent:
        charge = self._charge(price, spent)
        if price > self.per_minute:
            return TooDear(charge)
        return BudgetSpent(charge, (spent + price - self.per_minute) * MINUTE / self.per_minute)


def key_of(token: str) -> str:
    """A name for the token's account, from which nobody learns the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
