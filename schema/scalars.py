"""The scalars of the contract. Each says in its message what it takes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NewType, NoReturn, Protocol, runtime_checkable

import strawberry
from graphql import GraphQLError, ValueNode
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
Upload = NewType("Upload", object)

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MICRO = Decimal("0.000001")
_TOO_LARGE = Decimal(10) ** 15
_FRACTION = 6


@runtime_checkable
class UploadedFile(Protocol):
    """A file of a multipart request, as the server hands it over."""

    @property
    def filename(self) -> str: ...

    @property
    def content_type(self) -> str | None: ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, once, a piece at a time."""


def write_decimal(value: Any) -> str:
    """In full: no exponent, no NaN, no digit after the sixth."""
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise GraphQLError("Decimal cannot hold this value: at most 15 digits before the point.")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_FRACTION:
        number = number.quantize(_MICRO, ROUND_HALF_UP)
    return format(number or abs(number), "f")


def read_decimal(value: Any) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise GraphQLError(
        'Decimal is a string such as "1234.50": at most 15 digits before and 6 after the point, no exponent.'
    )


def write_moment(value: datetime) -> str:
    """RFC 3339 in UTC, cut to milliseconds, so that it never lies in the future of what it names."""
    text = value.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def read_moment(value: Any) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError('DateTime is a string of RFC 3339 with its offset, such as "2026-11-21T09:30:00.000Z".')


def write_day(value: date) -> str:
    return value.isoformat()


def read_day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError('Date is a string such as "2026-11-21".')


def write_json(value: Any) -> Any:
    return value


def read_upload(value: Any) -> Any:
    if isinstance(value, UploadedFile):
        return value
    raise GraphQLError("Upload is a file of a multipart request, named by a variable.")


def write_upload(_value: Any) -> NoReturn:
    raise GraphQLError("Upload is for input only.")


def _refuse_literal(_node: ValueNode, _variables: Any = None) -> NoReturn:
    read_upload(None)
    raise AssertionError


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A point in time: RFC 3339 in UTC with 'Z' and milliseconds.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_moment,
        parse_value=read_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, such as 2026-11-21.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_day,
        parse_value=read_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, as a string: money and hours are never floats.",
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=write_json,
        parse_value=write_json,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file in a multipart request (GraphQL multipart request specification).",
        serialize=write_upload,
        parse_value=read_upload,
        parse_literal=_refuse_literal,
    ),
}
