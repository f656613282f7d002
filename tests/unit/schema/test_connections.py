from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import CursorExpired, LimitExceeded
from domain.reading import Window
from schema.connections import read_cursor, window, write_cursor

KEYS = st.lists(st.text() | st.integers(-(2**53), 2**53), min_size=2, max_size=4).map(tuple)


@given(KEYS)
def test_a_cursor_names_its_place(key: tuple[Any, ...]) -> None:
    assert read_cursor(write_cursor(key)) == key


@given(st.integers(0, 10**18 - 1))
def test_a_single_number_is_its_own_cursor(number: int) -> None:
    assert write_cursor((number,)) == str(number)
    assert read_cursor(str(number)) == (number,)


@given(st.text())
def test_any_text_is_a_cursor_or_is_refused(text: str) -> None:
    with suppress(CursorExpired):
        assert read_cursor(text)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, Window(50)),
        ({"first": 7}, Window(7)),
        ({"first": 0}, Window(0)),
        ({"last": 5}, Window(5, backward=True)),
        ({"after": "3"}, Window(50, after=(3,))),
        ({"before": "9"}, Window(50, before=(9,), backward=True)),
        ({"first": 2, "after": "3", "before": "9"}, Window(2, after=(3,), before=(9,))),
        ({"last": 2, "after": "3", "before": "9"}, Window(2, after=(3,), before=(9,), backward=True)),
    ],
)
def test_the_window_that_arguments_ask_for(arguments: dict[str, Any], expected: Window) -> None:
    assert window(**arguments) == expected


def test_a_window_has_at_most_a_hundred_items() -> None:
    with pytest.raises(LimitExceeded, match="`last` is at most 100"):
        window(last=101)


@pytest.mark.parametrize("arguments", [{"first": -1}, {"first": 1, "last": 1}])
def test_a_window_that_makes_no_sense_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(GraphQLError):
        window(**arguments)
