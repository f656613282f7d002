"""Whatever a file holds, it is read or refused; and what was read once changes nothing the second time."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refused
from tests.unit.customers.importing import Book

HEADINGS = (
    "Name",
    "Id",
    "Domain",
    "ARR",
    "ARR Currency",
    "Renewal Date",
    "Plan",
    "Risk",
    "Utilization",
    "Contact Name",
    "Contact ID",
    "Reports To",
    "X",
)
CELLS = (
    st.sampled_from(["", "A", "B", "a.example", "1", "001", "5%", "3/4/2027", "31.12.2026", "EUR", "$ 1.250,00", "won"])
    | st.sampled_from(["nan", "-1", "1e9", "\u2191", "Total", "\ud800", "\x00", "9" * 40, "1.1.1", "=1+1"])
    | st.text(max_size=8)
)
VALUES: Any = st.recursive(
    CELLS | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(HEADINGS) | st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.binary(max_size=300) | st.sampled_from([b"{", b"[{}]", b"[[]]", b"\xff\xfe[", b"Name\n\x00", b"sep=;\nName"]))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Refused):
        Book().take(content)


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS, min_size=len(HEADINGS), max_size=len(HEADINGS)), max_size=6))
def test_any_cells_are_read_and_the_second_time_change_nothing(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (list(HEADINGS), *rows)]
    _twice("\n".join(quoted).encode("utf-8", "replace").replace(b"\x00", b"?"))


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from([*HEADINGS, "stakeholders", "name", "id"]), VALUES, max_size=8)))
def test_any_objects_are_read_and_the_second_time_change_nothing(objects: list[Any]) -> None:
    _twice(json.dumps([{"name": "N", **each} for each in objects] or [{"name": "N"}]).encode())


def _twice(content: bytes) -> None:
    book = Book()
    try:
        book.take(content)
    except Refused:
        return
    why = book.why
    for customer in book.customers.values():
        json.dumps(dict(customer.extra), allow_nan=False).encode()

    assert book.take(content) == 0
    assert book.why == why
