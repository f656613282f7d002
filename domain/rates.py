"""Blended hourly rates, dated, and amounts in a currency's smallest unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from domain.reference_data import read_csv

SETTING = "blendedRate"
_FALLBACK = "USD"


@dataclass(frozen=True, slots=True)
class BlendedRate:
    """What an hour costs, whoever works it. `source` says where the number is from."""

    currency: str
    hourly: Decimal
    valid_from: date | None
    source: str


def blended_rate(currency: str, as_of: date, settings: Mapping[str, Any]) -> BlendedRate:
    """The engagement's own rate; else the newest of the table on that day; for a currency it lacks, that of USD."""
    own = _own_rate(settings)
    if own is not None:
        return BlendedRate(currency, own, None, "the engagement's settings")
    return _from_table(currency, as_of) or _from_table(_FALLBACK, as_of) or _oldest()


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 of most."""
    digits = {row["currency"]: int(row["minor_digits"]) for row in read_csv("currencies")}
    return Decimal(1).scaleb(-digits.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the smallest unit."""
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP)


def _own_rate(settings: Mapping[str, Any]) -> Decimal | None:
    try:
        rate = Decimal(str(settings[SETTING]))
    except (KeyError, InvalidOperation):
        return None
    return rate if rate.is_finite() and rate >= 0 else None


def _from_table(currency: str, as_of: date) -> BlendedRate | None:
    rates = [rate for rate in _rates() if rate.currency == currency and rate.valid_from <= as_of]
    return max(rates, key=lambda rate: rate.valid_from, default=None)


def _rates() -> list[Any]:
    return [
        BlendedRate(row["currency"], Decimal(row["hourly"]), date.fromisoformat(row["from"]), row["source"])
        for row in read_csv("blended_rates")
    ]


def _oldest() -> BlendedRate:
    oldest: BlendedRate = min(
        (rate for rate in _rates() if rate.currency == _FALLBACK), key=lambda rate: rate.valid_from
    )
    return oldest
