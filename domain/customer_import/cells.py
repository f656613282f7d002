"""Cells of a table of customers as values, or a sentence why they are none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from domain.customer import (
    FIRST_DAY,
    HIGHEST_SCORE,
    LAST_DAY,
    AccountPlan,
    Influence,
    RenewalStatus,
    Sentiment,
    Trend,
    domain_of,
)
from domain.customer_edit import MOST_ARR
from domain.customer_import.writing import UNCERTAIN, Writing
from domain.fact import Fact, FactLevel, FactType, Unreadable
from domain.fact_reading import UNKNOWN, read
from domain.rates import minor_unit

LONGEST_NAME = 200
LONGEST_NOTES = 10_000
# A customer may use more than he has bought, but not a hundred times as much.
_MOST_USED = 100
FARTHEST = 1_000_000

_CODE = re.compile(r"\b[A-Z]{3}\b")
_DOLLARS = re.compile(r"\b[A-Z]{1,2}(?=\$)")
# Which currencies a sign may mean.
_SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "\u20ac": frozenset({"EUR"}),
        "\u00a3": frozenset({"GBP", "EGP", "LBP"}),
        "\u00a5": frozenset({"JPY", "CNY"}),
        "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "BRL", "CLP", "COP", "ARS", "TWD"}),
    }
)
# What a number is that is written with digits alone.
_PLAIN: Mapping[FactType, Callable[[str], Any]] = MappingProxyType(
    {FactType.MONEY: Decimal, FactType.NUMBER: float, FactType.INTEGER: int}
)
_SURELY_IN_RANGE = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its column as the file names it, with its unit, and what stands there."""

    column: str
    value: Any
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one file are read. `percent` are columns of which the numbers are parts of a hundred."""

    currency: str
    writing: Writing = UNCERTAIN
    percent: frozenset[str] = frozenset()

    def value(self, target: str, cell: Cell) -> Any:
        """What the cell says; None when it says that it is unknown; Unreadable where it says no such thing."""
        if isinstance(cell.value, bool | list | dict):
            return Unreadable(str(cell.value), f"{title(target)} is text or a number.")
        special = _SPECIAL.get(target)
        return special(self, target, cell) if special else self._fact(target, cell)

    def _fact(self, target: str, cell: Cell) -> Any:
        """By the rules for cells of inventories, once it is written as these know it."""
        fact, text = FACTS[target], _text(cell.value)
        if fact.type is FactType.TEXT:
            return _line(fact, text)
        if fact.type in _PLAIN and len(text) < _SURELY_IN_RANGE and text.isascii() and text.isdecimal():
            # As most cells are: read without a look at the other ways of writing a number.
            return _PLAIN[fact.type](text)
        found = read(fact, self._plain(fact, text))
        if isinstance(found, Unreadable):
            # As it stands in the file.
            return Unreadable(text, found.reason.replace(repr(found.text), repr(text)))
        if isinstance(found, date) and not FIRST_DAY <= found <= LAST_DAY:
            reason = f"{title(target)} lies between {FIRST_DAY} and {LAST_DAY}; {text!r} does not. Leave it empty."
            return Unreadable(text, reason)
        return found

    def _plain(self, fact: Fact, text: str) -> str:
        if fact.type is FactType.DATE:
            return self.writing.day(text)
        return self.writing.number(text.strip()) if fact.type in _PLAIN else text

    def money(self, target: str, cell: Cell) -> Any:
        """An amount, in the engagement's currency only."""
        foreign = self.foreign(f"{cell.value} {cell.unit if _CODE.fullmatch(cell.unit) else ''}")
        if foreign is not None:
            reason = f"{title(target)} is in {foreign}, the engagement in {self.currency}. Convert it."
            return Unreadable(str(cell.value), reason)
        value = self._fact(target, Cell(cell.column, _DOLLARS.sub("", _text(cell.value))))
        if not isinstance(value, Decimal):
            return value
        if value >= MOST_ARR:
            return Unreadable(str(cell.value), f"{title(target)} is less than {MOST_ARR:,}; {cell.value!s} is not.")
        return value.quantize(_smallest(self.currency), ROUND_HALF_UP)

    def foreign(self, text: str) -> str | None:
        """The currency that a text names where it is another than the engagement's."""
        for code in _CODE.findall(text):
            if code != self.currency:
                return str(code)
        signs = (sign for sign, codes in _SIGNS.items() if sign in text and self.currency not in codes)
        return None if self.currency in text else next(signs, None)

    def score(self, target: str, cell: Cell) -> Any:
        """0 to 100, with or without a sign for parts of a hundred."""
        value = self._fact(target, Cell(cell.column, _text(cell.value).strip().removesuffix("%")))
        if isinstance(value, float) and value > HIGHEST_SCORE:
            return Unreadable(str(cell.value), f"{title(target)} is from 0 to {HIGHEST_SCORE}; {cell.value!s} is not.")
        return Decimal(str(value)) if isinstance(value, float) else value

    def share(self, target: str, cell: Cell) -> Any:
        """A share of 1, of which a file may say parts of a hundred instead."""
        text = _text(cell.value).strip()
        value = self._fact(target, Cell(cell.column, text.removesuffix("%")))
        if not isinstance(value, float):
            return value
        percent = text.endswith("%") or cell.column in self.percent
        share = Decimal(str(value)) / (100 if percent else 1)
        if share > _MOST_USED:
            return Unreadable(text, f"{title(target)} is a share such as 0.82 or 82%; {text!r} is too large.")
        return share

    def domain(self, target: str, cell: Cell) -> Any:
        """The host of a website, or of a domain."""
        text = _text(cell.value)
        if text.strip().casefold() in UNKNOWN:
            return None
        reason = f"{title(target)} is written like acme.example; {text.strip()[:LONGEST_NAME]!r} is none."
        return domain_of(text) or Unreadable(text, reason)

    def note(self, target: str, cell: Cell) -> Any:
        """Text of some lines."""
        text = _text(cell.value).strip()
        if len(text) > LONGEST_NOTES:
            return Unreadable(text, f"{title(target)} has at most {LONGEST_NOTES:,} characters.")
        return text or None

    def place(self, target: str, cell: Cell) -> Any:
        """A coordinate of the map, which may be below nought."""
        try:
            value = float(_text(cell.value))
        except ValueError:
            value = math.nan
        if not abs(value) <= FARTHEST:
            return Unreadable(str(cell.value), f"{title(target)} is a number from -{FARTHEST:,} to {FARTHEST:,}.")
        return value


