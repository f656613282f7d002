"""What the rules reply, and what belongs to a branch's script."""

from __future__ import annotations

import pytest

from domain.conversation.script import on_script, require_on_script, scripted
from domain.conversation.scripted import asked_about, fixed, replied
from domain.conversation.setting import brief
from domain.customer_success.template import BranchKind
from domain.errors import Refused
from tests.unit.conversation.talks import FACTS, branch, setting

K = BranchKind


@pytest.mark.parametrize(
    ("message", "paths"),
    [
        ("When does it renew?", ["renewal.date", "renewal.daysUntil"]),
        ("How much do they pay us? The price, I mean.", ["customer.arr"]),
        ("Who is against us?", ["stakeholders.critics"]),
        ("How many active users are there?", ["usage.activeUsers"]),
        ("What is the segment code?", ["extra.Segment code"]),
        ("Good morning", []),
    ],
)
def test_facts_are_found_by_what_people_call_them(message: str, paths: list[str]) -> None:
    assert [fact.path for fact in asked_about(FACTS, message)] == paths


def test_each_reply_asks_for_another_thing_until_all_was_asked() -> None:
    replies = [replied(setting(), "Go on", turn) for turn in range(3)]

    assert "- renewal, days until: 55" in replies[0]
    assert "At this step, Read the signs: Find out what is wrong." in replies[0]
    assert replies[0].endswith("To go on with Read the signs: What changed?")
    assert replies[1] == "To go on with Read the signs: Who noticed first?"
    assert replies[2] == (
        "That was all that Read the signs asks for. Complete this thread with what it came to. "
        "Next comes Agree on terms."
    )


def test_what_was_asked_comes_before_what_is_asked_for() -> None:
    assert replied(setting(), "Who is the critic?", 1) == (
        "What is known of this at Acme Ltd:\n- stakeholders, critics: Dana Rice\n\n"
        "To go on with Read the signs: Who noticed first?"
    )


def test_a_fixed_reply_says_what_is_next() -> None:
    said = branch(K.FIXED, response="Good.")

    assert fixed(setting(said)) == "Good.\n\nNext: Agree on terms."
    assert fixed(setting(said, following=None)) == "Good.\n\nThis was the last step."


def test_a_script_is_kept_to_where_nothing_else_is_allowed() -> None:
    strict, open_ = branch(K.FIXED, "Yes, sure!"), branch(K.FIXED, "Yes, sure!", allows_off_script=True)

    assert all(on_script(strict, said) for said in ("yes sure", "We are sure.", "SURE"))
    assert not on_script(strict, "Perhaps")
    require_on_script(strict, "Yes sure")
    require_on_script(open_, "Perhaps")
    require_on_script(branch(K.FIXED), "Anything")
    require_on_script(branch(K.LLM, "Yes, sure!"), "Perhaps")
    assert (scripted(open_, "yes, sure"), scripted(open_, "Perhaps")) == (True, False)
    with pytest.raises(Refused, match="keeps to its script"):
        require_on_script(strict, "Perhaps")


def test_the_first_message_holds_what_is_known() -> None:
    text = brief(setting())

    assert text.splitlines()[:2] == ["Customer: Acme Ltd", "- customer, ARR: 120,000"]
    assert text.splitlines()[-3:] == ["- Find out what is wrong.", "- What changed?", "- Who noticed first?"]
