from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import (
    read_day,
    read_decimal,
    read_moment,
    read_upload,
    write_day,
    write_decimal,
    write_moment,
)

DECIMALS = st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=6, allow_nan=False)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(DECIMALS)
def test_a_decimal_is_written_in_full_and_read_back(value: Decimal) -> None:
    text = write_decimal(value)

    assert "E" not in text
    assert read_decimal(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("1234.50"), "1234.50"),
        (Decimal("0.0000005"), "0.000001"),
        (Decimal("-0.0000001"), "0.000000"),
        (Decimal("-0"), "0"),
        (7, "7"),
    ],
)
def test_decimals_as_they_are_written(value: Any, text: str) -> None:
    assert write_decimal(value) == text


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1e3", "1.", ".5", "01", "+1", "1.0000001", "1" * 16, "", " 1", "1\n", 1, 1.5, None]
)
def test_what_is_no_decimal_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError, match="Decimal is a string"):
        read_decimal(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal(10) ** 15])
def test_what_a_decimal_cannot_hold_is_not_written(value: Decimal) -> None:
    with pytest.raises(GraphQLError, match="at most 15 digits"):
        write_decimal(value)


@given(MOMENTS)
def test_a_moment_is_written_to_the_millisecond_and_read_back(value: datetime) -> None:
    text = write_moment(value)

    assert len(text) == len("2026-11-21T09:30:00.000Z")
    assert read_moment(text) == value.replace(microsecond=value.microsecond // 1000 * 1000)


def test_a_moment_of_any_offset_is_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))

    assert write_moment(datetime(2026, 11, 21, 10, 30, 0, 999_999, berlin)) == "2026-11-21T09:30:00.999Z"


@pytest.mark.parametrize(
    "text", ["2026-11-21t10:30:00+01:00", "2026-11-21T09:30:00z", "2026-11-21T09:30:00.000000000Z"]
)
def test_any_rfc_3339_moment_is_read(text: str) -> None:
    assert read_moment(text) == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["2026-11-21", "2026-11-21T09:30:00", "2026-13-01T00:00:00Z", "20261121T093000Z", "0001-01-01T00:00:00+23:59", 0],
)
def test_what_is_no_moment_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError, match="DateTime is a string of RFC 3339 with its offset"):
        read_moment(value)


@given(st.dates())
def test_a_day_is_written_and_read_back(value: date) -> None:
    assert read_day(write_day(value)) == value


@pytest.mark.parametrize("value", ["2026-02-30", "2026-11-21T00:00:00Z", "20261121", 20261121])
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError, match='Date is a string such as "2026-11-21"'):
        read_day(value)


@pytest.mark.parametrize("value", ["inventory.csv", {"filename": "x"}, None])
def test_an_upload_is_a_file_and_nothing_else(value: Any) -> None:
    with pytest.raises(GraphQLError, match="Upload is a file of a multipart request"):
        read_upload(value)
