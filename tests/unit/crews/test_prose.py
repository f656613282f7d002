"""The words of an answer are shown while it is written, and nothing else of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crews.prose import SENTENCES, Prose

SEEN = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)


def shown(answer: str, size: int = 1) -> str:
    pieces: list[str] = []
    prose = Prose(pieces.append)
    for start in range(0, len(answer), size):
        prose.read(answer[start : start + size])
    return "".join(pieces)


def test_sentences_are_shown_one_a_line_without_keys_and_numbers() -> None:
    answer = {"moves": [{"subject": "A5", "wave": "W3", "reason": "It closes the books.", "confidence": 0.6}]}
    answer["moves"].append({"subject": "A6", "wave": "W1", "reason": 'Said "no", twice.', "confidence": 1})

    assert shown(json.dumps(answer)) == 'It closes the books.\nSaid "no", twice.'


@pytest.mark.parametrize("text", ["I cannot help with that.", "```json\n", "[1, 2]", '["text", "reason"]', ""])
def test_what_is_no_answer_is_not_shown(text: str) -> None:
    assert shown(text) == ""


def test_nothing_hidden_is_shown() -> None:
    text = "a\u202eb\u200b\x1b[31m\x00\ud83d\ude00\r\n\u2066c"

    assert shown(json.dumps({"text": text})) == "ab[31m\U0001f600  c"
    assert shown(json.dumps({"text": text}, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16")) == (
        "ab[31m\U0001f600  c"
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(SENTENCES)), st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)
        )
    ),
    st.integers(1, 9),
    st.booleans(),
)
def test_wherever_pieces_end_the_words_are_the_same(said: list[tuple[str, str]], size: int, ascii_only: bool) -> None:
    answer = json.dumps({"items": [{"subject": "text", key: text} for key, text in said]}, ensure_ascii=ascii_only)

    assert shown(answer, size) == "\n".join(text for _, text in said)


@given(st.text(), st.integers(1, 9))
def test_no_text_breaks_it(text: str, size: int) -> None:
    shown(text, size)
    shown('{"text": "' + text, size)
