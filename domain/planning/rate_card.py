"""What the target and a migration cost by the piece: a dated table, by currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any

from domain.reference_data import read_csv

SETTING = "rateCard"
_FALLBACK = "USD"


@dataclass(frozen=True, slots=True)
class Price:
    """What one `unit` costs. `certain` is False of a number that nobody has checked against an offer.

    Without `valid_from` it is the engagement's own.
    """

    item: str
    amount: Decimal
    unit: str
    currency: str
    valid_from: date | None
    source: str
    certain: bool

    @property
    def table(self) -> str:
        """The table it is from, as a sentence names it: `the rate card of 2026-01-01 (ours, unconfirmed)`."""
        if self.valid_from is None:
            return self.source
        doubt = "" if self.certain else ", unconfirmed"
        return f"the rate card of {self.valid_from.isoformat()} ({self.source}{doubt})"


@dataclass(frozen=True, slots=True)
class RateCard:
    """The prices that hold on a day, in a currency; in that of USD where the table has none of its own.

    What the engagement's `settings` say of an item stands before the table.
    """

    currency: str
    as_of: date
    settings: Mapping[str, Any] = field(default_factory=dict)

    def price(self, item: str) -> Price:
        """The engagement's own; else the newest of the table on that day, the oldest where all are newer."""
        found = self._listed(item)
        own = self._own(item)
        if own is None:
            return found
        return Price(item, own, found.unit, self.currency, None, "the engagement's settings", certain=True)

    def _listed(self, item: str) -> Price:
        dated = sorted(_prices()[self.priced_in, item].items())
        return next((price for day, price in reversed(dated) if day <= self.as_of), dated[0][1])

    def _own(self, item: str) -> Decimal | None:
        prices = self.settings.get(SETTING)
        try:
            price = Decimal(str(prices[item])) if isinstance(prices, Mapping) else None
        except (KeyError, InvalidOperation):
            return None
        return price if price is not None and price.is_finite() and price >= 0 else None

    @property
    def priced_in(self) -> str:
        """The currency that its prices are in."""
        return self.currency if any(currency == self.currency for currency, _ in _prices()) else _FALLBACK

    @property
    def foreign(self) -> bool:
        """True where prices in USD stand for those in a currency that neither table nor engagement has."""
        if self.priced_in == self.currency:
            return False
        return any(self._own(item) is None for currency, item in _prices() if currency == self.priced_in)


@cache
def _prices() -> Mapping[tuple[str, str], Mapping[date, Price]]:
    """By currency and item, then by the day from which they hold."""
    found: defaultdict[tuple[str, str], dict[date, Price]] = defaultdict(dict)
    for row in read_csv("rate_card"):
        valid_from = date.fromisoformat(row["from"])
        found[row["currency"], row["item"]][valid_from] = Price(
            item=row["item"],
            amount=Decimal(row["price"]),
            unit=row["unit"],
            currency=row["currency"],
            valid_from=valid_from,
            source=row["source"],
            certain=row["certain"] == "yes",
        )
    return MappingProxyType(dict(found))


def items() -> frozenset[str]:
    """What the table has a price for."""
    return frozenset(item for _, item in _prices())
