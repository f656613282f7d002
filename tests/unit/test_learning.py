"""Lessons, likeness, and what of a pattern leaves its engagement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account_pattern import for_account
from domain.flow import Stamp
from domain.learning import LEARNED_TWICE, LearningPattern, LearningScope, Lesson, key_of
from domain.similarity import Likeness, facts_of, words_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
_numbers = count(1)
STAMP = Stamp("alice", NOW, lambda: f"pattern-{next(_numbers)}")
LESSON = Lesson("discovery.attribute_mapping", "S", {"column": "a", "target": "name"}, key="a")


def learned(*taught: tuple[Lesson, str]) -> LearningPattern:
    known: LearningPattern | None = None
    for lesson, flow_id in taught:
        known = lesson.learned(known, STAMP, flow_id)
    assert known
    return known


def test_a_lesson_grows_surer_with_each_flow_and_never_certain() -> None:
    confidences = [learned(*((LESSON, f"flow-{n}") for n in range(times))).confidence for times in range(1, 7)]

    assert confidences == [0.75, LEARNED_TWICE, 0.96, 0.984, 0.99, 0.99]


def test_the_same_flow_twice_teaches_nothing_new() -> None:
    assert learned((LESSON, "flow-1"), (LESSON, "flow-1")).confidence == 0.75


def test_the_contrary_begins_anew_under_the_same_id() -> None:
    first = learned((LESSON, "flow-1"), (LESSON, "flow-2"))

    other = replace(LESSON, data={"column": "a", "target": None}, summary="T").learned(first, STAMP, "flow-3")

    assert other == replace(first, data={"column": "a", "target": None}, summary="T", confidence=0.75)


def test_what_is_no_conclusion_may_differ() -> None:
    lesson = replace(LESSON, data={"chosen": "x", "rationale": "one"}, conclusion=("chosen",))

    after = learned((lesson, "flow-1"), (replace(lesson, data={"chosen": "x", "rationale": "two"}), "flow-2"))

    assert (after.confidence, after.data["rationale"]) == (LEARNED_TWICE, "two")


def test_a_long_key_stands_by_its_digest() -> None:
    assert key_of("x" * 200) == "x" * 200
    assert len(replace(LESSON, key="x" * 5_000).key or "") == 64


def test_words_are_without_case_accents_and_humps() -> None:
    assert words_of("businessOwner, Größe_2 »Übung«") == ("business", "owner", "grosse", "2", "ubung")


def test_facts_are_keys_with_values_however_they_are_spelled() -> None:
    data = {"target": "business_owner", "technologies": ["Java 8", None], "deep": {"share": 0.5, "empty": "—"}}

    assert facts_of(data) == ("target=businessowner", "technologies=java8", "share=05")
    assert Likeness.to("Target: business-owner; technologies='Java 8'").facts == facts_of(data)[:2]


@pytest.mark.parametrize("text", ["", " ?! ", "—", "\x00"])
def test_nothing_is_like_nothing(text: str) -> None:
    assert not Likeness.to(text)


@pytest.mark.parametrize("part", ["a", "a.", "a ", " ", "a@", "a-", "0", "a:", '"', "a='"])
def test_a_long_text_takes_no_longer_by_its_length(part: str) -> None:
    text = part * (100_000 // len(part))
    started = perf_counter()

    Likeness.to(text)
    for_account(pattern(text, {"a": text}), ["Payroll"])

    assert perf_counter() - started < 5


def pattern(summary: str, data: dict[str, Any]) -> LearningPattern:
    return LearningPattern("p", LearningScope.CLIENT_ACCOUNT, "k", summary, data, 0.9, "f", NOW)


def test_no_name_leaves_the_engagement() -> None:
    uuid = "01900000-0000-7000-8000-00000000000a"
    made = for_account(
        pattern(
            f"Ask ANNE  Meier (anne@example.org) of payroll about Application:{uuid}, not of payrolls.",
            {"rationale": "x", "flowId": uuid, "ids": [uuid], "Payroll": {"to": ["Payroll", 3, None, True]}, "a": uuid},
        ),
        ["Payroll", "Anne Meier", "Meier", "x"],
    )

    assert made.summary == "Ask … (…) of … about …, not of payrolls."
    assert made.data == {"…": {"to": ["…", 3, None, True]}, "a": "…"}


@given(st.text(max_size=60), st.lists(st.text(min_size=2, max_size=12), max_size=4))
def test_a_name_is_left_in_no_text_as_a_word_of_its_own(text: str, names: list[str]) -> None:
    words = [name.strip() for name in names if name.strip().isalnum() and len(name.strip()) > 1]

    made = for_account(pattern(f"{text} {' , '.join(words)} .", {}), words)

    left = made.summary.replace(".", " ").replace(",", " ").split()
    assert not {word for word in words if word in left}
