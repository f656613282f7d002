"""Amounts of money as contracts write them: "$1.2 million", "EUR 1.200.000,00", "ten thousand dollars ($10,000)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SIGNS = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR",
}  # fmt: skip
_CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|INR|SEK|NOK|DKK|PLN|CZK|HUF|SGD|HKD|ZAR|BRL|MXN|ILS|AED|SAR|CNY|KRW"
_NAMES = {
    "us dollars": "USD", "u.s. dollars": "USD", "united states dollars": "USD", "canadian dollars": "CAD",
    "australian dollars": "AUD", "dollars": "USD", "euros": "EUR", "euro": "EUR", "pounds sterling": "GBP",
    "pounds": "GBP", "swiss francs": "CHF", "yen": "JPY",
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_NAME = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_FIGURE = r"\d{1,3}(?:[,.'\u2019\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_SCALE = r"(?:\s*(?P<scale{0}>million|mio|mn|m|thousand|k|billion|bn)\b)?"
_AMOUNT = re.compile(
    rf"(?:(?P<sign>{_SIGN})|\b(?P<code>{_CODES}))\s*(?:\$|€|£)?\s*(?P<figure>{_FIGURE}){_SCALE.format('')}"
    rf"|(?<![\w.,$€£])(?P<figure2>{_FIGURE}){_SCALE.format('2')}\s*(?:(?P<code2>{_CODES})\b|(?P<sign2>€|£)|(?P<name>{_NAME})\b)",
    re.IGNORECASE,
)
# A sentence about money has one of these, in lower case.
_MONEY = ("$", "€", "£", "¥", "₹", "dollar", "euro", "pound", "franc", "yen", *_CODES.lower().split("|"))
_SCALES = {"million": 6, "mio": 6, "mn": 6, "m": 6, "thousand": 3, "k": 3, "billion": 9, "bn": 9}
_GROUP = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount, its currency as a code of ISO 4217, and where it stands in its sentence."""

    value: Decimal
    currency: str
    start: int
    end: int


def amounts(text: str) -> Iterator[Amount]:
    """Every amount of money in figures that a sentence names with its currency."""
    folded = text.lower()
    for match in _AMOUNT.finditer(text) if any(word in folded for word in _MONEY) else ():
        figure = figure_of(match["figure"] or match["figure2"])
        scale = _SCALES.get((match["scale"] or match["scale2"] or "").lower(), 0)
        yield Amount(figure.scaleb(scale), _currency(match), match.start(), match.end())


def _currency(match: re.Match[str]) -> str:
    sign, code, name = match["sign"] or match["sign2"], match["code"] or match["code2"], match["name"]
    if sign:
        return _SIGNS[sign.upper()]
    return code.upper() if code else _NAMES[name.lower()]


def figure_of(text: str) -> Decimal:
    """A figure with either kind of separators: the last of two kinds parts off the fraction, as does a short tail."""
    text = re.sub(r"['\u2019\s]", "", text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, fraction = (",", ".") if point > comma else (".", ",")
        return Decimal(text.replace(thousands, "").replace(fraction, "."))
    mark = "," if comma >= 0 else "."
    if mark in text and (text.count(mark) > 1 or len(text) - text.rfind(mark) - 1 == _GROUP):
        return Decimal(text.replace(mark, ""))
    return Decimal(text.replace(",", "."))
