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
from domain.definition import Pattern
from domain.flow import Stamp
from domain.learning import LEARNED_TWICE, LearningPattern, LearningScope, Lesson, Verdict, key_of
from domain.similarity import Likeness, facts_of, words_of
from domain.teaching import judged

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


@pytest.mark.parametrize(
    ("verdict", "confidences"),
    [
        (Verdict.KEPT, [0.75, 0.8, 0.84, 0.872, 0.89, 0.89]),
        (Verdict.KEPT, [LEARNED_TWICE, 0.92, 0.936, 0.9488]),
        (Verdict.KEPT, [0.98, 0.984, 0.9872, 0.9898, 0.99, 0.99]),
        (Verdict.OVERRULED, [0.75, 0.375, 0.1875]),
        (Verdict.OVERRULED, [LEARNED_TWICE, 0.45, 0.225, 0.1125]),
    ],
)
def test_confidence_moves_with_what_people_then_do(verdict: Verdict, confidences: list[float]) -> None:
    """Being let stand alone makes no fact of what was said once; what was overruled twice is recalled no more."""
    moved = [confidences[0]]
    for _ in confidences[1:]:
        moved.append(verdict.moved(moved[-1]))

    assert moved == confidences


@given(st.floats(0, 0.99), st.sampled_from(Verdict))
def test_confidence_moves_one_way_and_stays_within_bounds(confidence: float, verdict: Verdict) -> None:
    moved = verdict.moved(confidence)

    assert 0 <= moved <= 0.99
    assert moved >= confidence if verdict is Verdict.KEPT else moved <= confidence + 0.0001


SETTLED = replace(LESSON, premise=("column",), settles=("target",))


def recalled(data: dict[str, Any], kind: str = LESSON.kind) -> Pattern:
    return Pattern(kind, "P", data, 0.9, "p-1")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (recalled({"column": "a", "target": "name"}), Verdict.KEPT),
        (recalled({"column": "a", "target": "criticality"}), Verdict.OVERRULED),
        (recalled({"column": "a", "target": None}), Verdict.OVERRULED),
        (recalled({"column": " A ", "target": "Name"}), Verdict.KEPT),
        (recalled({"column": "", "target": "name"}), None),
        (recalled({"column": "b", "target": "criticality"}), None),
        (recalled({"target": "criticality"}), None),
        (recalled({"column": "a"}), None),
        (recalled({"column": "a", "target": "criticality"}, "discovery.data_cleansing"), None),
        (recalled({"data": {"column": "a", "target": "criticality"}}, f"feedback.{LESSON.kind}"), Verdict.OVERRULED),
        (recalled({"data": {"column": "a", "target": "name"}}, f"feedback.{LESSON.kind}"), Verdict.KEPT),
        (recalled({"data": "a"}, f"feedback.{LESSON.kind}"), None),
        (recalled({"comment": "Well."}, f"feedback.{LESSON.kind}"), None),
    ],
)
def test_a_lesson_judges_what_spoke_of_the_same_case(said: Pattern, verdict: Verdict | None) -> None:
    assert SETTLED.judges(said) is verdict
    assert LESSON.judges(said) is None


def test_one_contradiction_outweighs_what_agrees() -> None:
    said = recalled({"column": "a", "target": "name"})
    contrary = replace(SETTLED, data={"column": "a", "target": None})

    assert judged(said, [SETTLED, contrary]) is judged(said, [contrary, SETTLED]) is Verdict.OVERRULED
    assert judged(said, [LESSON, SETTLED]) is Verdict.KEPT
    assert judged(said, [LESSON]) is None
