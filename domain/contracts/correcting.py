"""What a person says of a contract instead: read and checked, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from domain.contract import Contract, ContractCorrection, ContractExtraction, ContractField, CorrectContract
from domain.errors import ErrorCode, Problem, Refused
from domain.flow_state import Stamp
from domain.learning import Lesson

F = ContractField
_MOST, _LONGEST, _LONGEST_REASON = 50, 300, 2_000
_MOST_DAYS, _MOST_PERCENT, _MOST_DIGITS = 3_650, 1_000, 15
_WANTED: Mapping[ContractField, str] = MappingProxyType(
    {
        F.STARTS_ON: 'a day such as "2026-11-21", or null',
        F.ENDS_ON: 'a day such as "2026-11-21", or null',
        F.VALUE: 'an amount such as "120000.00" or {"amount": "120000.00", "currency": "EUR"}, or null',
        F.AUTO_RENEWS: "true, false or null",
        F.NOTICE_DAYS: f"a whole number of days from 0 to {_MOST_DAYS:,}, or null",
        F.PRICE_CAP_PERCENT: f"a number from 0 to {_MOST_PERCENT:,}, such as 5 for 5%, or null",
        F.PARTIES: f"a list of at most {_MOST} names of at most {_LONGEST} characters",
        F.NON_STANDARD_TERMS: f"a list of at most {_MOST} texts of at most {_LONGEST} characters",
    }
)


class _Unfit(Exception):
    """The value is none of the field's."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A contract after a person's correction, the record of each field, and what they teach."""

    contract: Contract
    corrections: tuple[ContractCorrection, ...]
    lessons: tuple[Lesson, ...]


def read_fields(command: CorrectContract, extraction: ContractExtraction) -> dict[ContractField, Any]:
    """What is said, by field; Refused with everything that is wrong with it."""
    values: dict[ContractField, Any] = {}
    problems = list(_reason(command.rationale))
    fields: Any = command.fields
    given_fields = fields if isinstance(fields, Mapping) else {}
    if not given_fields:
        problems.append(_problem(f"Say at least one of {', '.join(F)}.", "fields"))
    for name, given in given_fields.items():
        if name not in tuple(F):
            problems.append(_problem(f"{name} is no field of a contract. There are {', '.join(F)}.", "fields", name))
            continue
        try:
            values[F(name)] = _READ[F(name)](given)
        except _Unfit:
            problems.append(_problem(f"{name} is {_WANTED[F(name)]}.", "fields", name))
    problems += _order(values, extraction)
    if problems:
        raise Refused(problems)
    return values


def _reason(text: str) -> Iterator[Problem]:
    if not 0 < len(text.strip()) <= _LONGEST_REASON:
        yield _problem(f"Say why, in at most {_LONGEST_REASON:,} characters.", "rationale")


def _order(values: Mapping[ContractField, Any], extraction: ContractExtraction) -> Iterator[Problem]:
    if not values.keys() & {F.STARTS_ON, F.ENDS_ON}:
        return
    start, end = values.get(F.STARTS_ON, extraction.starts_on), values.get(F.ENDS_ON, extraction.ends_on)
    if start is not None and end is not None and end < start:
        name = F.ENDS_ON if F.ENDS_ON in values else F.STARTS_ON
        yield _problem(f"The contract would end on {end}, before it starts on {start}.", "fields", name)


def corrections_of(
    before: ContractExtraction, values: Mapping[ContractField, Any], rationale: str, stamp: Stamp
) -> tuple[ContractCorrection, ...]:
    """The record of each field."""
    return tuple(
        ContractCorrection(
            id=stamp.new_id(),
            field=str(field),
            before=json_of(before, field),
            after=_json(value),
            rationale=rationale.strip(),
            created_by=stamp.by,
            created_at=stamp.at,
        )
        for field, value in values.items()
    )


def json_of(extraction: ContractExtraction, field: ContractField) -> Any:
    """What stands there for that field, as JSON."""
    if field is F.VALUE:
        return _json(None if extraction.value is None else (extraction.value, extraction.currency))
    return _json(extraction.get(field))


def _json(value: Any) -> Any:
    match value:
        case (Decimal() as amount, currency):
            return {"amount": format(amount, "f"), "currency": currency}
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return value


def _day(given: Any) -> date | None:
    if given is None:
        return None
    if not isinstance(given, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        raise _Unfit
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise _Unfit from None


def _money(given: Any) -> tuple[Decimal, str | None] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        currency = given.get("currency")
        named = currency is None or (isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency))
        if not named or not given.keys() <= {"amount", "currency"}:
            raise _Unfit
        return _decimal(given.get("amount")), currency
    return _decimal(given), None


def _decimal(given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise _Unfit
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        raise _Unfit from None
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** _MOST_DIGITS:
        raise _Unfit
    return value


def _flag(given: Any) -> bool | None:
    if given is not None and not isinstance(given, bool):
        raise _Unfit
    return given


def _days(given: Any) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= _MOST_DAYS:
        raise _Unfit
    return given


def _percent(given: Any) -> Decimal | None:
    if given is None:
        return None
    value = _decimal(given)
    if value > _MOST_PERCENT:
        raise _Unfit
    return value


def _texts(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > _MOST:
        raise _Unfit
    if not all(isinstance(each, str) and 0 < len(each.strip()) <= _LONGEST for each in given):
        raise _Unfit
    return tuple(dict.fromkeys(each.strip() for each in given))


_READ: Mapping[ContractField, Callable[[Any], Any]] = MappingProxyType(
    {
        F.STARTS_ON: _day,
        F.ENDS_ON: _day,
        F.VALUE: _money,
        F.AUTO_RENEWS: _flag,
        F.NOTICE_DAYS: _days,
        F.PRICE_CAP_PERCENT: _percent,
        F.PARTIES: _texts,
        F.NON_STANDARD_TERMS: _texts,
    }
)


def _problem(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, path)
