"""Text of a cell to the value of a fact, or a sentence why it is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from domain.fact import Fact, FactType, Unreadable
from domain.sixr_wish import read_wish
from domain.technologies import read_technologies

UNKNOWN = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "?", "unknown", "not known", "n/a", "na", "#n/a", "n.a.", "null", "none", "nil",
     "tbc", "tbd", "to be confirmed", "to be determined", "undefined", "not available"}
)  # fmt: skip
_YES = frozenset(
    {"yes", "y", "true", "t", "1", "x", "on", "ja", "j", "wahr", "oui", "o", "vrai", "si", "s", "verdadero", "sim"}
)
_NO = frozenset({"no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "faux", "falso", "nao", "nee"})
_GROUPS = re.compile(r"\d{1,3}([,.'\u2019 \u00a0\u202f])\d{3}(\1\d{3})*")
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[$€£¥]|CHF)\s*|\s*(?:[A-Z]{3}|[$€£¥])$")
_TIMES: Mapping[str, Decimal] = MappingProxyType(
    {"k": Decimal(1000), "m": Decimal(1_000_000), "bn": Decimal(1_000_000_000)}
)
_MAX = Decimal(10) ** 15
# Whole numbers are stored in four bytes.
_MAX_WHOLE = Decimal(2**31 - 1)
_SEPARATORS = re.compile(r"\s*[;|,\n]\s*")


def read(fact: Fact, text: str) -> Any:
    """The value of that text; None when it says that the value is unknown; Unreadable when it is no such value."""
    stripped = text.strip()
    if _is_unknown(fact, stripped):
        return None
    return _READERS[fact.type](fact, stripped)


def _is_unknown(fact: Fact, text: str) -> bool:
    word = text.casefold()
    if word == "none" and ("NONE" in fact.choices or fact.type is FactType.LIST):
        return False
    return word in UNKNOWN


def _read_text(_fact: Fact, text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _read_integer(fact: Fact, text: str) -> int | Unreadable:
    value = Decimal(re.sub(r"\D", "", text)) if _GROUPS.fullmatch(text) else _decimal(text)
    if value is None or value != value.to_integral_value():
        return Unreadable(text, f"{fact.title} needs a whole number; {text!r} is none.")
    return _out_of_range(fact, text, value) or int(value)


def _read_number(fact: Fact, text: str) -> float | Unreadable:
    value = _decimal(text)
    if value is None:
        return Unreadable(text, f"{fact.title} needs a number; {text!r} is none.")
    return _out_of_range(fact, text, value) or float(value)


def _read_money(fact: Fact, text: str) -> Decimal | Unreadable:
    amount = _CURRENCY.sub("", text)
    if re.fullmatch(r"\d{1,3}\.\d{3}", amount):
        reason = f"{fact.title} could be {amount.replace('.', '')} or {amount}; write it without a separator."
        return Unreadable(text, reason)
    times = re.fullmatch(r"(.*\d)\s*(k|m|bn)", amount, re.IGNORECASE)
    value = _decimal(times[1] if times else amount)
    if value is None:
        return Unreadable(text, f"{fact.title} needs an amount of money; {text!r} is none.")
    amount_of_money = value * _TIMES[times[2].lower()] if times else value
    return _out_of_range(fact, text, amount_of_money) or amount_of_money


def _read_percent(fact: Fact, text: str) -> float | Unreadable:
    value = _decimal(text.removesuffix("%").rstrip())
    if value is None or not 0 <= value <= 100:  # noqa: PLR2004 - a percentage
        return Unreadable(text, f"{fact.title} needs a percentage from 0 to 100; {text!r} is none.")
    return float(value)


def _read_boolean(fact: Fact, text: str) -> bool | Unreadable:
    word = _word(text)
    word = fact.aliases.get(word, word)
    if word in _YES:
        return True
    if word in _NO:
        return False
    return Unreadable(text, f"{fact.title} needs yes or no; {text!r} is neither.")


def _read_choice(fact: Fact, text: str) -> str | Unreadable:
    word = _word(text)
    named = word.replace(" ", "_").upper()
    found = named if named in fact.choices else fact.aliases.get(word) or _first_word(fact, text)
    if found is None:
        allowed = ", ".join(fact.choices)
        return Unreadable(text, f"{fact.title} needs one of {allowed}; {text!r} is none of them.")
    return found


def _first_word(fact: Fact, text: str) -> str | None:
    # "1 - mission critical" and "Tier 1 (gold)" still say which choice they mean.
    for part in re.split(r"\s+-\s+|[:()/]", text):
        word = _word(part)
        named = word.replace(" ", "_").upper()
        if named in fact.choices:
            return named
        if word in fact.aliases:
            return fact.aliases[word]
    return None


_DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y",
    "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%y",
)  # fmt: skip


def _read_date(fact: Fact, text: str) -> date | Unreadable:
    slashed = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text)
    if slashed:
        return _slashed_date(fact, text, [int(part) for part in slashed.groups()])
    day = re.sub(r"[T ]\d{1,2}:\d{2}.*$", "", text)
    for layout in _DATE_FORMATS:
        try:
            return datetime.strptime(day, layout).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return Unreadable(text, f"{fact.title} needs a date such as 2027-03-31; {text!r} is none.")


def _slashed_date(fact: Fact, text: str, parts: list[int]) -> date | Unreadable:
    first, second, year = parts
    possible = set()
    for month, day in ((first, second), (second, first)):
        try:
            possible.add(date(year, month, day))
        except ValueError:
            continue
    if len(possible) == 1:
        return possible.pop()
    reason = "is no date" if not possible else "could be two dates"
    return Unreadable(text, f"{fact.title}: {text!r} {reason}; write it as 2027-03-31.")


def _read_list(_fact: Fact, text: str) -> tuple[str, ...]:
    if text.casefold() == "none":
        return ()
    parts = (re.sub(r"\s+", " ", part).strip() for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def _word(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return re.sub(r"[\s_-]+", " ", plain).strip().casefold()


def _decimal(text: str) -> Decimal | None:
    """A number in English or continental writing; None for anything else, NaN and infinities included."""
    plain = re.sub(r"[\s\u00a0\u202f'\u2019]", "", text)
    if _GROUPS.fullmatch(plain) and "," in plain:
        plain = plain.replace(",", "")
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"-?\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "")
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?|-?\.\d{1,30}", plain, re.ASCII):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _out_of_range(fact: Fact, text: str, value: Decimal) -> Unreadable | None:
    if value < 0:
        return Unreadable(text, f"{fact.title} cannot be negative; {text!r} is.")
    if value > (_MAX_WHOLE if fact.type is FactType.INTEGER else _MAX):
        return Unreadable(text, f"{fact.title} cannot be as large as {text!r}.")
    return None


_READERS: Mapping[FactType, Callable[[Fact, str], Any]] = MappingProxyType(
    {
        FactType.TEXT: _read_text,
        FactType.INTEGER: _read_integer,
        FactType.NUMBER: _read_number,
        FactType.MONEY: _read_money,
        FactType.PERCENT: _read_percent,
        FactType.BOOLEAN: _read_boolean,
        FactType.DATE: _read_date,
        FactType.CHOICE: _read_choice,
        FactType.LIST: _read_list,
        FactType.TECHNOLOGY: lambda fact, text: read_technologies(text, fact.category),
        FactType.STRATEGY: read_wish,
    }
)
