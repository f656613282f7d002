"""How often something may be done: token buckets by whose token it is, and by where a request comes from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Self

from server.errors import RateLimited
from server.settings import Settings

MINUTE = 60.0
# The ones used least recently are forgotten, which lets them begin anew.
MOST_BUCKETS = 20_000
# Whoever has one IPv6 address has the other 2^64 of its network too.
HOST_BITS = 64


class Buckets:
    """A bucket for each key: it holds what may be done in a minute, and fills again as fast as that.

    Of each only the time is kept at which it will be full again: what is in it follows from that.
    """

    def __init__(self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = MINUTE / per_minute if per_minute else 0.0
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Take one, or nothing where none is left; the seconds to wait until there is one, 0 where it was taken."""
        if not self._interval:
            return 0.0
        now = self._clock()
        full_at = max(self._full_at.pop(key, now), now)
        wait = full_at + self._interval - now - MINUTE
        # Put back behind all others: the first one is always the one used least recently.
        self._full_at[key] = full_at if wait > 0 else full_at + self._interval
        if len(self._full_at) > MOST_BUCKETS:
            del self._full_at[next(iter(self._full_at))]
        return max(wait, 0.0)


@dataclass(frozen=True, slots=True)
class Rates:
    """What is counted, each with buckets of its own; by default nothing is."""

    subjects: Buckets = field(default_factory=Buckets)
    addresses: Buckets = field(default_factory=Buckets)
    refusals: Buckets = field(default_factory=Buckets)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        return cls(Buckets(settings.token_rate), Buckets(settings.address_rate), Buckets(settings.refusal_rate))

    def operation(self, subject: str) -> None:
        """One more operation with a token of that subject; RateLimited where it was one too many."""
        if wait := self.subjects.take(subject):
            raise RateLimited("Too many operations came with this token in the last minute.", wait)

    def request(self, address: str) -> None:
        """One more request or socket from that address; RateLimited where it was one too many."""
        if wait := self.addresses.take(network(address)):
            raise RateLimited("Too many requests came from this address in the last minute.", wait)

    def refusal(self, address: str) -> None:
        """One more token from that address that will not do; RateLimited where it was one too many."""
        if wait := self.refusals.take(network(address)):
            raise RateLimited("Too many tokens from this address were refused in the last minute.", wait)


def network(address: str) -> str:
    """What an address counts as."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> HOST_BITS << HOST_BITS))
