"""What an application costs a year, before and after its move: the facts it rests on, and those that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from domain.decision import Strategy
from domain.planning.exact import counted, exactly
from domain.planning.rate_card import RateCard

# Strategies whose servers and data go to the target.
WITH_SERVERS = frozenset({Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR})
_ITEMS = MappingProxyType({strategy: strategy.lower() for strategy in WITH_SERVERS})


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of an application that moves; None is unknown.

    `servers` are counted as the effort is: unknown ones as one a component, which `servers_known` tells.
    `current` is what it costs a year today.
    """

    strategy: Strategy
    servers: Fraction
    servers_known: bool = True
    data_gb: Decimal | None = None
    users: int | None = None
    current: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RunRate:
    """A year in the target, `because` in a sentence; None while facts are `missing`."""

    annual: Decimal | None
    because: str
    missing: tuple[str, ...] = ()


def target_run_rate(facts: RunFacts, card: RateCard) -> RunRate:
    """By strategy, from the rate card, to the currency's minor unit; what stays costs what it does."""
    if facts.strategy is Strategy.RETIRE:
        return RunRate(Decimal(0), "what is retired costs nothing any more")
    if facts.strategy is Strategy.RETAIN:
        missing = () if facts.current is not None else ("annual cost",)
        return RunRate(facts.current, "what stays costs what it does today", missing)
    return _subscribed(facts, card) if facts.strategy is Strategy.REPURCHASE else _hosted(facts, card)


def _subscribed(facts: RunFacts, card: RateCard) -> RunRate:
    if facts.users is None:
        return RunRate(None, "nobody knows how many use it", ("users",))
    seat = card.price("saas_seat")
    annual = exactly(Fraction(seat.amount) * facts.users, card.currency)
    return RunRate(annual, f"{_count(facts.users, 'seat')} at {seat.amount:f} a year by {seat.table}")


def _hosted(facts: RunFacts, card: RateCard) -> RunRate:
    if facts.data_gb is None:
        return RunRate(None, "nobody knows how much data it holds", ("data volume",))
    server, storage = (card.price(f"run_{what}_{_ITEMS[facts.strategy]}") for what in ("server", "storage"))
    exact = Fraction(server.amount) * facts.servers + Fraction(storage.amount) * Fraction(facts.data_gb)
    assumed = "" if facts.servers_known else " (unknown, taken as one a component)"
    because = (
        f"{_count(facts.servers, 'server')}{assumed} at {server.amount:f} and {facts.data_gb:f} GB at "
        f"{storage.amount:f} a year by {server.table}"
    )
    return RunRate(exactly(exact, card.currency), because)


def _count(number: Fraction | int, noun: str) -> str:
    return f"{counted(Fraction(number)):,f} {noun}{'' if number == 1 else 's'}"
