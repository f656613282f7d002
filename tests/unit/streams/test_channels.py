from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.channels import read_hints, text_channel, write_hints

IDS = st.uuids().map(str)


@given(st.dictionaries(IDS, st.integers(0, 2**63 - 1), max_size=30))
def test_hints_are_read_as_they_were_written(hints: dict[str, int]) -> None:
    read = [hint for message in write_hints(hints.items()) for hint in read_hints(message)]

    assert dict(read) == hints
    assert len(read) == len(hints)


def test_many_hints_go_in_few_messages() -> None:
    hints = [(f"flow-{number}", number) for number in range(1_001)]

    messages = list(write_hints(hints))

    assert [len(list(read_hints(message))) for message in messages] == [500, 500, 1]


@given(st.text())
def test_what_is_no_hint_is_passed_over(message: str) -> None:
    assert all(log_id and number >= 0 for log_id, number in read_hints(message))


def test_a_hint_among_nonsense_is_found() -> None:
    assert list(read_hints("x :1 y: a:b c:-1 d:² flow:7")) == [("flow", 7)]


def test_each_engagement_has_a_channel_of_its_own() -> None:
    assert text_channel("a") == "flotilla:text:a"
