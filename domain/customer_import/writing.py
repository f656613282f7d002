"""How a file writes its days and numbers: told by those of its cells that can be read in one way only.

`3/4/2027` is a day in March or in April, `120.000` a hundred and twenty or a thousand times that. Beside `3/31/2027`,
or `1.250,00`, each is certain: one program wrote them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_DAY = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?:[,T ]+\d{1,2}:\d{2}.*)?")
_CONTINENTAL = re.compile(r"(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+,\d{1,2})")
_ENGLISH = re.compile(r"(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d+\.\d{1,2})")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+")
_MONTHS = 12
# A year of two digits is one of this century.
_FULL, _CENTURY = 100, 2000


@dataclass(frozen=True, slots=True)
class Writing:
    """None where nothing in the file tells. `comma` is the sign before decimals."""

    day_first: bool | None = None
    comma: bool | None = None

    def day(self, text: str) -> str:
        """A day as every reader knows it, as far as its order is certain here; any other text as it is."""
        found = _DAY.fullmatch(text.strip())
        if found is None:
            return text
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        own = _order(found)
        day_first = self.day_first if own is None else own
        if day_first is None and first != second:
            return text
        return _iso(year, second, first) if day_first else _iso(year, first, second)

    def number(self, text: str) -> str:
        """A number without signs between thousands, as far as these are certain here; any other text as it is."""
        found = None if self.comma is None else _GROUPED.search(text)
        if found is None or found[0] != _digits(text):
            return text
        grouping = "." if self.comma else ","
        return text.replace(found[0], found[0].replace(grouping, "").replace(",", "."))


UNCERTAIN = Writing()


def writing_of(days: Iterable[str], numbers: Iterable[str]) -> Writing:
    """What these cells tell together; cells that contradict each other tell nothing."""
    orders = {
        order for text in days if (found := _DAY.fullmatch(text.strip())) and (order := _order(found)) is not None
    }
    told = (text for text in numbers if "." in text or "," in text)
    signs = {comma for text in told if (comma := _sign(_digits(text))) is not None}
    return Writing(_only(orders), _only(signs))


def _order(day: re.Match[str]) -> bool | None:
    """Whether it begins with the day; with points between it always does."""
    first, second = int(day[1]), int(day[3])
    if day[2] == "." or first > _MONTHS >= second:
        return True
    return False if second > _MONTHS >= first else None


def _sign(digits: str) -> bool | None:
    if _CONTINENTAL.fullmatch(digits):
        return True
    return False if _ENGLISH.fullmatch(digits) else None


def _digits(text: str) -> str:
    """The number in a text, without its currency and spaces."""
    return re.sub(r"[^\d.,]", "", text)


def _only(found: set[bool]) -> bool | None:
    return next(iter(found)) if len(found) == 1 else None


def _iso(year: int, month: int, day: int) -> str:
    return f"{year if year >= _FULL else _CENTURY + year:04}-{month:02}-{day:02}"
