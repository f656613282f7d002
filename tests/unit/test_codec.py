"""What is wrong with JSON is said in words of JSON, each with its path."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from domain.errors import Refused
from shapes.codec import Codec


@dataclass(frozen=True, slots=True)
class Line:
    unit_price: Decimal
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    order_lines: tuple[Line, ...]
    paid: bool = False


ORDER = Order((Line(Decimal("3.10"), ("a",)),))
JSON = {"orderLines": [{"unitPrice": "3.10", "tags": ["a"]}], "paid": False}


def test_names_are_camel_case_outside_and_decimals_are_text() -> None:
    assert Codec().encode(ORDER) == JSON


def test_what_was_encoded_is_decoded() -> None:
    assert Codec().decode(Order, JSON) == ORDER


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({}, ("data", "orderLines"), "orderLines: This is needed."),
        ({"orderLines": {}}, ("data", "orderLines"), "orderLines: Give a list."),
        ({"orderLines": [7]}, ("data", "orderLines", "0"), "0: Give an object with the fields of the schema."),
        ({"orderLines": [], "paid": "perhaps"}, ("data", "paid"), "paid: Give true or false."),
        ({"orderLines": [], "x": 1}, ("data", "x"), "x: There is no such field here; leave it out."),
        ({"order_lines": []}, ("data", "orderLines"), "orderLines: This is needed."),
        ([], ("data",), "data: Give an object with the fields of the schema."),
    ],
)
def test_what_is_wrong_is_named_with_its_path(data: object, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(Refused) as refused:
        Codec().decode(Order, data, ("data",))

    assert (path, message) in [(problem.path, problem.message) for problem in refused.value.problems]


def test_the_schema_names_what_decode_takes() -> None:
    schema = Codec().schema(Order)

    assert schema["required"] == ["orderLines"]
    assert schema["$defs"]["Line"]["required"] == ["unitPrice"]
