"""What the target and a migration cost by the piece: a dated table, by currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from domain.reference_data import read_csv

_FALLBACK = "USD"


@dataclass(frozen=True, slots=True)
class Price:
    """What one `unit` costs. `certain` is False of a number that nobody has checked against an offer."""

    item: str
    amount: Decimal
    unit: str
    currency: str
    valid_from: date
    source: str
    certain: bool

    @property
    def table(self) -> str:
        """The table it is from, as a sentence names it: `the rate card of 2026-01-01 (ours, unconfirmed)`."""
        doubt = "" if self.certain else ", unconfirmed"
        return f"the rate card of {self.valid_from.isoformat()} ({self.source}{doubt})"


@dataclass(frozen=True, slots=True)
class RateCard:
    """The prices that hold on a day, in a currency; in that of USD where the table has none of its own."""

    currency: str
    as_of: date

    def price(self, item: str) -> Price:
        """The newest of the table on that day; the oldest where all are newer."""
        prices = sorted(_prices()[self.priced_in, item], key=lambda price: price.valid_from)
        return next((price for price in reversed(prices) if price.valid_from <= self.as_of), prices[0])

    @property
    def priced_in(self) -> str:
        """The currency that its prices are in."""
        return self.currency if any(currency == self.currency for currency, _ in _prices()) else _FALLBACK

    @property
    def foreign(self) -> bool:
        """True where prices in USD stand for those in a currency that the table lacks."""
        return self.priced_in != self.currency


@cache
def _prices() -> Mapping[tuple[str, str], tuple[Price, ...]]:
    found: dict[tuple[str, str], tuple[Price, ...]] = {}
    for row in read_csv("rate_card"):
        price = Price(
            item=row["item"],
            amount=Decimal(row["price"]),
            unit=row["unit"],
            currency=row["currency"],
            valid_from=date.fromisoformat(row["from"]),
            source=row["source"],
            certain=row["certain"] == "yes",
        )
        found[price.currency, price.item] = (*found.get((price.currency, price.item), ()), price)
    return MappingProxyType(found)
