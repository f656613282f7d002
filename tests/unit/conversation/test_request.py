"""What a model is told: pairs in order, and no more than its window holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builds.conversation import Message, MessageRole
from domain.builds.fitting import tokens
from domain.conversation.request import fitted, turns_of
from domain.model_window import window_of
from domain.source import Source
from domain.thread import Said
from tests.unit.conversation.talks import BEGIN, opened, stamp


def test_a_reply_stands_behind_what_it_answers() -> None:
    thread, system = opened()
    thread, one = thread.say("One?", stamp(1))
    thread, two = thread.say("Two?", stamp(2))
    thread, answer = thread.reply(Said("To one.", Source.RULES), stamp(3))
    thread, three = thread.say("Three?", stamp(4))

    turns = turns_of([system, one, two, answer, three], two.id)

    assert [(turn.role, turn.content) for turn in turns] == [
        (MessageRole.USER, "One?"),
        (MessageRole.ASSISTANT, "To one."),
        (MessageRole.USER, "Two?"),
    ]


def test_the_oldest_goes_first_and_the_newest_never() -> None:
    said = [Message(MessageRole.USER, f"{number} " + "x" * 88, BEGIN) for number in range(5)]

    # Each takes 34 tokens; the instructions 14.
    told = fitted("y" * 30, said, 14 + 2 * 34 + 33)

    assert [turn.content[0] for turn in told.turns] == ["3", "4"]
    assert told.system == "y" * 30


def test_a_message_that_alone_is_too_long_is_cut() -> None:
    told = fitted("y" * 30, [Message(MessageRole.USER, "x" * 3_000, BEGIN)], 200)

    (turn,) = told.turns
    assert turn.content.startswith("x" * 300)
    assert turn.content.endswith("[The rest did not fit into the model's window.]")


@given(
    st.text(max_size=2_000), st.lists(st.text(min_size=1, max_size=400), min_size=1, max_size=8), st.integers(80, 600)
)
def test_it_always_fits(system: str, said: list[str], room: int) -> None:
    turns = [Message(MessageRole.USER, text, BEGIN) for text in said]

    told = fitted(system, turns, room)

    assert tokens(told.system) + sum(tokens(turn.content) for turn in told.turns) <= room
    assert told.turns


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("smollm2:135m", 8_192),
        ("library/smollm2", 8_192),
        ("gpt-4o-mini", 128_000),
        ("gpt-4.1", 1_047_576),
        ("claude-haiku-4-5", 200_000),
        ("claude-sonnet-5", 1_000_000),
        ("somebodys-own", 4_096),
        ("", 4_096),
    ],
)
def test_a_window_is_known_by_the_beginning_of_a_name(model: str, window: int) -> None:
    assert window_of(model) == window
