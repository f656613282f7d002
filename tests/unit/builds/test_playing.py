"""How our crew plays a role: what it is asked, what of its words is an answer, and what is kept of the rest."""

from __future__ import annotations

import pytest

from domain.builds.conversation import MessageRole
from domain.builds.table import BuildRole, BuildState
from domain.builds.told import events_of
from domain.errors import ErrorCode, Refused
from domain.event import EventKind
from domain.flows.build import playing
from tests.unit.builds.building import ANSWERS, FAILING, at, stamp, started
from tests.unit.builds.test_by_rules import called

S = BuildState
WORDS = 'Done.\n\n```json\n{"files": ["greet.py"]}\n```\n'


def test_the_question_has_the_roles_prompt_and_no_more_bytes_than_there_is_room_for() -> None:
    build = at(S.IMPLEMENTATION)
    for number in range(40):
        build = build.say(BuildRole.CODE_WRITER, MessageRole.USER, f"{number} {'x' * 500}", stamp())

    asked = playing.question(called(build), 6_000)

    assert asked.system.startswith("# Code writer")
    assert sum(len(text.encode()) for _, text in asked.messages) <= 6_000
    assert asked.messages[-1] == ("user", f"39 {'x' * 500}")
    assert {speaker for speaker, _ in asked.messages} == {"user"}


def test_words_with_their_result_are_an_answer() -> None:
    assert playing.read(called(at(S.IMPLEMENTATION)), WORDS) == {
        "role": BuildRole.CODE_WRITER,
        "aiResponse": WORDS,
        "phaseResult": {"files": ["greet.py"]},
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("I would rather not.", ErrorCode.INVALID_INPUT),
        ("```json\n[1]\n```", ErrorCode.INVALID_INPUT),
        ('```json\n{"files": [NaN]}\n```', ErrorCode.INVALID_INPUT),
        ('```json\n{"files": [1e999]}\n```', ErrorCode.INVALID_INPUT),
        ('```json\n{"files": [18446744073709551616]}\n```', ErrorCode.INVALID_INPUT),
        ('```json\n{"files": ["\\u0000"]}\n```', ErrorCode.INVALID_INPUT),
        ('```json\n{"\\ud800": 1}\n```', ErrorCode.INVALID_INPUT),
        ("```json\n" + '{"a":' * 50 + "1" + "}" * 50 + "\n```", ErrorCode.INVALID_INPUT),
        ("Cannot go on: nobody said in which language.\n\n" + WORDS, ErrorCode.NOT_READY),
    ],
)
def test_words_that_are_no_answer(words: str, code: ErrorCode) -> None:
    with pytest.raises(Refused) as raised:
        playing.read(called(at(S.IMPLEMENTATION)), words)

    assert [problem.code for problem in raised.value.problems] == [code]


def test_what_nobody_sees_is_not_kept() -> None:
    assert playing.plain("print('hi')\u202e\x1b[31m\n\tx\u200b") == "print('hi')[31m\n\tx"


def test_words_that_are_no_answer_are_in_the_history_all_the_same() -> None:
    (build,) = playing.keep(called(started()), "Hm.\x00").saves

    assert [message.content for message in build.context(BuildRole.Q_ASSISTANT).history] == ["Hm."]
    assert playing.keep(called(started()), " \x00").saves == ()


def test_each_move_is_an_event_and_the_handoff_is_with_the_second() -> None:
    build = at(S.PLANNING)
    moved = build.complete(ANSWERS[S.PLANNING], stamp()).build
    told = [event for event in events_of(moved) if event.data["build"].get("from") != "DISCOVERY"]

    assert [event.kind for event in told] == [EventKind.CHILD_CHANGED] * 2
    assert [event.data["changed"] for event in told] == [
        [["BuildFlow", "b-1"]],
        [["BuildFlow", "b-1"], ["Handoff", moved.handoffs[-1].id]],
    ]
    assert told[1].data["build"] == {"action": "HAND_OVER", "from": "HANDOFF_TO_CODER", "to": "IMPLEMENTATION"}


def test_a_refused_answer_is_told_once() -> None:
    before = at(S.TESTING)
    kept = before.complete(FAILING, stamp()).build

    told = [event for event in events_of(kept) if event.data["build"].get("role")]

    assert len(tuple(events_of(kept))) == len(tuple(events_of(before)))
    assert told == []
