"""Calendar days as contracts write them, in English: "the 1st day of March, 2025", "March 1, 2025", "01/03/2025"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = (
    {name: at for at, name in enumerate(_NAMES, 1)} | {name[:3]: at for at, name in enumerate(_NAMES, 1)} | {"sept": 9}
)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
_ORDINAL = (
    {word: at for at, word in enumerate(_ORDINALS, 1)}
    | {f"twenty-{word}": 20 + at for at, word in enumerate(_ORDINALS[:9], 1)}
    | {"thirtieth": 30, "thirty-first": 31, "last": 31}
)
_DAY_WORD = "|".join(sorted(_ORDINAL, key=len, reverse=True))
_NAMES_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATE = (
    re.compile(
        rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<word>{_DAY_WORD}))\s*(?:\(\s*\d{{1,2}}(?:st|nd|rd|th)?\s*\)\s*)?"
        rf"(?:day\s+)?(?:of\s+)?[\s-]*(?P<month>{_MONTH})\b\.?,?[\s-]*(?:of\s+)?(?:the\s+year\s+)?{_YEAR}\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\b\.?\s+(?:the\s+)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<word>{_DAY_WORD})),?"
        rf"\s+(?:of\s+)?{_YEAR}\b",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d{2})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])"),
)
_SLASHED = re.compile(
    r"(?<![\d/.-])(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d{2})(?![\d/-])"
)
_TWELVE = 12
_AMERICAN = re.compile(r"\b(?:State of|Commonwealth of|Delaware|New York|California|Texas|U\.S\.|United States|USA)\b")
_EUROPEAN = re.compile(
    r"\b(?:England|Wales|Scotland|Ireland|United Kingdom|GmbH|B\.V\.|S\.A\.|VAT|Germany|France|Netherlands|Spain|"
    r"Italy|Switzerland|Austria|Belgium|New South Wales|Australia|New Zealand|India|Singapore)\b"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and where it stands in its sentence."""

    value: date
    start: int
    end: int


def days(text: str, *, month_first: bool | None) -> Iterator[Day]:
    """Every day that a sentence names, in order of kind. One like 03/04/2025 only where it is known how to read it."""
    if not _NAMES_YEAR.search(text):
        return
    for pattern in _DATE:
        for match in pattern.finditer(text):
            value = _day(match)
            if value is not None:
                yield Day(value, match.start(), match.end())
    for match in _SLASHED.finditer(text):
        value = _slashed(match, month_first=month_first)
        if value is not None:
            yield Day(value, match.start(), match.end())


def month_comes_first(texts: Iterable[str]) -> bool | None:
    """How a contract writes 03/04/2025: by its other dates, else by the law and companies it names; None unknown."""
    first = second = american = european = 0
    for text in texts:
        for match in _SLASHED.finditer(text):
            first += int(match["two"]) > _TWELVE
            # With points it is the European way.
            second += int(match["one"]) > _TWELVE or match["mark"] == "."
        american += len(_AMERICAN.findall(text))
        european += len(_EUROPEAN.findall(text))
    for one, other in ((first, second), (american, european)):
        if one or other:
            return None if one and other else bool(one)
    return None


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = _MONTHS[parts["month"].lower()] if parts.get("month") else int(parts["number"])
    word = parts.get("word")
    if word and word.lower() == "last":
        return last_of(int(parts["year"]), month)
    return _date(int(parts["year"]), month, _ORDINAL[word.lower()] if word else int(parts["day"]))


def _slashed(match: re.Match[str], *, month_first: bool | None) -> date | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if one == two or one > _TWELVE:
        return _date(year, two, one)
    if two > _TWELVE:
        return _date(year, one, two)
    if match["mark"] == ".":
        return _date(year, two, one)
    if month_first is None:
        return None
    return _date(year, one, two) if month_first else _date(year, two, one)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_of(year: int, month: int) -> date:
    """The last day of that month."""
    following = date(year + month // _TWELVE, month % _TWELVE + 1, 1)
    return following - timedelta(days=1)


def ending(start: date, months: int) -> date:
    """The last day of so many months from that day on: the day before the same day of a later month."""
    place = start.year * _TWELVE + start.month - 1 + months
    year, month = place // _TWELVE, place % _TWELVE + 1
    last = last_of(year, month)
    # From the 31st on there may be no such day: then the term is over with that month's last one.
    return last if start.day > last.day else date(year, month, start.day) - timedelta(days=1)