_smallest = cache(minor_unit)


def _line(fact: Fact, text: str) -> str | Unreadable | None:
    plain = " ".join(text.split())
    if plain.casefold() in UNKNOWN:
        return None
    if len(plain) > LONGEST_NAME:
        return Unreadable(text, f"{fact.title} has at most {LONGEST_NAME} characters.")
    return plain


def _text(value: Any) -> str:
    """As a cell of a table would have it; six decimals, lest three of them be taken for thousands."""
    return f"{value:.6f}" if isinstance(value, Decimal) else str(value)


def title(target: str) -> str:
    """What a person calls it."""
    return FACTS[target].title


def _fact(target: str, title_: str, type_: FactType = FactType.TEXT, words: Words | None = None) -> Fact:
    choices, aliases = words or ((), {})
    return Fact(target, title_, type_, FactLevel.APPLICATION, (), choices=choices, aliases=aliases)


Words = tuple[tuple[str, ...], Mapping[str, str]]


def _words(type_: type[StrEnum], **aliases: str) -> Words:
    """The words of a closed set, and others that mean them, parted by |."""
    named = {word: choice for choice, words in aliases.items() for word in words.split("|")}
    return tuple(type_), named


_PLANS = _words(AccountPlan, EXPAND="growth|grow", MANAGE="maintain|retain|sustain")
_STATUSES = _words(
    RenewalStatus,
    OPEN="pending|in progress|upcoming|not started|at risk|active",
    WON="renewed|closed won|won|completed",
    LOST="churned|closed lost|lost|cancelled|canceled|not renewed",
)
_TRENDS = _words(
    Trend,
    UP="increasing|growing|rising|increase|positive|improving|\u2191",
    FLAT="stable|steady|unchanged|same|neutral|\u2192",
    DOWN="decreasing|declining|falling|shrinking|decrease|negative|\u2193",
)
_INFLUENCES = _words(Influence, HIGH="strong|decision maker|3", MEDIUM="mid|med|moderate|2", LOW="weak|minor|1")
_SENTIMENTS = _words(
    Sentiment,
    POSITIVE="promoter|champion|supporter|happy|good|green",
    NEUTRAL="passive|unknown|ok|mixed|yellow|amber",
    NEGATIVE="detractor|blocker|unhappy|bad|red|critic",
)

FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        fact.key: fact
        for fact in (
            _fact("external_id", "Id"),
            _fact("name", "Name"),
            _fact("domain", "Domain"),
            _fact("arr", "ARR", FactType.MONEY),
            _fact("currency", "Currency"),
            _fact("renewal_date", "Renewal date", FactType.DATE),
            _fact("renewal_status", "Renewal status", FactType.CHOICE, _STATUSES),
            _fact("owner", "Owner"),
            _fact("account_plan", "Account plan", FactType.CHOICE, _PLANS),
            _fact("risk_score", "Risk score", FactType.NUMBER),
            _fact("opportunity_score", "Opportunity score", FactType.NUMBER),
            _fact("health_score", "Health score", FactType.NUMBER),
            _fact("current_arr", "Current ARR", FactType.MONEY),
            _fact("previous_arr", "Previous ARR", FactType.MONEY),
            _fact("arr_trend", "ARR trend", FactType.CHOICE, _TRENDS),
            _fact("active_users", "Active users", FactType.INTEGER),
            _fact("utilization_rate", "Utilization rate", FactType.NUMBER),
            _fact("usage_trend", "Usage trend", FactType.CHOICE, _TRENDS),
            _fact("last_contact_on", "Last contact", FactType.DATE),
            _fact("next_review_on", "Next review", FactType.DATE),
            _fact("open_tickets", "Open tickets", FactType.INTEGER),
            _fact("contact_id", "Contact id"),
            _fact("contact_name", "Contact name"),
            _fact("first_name", "First name"),
            _fact("last_name", "Last name"),
            _fact("title", "Title"),
            _fact("reports_to", "Reports to"),
            _fact("influence", "Influence", FactType.CHOICE, _INFLUENCES),
            _fact("sentiment", "Sentiment", FactType.CHOICE, _SENTIMENTS),
            _fact("notes", "Notes"),
            _fact("email", "Email"),
            _fact("phone", "Phone"),
            _fact("mobile", "Mobile"),
            _fact("department", "Department"),
            _fact("x", "X"),
            _fact("y", "Y"),
        )
    }
)

_SPECIAL: Mapping[str, Callable[[Reading, str, Cell], Any]] = MappingProxyType(
    {
        **dict.fromkeys(("arr", "current_arr", "previous_arr"), Reading.money),
        **dict.fromkeys(("risk_score", "opportunity_score", "health_score"), Reading.score),
        **dict.fromkeys(("x", "y"), Reading.place),
        "utilization_rate": Reading.share,
        "domain": Reading.domain,
        "notes": Reading.note,
    }
)
DAYS = tuple(key for key, fact in FACTS.items() if fact.type is FactType.DATE)
NUMBERS = tuple(key for key, fact in FACTS.items() if fact.type in (FactType.MONEY, FactType.NUMBER))
