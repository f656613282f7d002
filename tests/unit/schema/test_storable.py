from __future__ import annotations

from typing import Any

import orjson
import pytest

from schema.storable import DEEPEST, NO_NUMBER, NOT_TEXT, TOO_DEEP, unkept


def nested(levels: int, inner: Any = None) -> Any:
    for _ in range(levels):
        inner = [inner] if levels % 2 else {"in": inner}
    return inner


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": ["x\0y"]}, NOT_TEXT),
        ({"a\0": 1}, NOT_TEXT),
        (["\ud800"], NOT_TEXT),
        ([2**64], NO_NUMBER),
        ([-(2**63) - 1], NO_NUMBER),
        ({"a": float("inf")}, NO_NUMBER),
        (float("nan"), NO_NUMBER),
        (nested(DEEPEST + 1), TOO_DEEP),
        (nested(DEEPEST + 2), TOO_DEEP),
        (nested(100_000), TOO_DEEP),
    ],
)
def test_what_cannot_be_given_back_as_it_came_is_told(value: Any, why: str) -> None:
    assert unkept(value) == why


@pytest.mark.parametrize(
    "value", [None, True, "ü \U0001f680", {"a": [1.5, -(2**63), 2**64 - 1, {}]}, nested(DEEPEST), nested(DEEPEST - 1)]
)
def test_what_can_be_kept_comes_back_as_it_was(value: Any) -> None:
    assert unkept(value) is None
    assert orjson.loads(orjson.dumps(value)) == value
