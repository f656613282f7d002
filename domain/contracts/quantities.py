"""Numbers as contracts write them: digits, words, or both, as in "thirty-six (36) months"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {word: 20 + 10 * at for at, word in enumerate(_TENS)}
_MULTIPLES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_WORD = "|".join(sorted((*_VALUES, *_MULTIPLES), key=len, reverse=True))
# Words of a number, as in "one hundred and twenty".
WORDS = rf"(?:{_WORD})(?:(?:\s*-\s*|\s+and\s+|\s+)(?:{_WORD})){{0,8}}"
# A number of something: words, digits, or words with digits behind them in parentheses.
_NUMBER = (
    rf"(?:(?P<words>{WORDS})\s*(?:\(\s*(?P<both>\d{{1,4}})\s*\))?"
    rf"|(?P<digits>\d{{1,4}})(?:\s*\(\s*(?:{WORDS})\s*\))?|(?P<one>an?))"
)


class Unit(StrEnum):
    """What a span of time is counted in."""

    DAY = "day"
    BUSINESS_DAY = "business day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_SPAN = re.compile(
    rf"(?<![\w.,$€£-]){_NUMBER}(?:\s*-\s*|\s+)(?:full\s+|consecutive\s+|calendar\s+|contract\s+)*"
    r"(?P<business>(?:business|working)\s+)?(?P<unit>day|week|month|quarter|year)s?\b'?",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.])(?:(?P<words>{WORDS})\s+(?:percent|per\s+cent)(?:\s*\(\s*(?P<both>\d{{1,3}}(?:\.\d+)?)\s*%?\s*\))?"
    r"|(?P<digits>\d{1,3}(?:\.\d{1,4})?)\s*(?:%|percent\b|per\s+cent\b))",
    re.IGNORECASE,
)
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 90, Unit.YEAR: 365}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
# Five business days are seven.
_BUSINESS, _CALENDAR = 5, 7


@dataclass(frozen=True, slots=True)
class Span:
    """So much time, and where that stands in its sentence. `doubtful` where words and digits differ: words count."""

    count: int
    unit: Unit
    start: int
    end: int
    doubtful: bool = False

    @property
    def days(self) -> int:
        """In days: a month as 30, business days by the week."""
        if self.unit is Unit.BUSINESS_DAY:
            return -(-self.count * _CALENDAR // _BUSINESS)
        return self.count * _DAYS[self.unit]

    @property
    def months(self) -> int | None:
        """In whole months; None for what is counted in days or weeks."""
        factor = _MONTHS.get(self.unit)
        return None if factor is None else self.count * factor


@dataclass(frozen=True, slots=True)
class Percentage:
    """A share in percent, and where that stands in its sentence."""

    value: Decimal
    start: int
    end: int


def spans(text: str) -> Iterator[Span]:
    """Every span of time that a sentence names."""
    folded = text.lower()
    for match in _SPAN.finditer(text) if any(unit in folded for unit in Unit) else ():
        count, doubtful = _count(match)
        unit = Unit(match["unit"].lower())
        if match["business"] and unit is Unit.DAY:
            unit = Unit.BUSINESS_DAY
        yield Span(count, unit, match.start(), match.end(), doubtful)


def _count(match: re.Match[str]) -> tuple[int, bool]:
    if match["one"]:
        return 1, False
    if match["digits"]:
        return int(match["digits"]), False
    said = number_of(match["words"])
    return said, match["both"] is not None and int(match["both"]) != said


def percentages(text: str) -> Iterator[Percentage]:
    """Every share in percent that a sentence names."""
    for match in _PERCENT.finditer(text):
        said = match["digits"] or match["both"]
        value = Decimal(said) if said else Decimal(number_of(match["words"]))
        yield Percentage(value, match.start(), match.end())


def number_of(words: str) -> int:
    """What the words of a number come to: "one hundred and twenty" is 120."""
    total = held = 0
    for word in re.findall(_WORD, words.lower()):
        if word == "hundred":
            held = max(held, 1) * 100
        elif word in _MULTIPLES:
            total += max(held, 1) * _MULTIPLES[word]
            held = 0
        else:
            held += _VALUES[word]
    return total + held
