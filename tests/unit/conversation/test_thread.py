"""Threads: numbered messages, one reply at a time, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builds.conversation import MessageRole
from domain.errors import ErrorCode, Refused
from domain.event import WriteReply
from domain.source import Source
from domain.thread import LONGEST_MESSAGE, MOST_WAITING, Said, ThreadStatus, posted, reply_id, spoken
from tests.unit.conversation.talks import opened, stamp

REPLY = Said("Noted.", Source.RULES)


def test_a_thread_opens_with_one_message_of_the_system() -> None:
    thread, message = opened("sure", back="start")

    assert (thread.status, thread.sequence, thread.branch, thread.return_to_step) == ("ACTIVE", 1, "sure", "start")
    assert (message.sequence, message.role, message.content) == (1, MessageRole.SYSTEM, "Customer: Acme")
    # 14 bytes are five tokens, and four for the message.
    assert (message.tokens, thread.total_tokens) == (9, 9)
    assert thread.next_reply is None


def test_messages_are_answered_one_after_the_other() -> None:
    thread, _ = opened()
    thread, first = thread.say("Why?", stamp(1))
    thread, second = thread.say("And now?", stamp(2))

    assert thread.next_reply == WriteReply("flow", thread.id, first.id)
    assert (thread.waits(first.id), thread.waits(second.id)) == (True, False)
    thread, reply = thread.reply(REPLY, stamp(3))

    assert (reply.sequence, reply.reply_to, reply.id) == (4, first.id, reply_id(first.id))
    assert thread.next_reply == WriteReply("flow", thread.id, second.id)
    thread, _ = thread.reply(REPLY, stamp(4))
    assert (thread.next_reply, thread.sequence) == (None, 5)


def test_only_so_many_messages_wait() -> None:
    thread, _ = opened()
    for _number in range(MOST_WAITING):
        thread, _ = thread.say("Hello?", stamp(1))

    with pytest.raises(Refused) as refused:
        thread.say("Hello?", stamp(1))

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.LIMIT_EXCEEDED]


def test_a_thread_that_has_ended_takes_nothing_and_waits_for_nothing() -> None:
    thread, _ = opened()
    thread, message = thread.say("Why?", stamp(1))

    done = thread.complete({"agreed": True}, stamp(12))

    assert (done.status, done.outcome, done.pending) == (ThreadStatus.COMPLETED, {"agreed": True}, ())
    assert done.duration() == timedelta(minutes=12)
    assert not done.waits(message.id)
    for again in (lambda: done.say("More", stamp(13)), lambda: done.complete(None, stamp(13))):
        with pytest.raises(Refused, match="This thread is completed"):
            again()
    assert done.abandon(stamp(14).at) == done
    assert thread.abandon(stamp(14).at).status is ThreadStatus.ABANDONED


def test_an_outcome_is_no_archive() -> None:
    thread, _ = opened()

    with pytest.raises(Refused, match="at most 64 KiB"):
        thread.complete("x" * (64 << 10), stamp(1))


def test_a_message_tells_of_itself_by_ids_alone() -> None:
    thread, message = opened()

    event = posted(message, "diagnose")

    assert (event.phase, event.data) == ("diagnose", {"messageId": message.id, "threadId": thread.id})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Hello \n", "Hello"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\there\x07\x1b", "tab here"),
        ("evil\u202etxt", "eviltxt"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
    ],
)
def test_what_nobody_sees_is_left_out(said: str, kept: str) -> None:
    assert spoken(said) == kept


@given(st.text(max_size=200))
def test_what_is_kept_is_kept_the_same_again(text: str) -> None:
    try:
        kept = spoken(text)
    except Refused:
        return
    assert spoken(kept) == kept
    assert not any(each < " " and each != "\n" for each in kept)


@pytest.mark.parametrize(
    ("said", "code"),
    [("", "INVALID_INPUT"), (" \n\x01 ", "INVALID_INPUT"), ("x" * (LONGEST_MESSAGE + 1), "LIMIT_EXCEEDED")],
)
def test_what_is_no_message_is_refused(said: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        spoken(said)

    assert [str(problem.code) for problem in refused.value.problems] == [code]
