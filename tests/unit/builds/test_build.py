"""What a build's roles know, say and hand over, and what stands after it went back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.builds.build import LONGEST_REASON
from domain.builds.conversation import LONGEST_BYTES, Message, MessageRole, RoleContext
from domain.builds.table import WORKING, BuildRole, BuildState, phase_of
from domain.errors import ErrorCode, Refused
from tests.unit.builds.building import ANSWERS, FAILING, NOW, at, stamp, started

S = BuildState
R = BuildRole
M = MessageRole

NEXT = {
    S.DISCOVERY: (R.Q_ASSISTANT, R.CODE_WRITER, "The Q assistant completes the discovery phase."),
    S.PLANNING: (R.Q_ASSISTANT, R.CODE_WRITER, "The Q assistant completes the planning phase."),
    S.IMPLEMENTATION: (R.CODE_WRITER, R.TEST_AUDITOR, "The code writer completes the implementation phase."),
    S.TESTING: (
        R.TEST_AUDITOR,
        R.VERIFICATION_OVERSEER,
        "The test auditor completes the testing phase, or it goes back to the implementation with a reason.",
    ),
    S.VERIFICATION: (
        R.VERIFICATION_OVERSEER,
        R.RELEASE_MANAGER,
        (
            "The verification overseer completes the verification phase, or it goes back to the implementation with a "
            "reason."
        ),
    ),
    S.DEPLOYMENT: (R.RELEASE_MANAGER, None, "The release manager completes the deployment phase."),
    S.COMPLETE: (None, None, "Nothing: the build is complete."),
    S.ERROR: (
        None,
        R.Q_ASSISTANT,
        (
            "Say why and to which state it goes back with requestBuildRetry: DISCOVERY, PLANNING, IMPLEMENTATION, "
            "TESTING, VERIFICATION."
        ),
    ),
}


@pytest.mark.parametrize("state", NEXT)
def test_a_build_says_who_acts_and_what_is_next(state: BuildState) -> None:
    build = at(state)

    assert (build.role, build.next_role, build.next_action) == NEXT[state]
    assert build.done == (state is S.COMPLETE)
    assert build.completed_phases == tuple(map(phase_of, WORKING))[: _place(state)]
    assert build.passed_over == ()


def _place(state: BuildState) -> int:
    return WORKING.index(state) if state in WORKING else len(WORKING) if state is S.COMPLETE else 0


def test_a_build_starts_with_what_is_wanted() -> None:
    build = started(["anything", 1])

    assert (build.state, build.standing, build.retries) == (S.DISCOVERY, {}, 0)
    assert build.contexts == {R.Q_ASSISTANT: RoleContext(R.Q_ASSISTANT, (), {"phase": "discovery", "results": {}})}
    assert build.known(R.Q_ASSISTANT) == {
        "projectId": "shop",
        "buildId": "42",
        "requirements": ["anything", 1],
        "phase": "discovery",
        "results": {},
    }


def test_each_role_has_a_history_of_its_own() -> None:
    build = at(S.COMPLETE)

    said = {role: [message.content for message in build.context(role).history] for role in R}
    assert said == {
        R.Q_ASSISTANT: ["R1: greet.", "S1: write greet.py."],
        R.CODE_WRITER: ["print('hello')"],
        R.TEST_AUDITOR: ["All four pass."],
        R.VERIFICATION_OVERSEER: ["Fine."],
        R.RELEASE_MANAGER: ["Released."],
    }
    assert [turn.message.content for turn in build.turns] == [answer.text for answer in ANSWERS.values()]
    assert {message.role for role in R for message in build.context(role).history} == {M.ASSISTANT}


def test_a_handoff_carries_the_result_and_the_next_role_knows_all_results() -> None:
    build = at(S.TESTING)

    assert [(h.from_state, h.to_state, h.data, h.created_at) for h in build.handoffs] == [
        (S.PLANNING, S.IMPLEMENTATION, {"phase": "planning", "result": {"steps": ["S1"]}}, NOW),
        (S.IMPLEMENTATION, S.TESTING, {"phase": "implementation", "result": {"files": ["greet.py"]}}, NOW),
    ]
    assert len({handoff.id for handoff in build.handoffs}) == 2
    assert build.context(R.TEST_AUDITOR).data == {
        "phase": "testing",
        "results": {
            "discovery": {"requirements": ["R1"]},
            "planning": {"steps": ["S1"]},
            "implementation": {"files": ["greet.py"]},
        },
        "from": "implementation",
    }


def test_what_is_sent_back_knows_why_and_does_not_stand() -> None:
    tested = at(S.TESTING).complete(FAILING, stamp()).build

    again = tested.retry("The greeting is wrong.", None, stamp())

    told = {
        "from": "testing",
        "reason": "The greeting is wrong.",
        "gates": ["1 of 4 tests did not pass.", "Coverage is 79.5%; at least 80% is needed."],
        "result": FAILING.data,
        "answer": "One fails.",
    }
    assert again.context(R.CODE_WRITER).data == {
        "phase": "implementation",
        "results": {"discovery": {"requirements": ["R1"]}, "planning": {"steps": ["S1"]}},
        "sentBack": told,
    }
    assert again.handoffs[-1].data == told
    assert again.completed_phases == ("discovery", "planning")
    assert again.unpassed is None
    assert [m.content for m in again.context(R.CODE_WRITER).history] == ["print('hello')"]


def test_after_a_retry_the_verification_is_made_anew() -> None:
    back = at(S.VERIFICATION).retry("A key is in a file.", None, stamp())

    tested = back.complete(ANSWERS[S.IMPLEMENTATION], stamp()).build

    assert (tested.state, tested.verified) == (S.TESTING, False)
    assert tested.completed_phases == ("discovery", "planning", "implementation")


def test_an_error_is_kept_until_somebody_goes_on() -> None:
    failed = at(S.TESTING).fail(R.TEST_AUDITOR, " No runner. ", {"exit": 127}, stamp())

    assert failed.failure
    assert (failed.failure.state, failed.failure.message, failed.failure.details) == (
        S.TESTING,
        "No runner.",
        {"exit": 127},
    )
    assert failed.completed_phases == ("discovery", "planning", "implementation")
    back = failed.retry("A runner was installed.", None, stamp())
    assert back.context(R.TEST_AUDITOR).data["sentBack"] == {
        "from": "testing",
        "reason": "A runner was installed.",
        "error": {"message": "No runner.", "details": {"exit": 127}},
    }
    assert back.completed_phases == ("discovery", "planning", "implementation")


def test_what_was_passed_over_out_of_an_error_is_named() -> None:
    build = at(S.ERROR).retry("All of it is there already.", S.TESTING, stamp())

    assert build.completed_phases == ()
    assert build.passed_over == ("discovery", "planning", "implementation")


@pytest.mark.parametrize("speaker", [M.USER, M.SYSTEM])
@pytest.mark.parametrize("role", R)
def test_people_write_to_any_role(speaker: MessageRole, role: BuildRole) -> None:
    build = at(S.TESTING)

    written = build.say(role, speaker, "Use Python.", stamp())

    assert written.context(role).history == (*build.context(role).history, Message(speaker, "Use Python.", NOW))
    assert replace(written, contexts=build.contexts) == build
    assert [(turn.role, turn.message.content) for turn in written.turns][-1] == (role, "Use Python.")


def test_a_role_speaks_only_while_it_acts() -> None:
    build = at(S.TESTING)
    before = replace(build)

    with pytest.raises(Refused) as raised:
        build.say(R.CODE_WRITER, M.ASSISTANT, "Done.", stamp())

    assert str(raised.value).startswith("CODE_WRITER does not act in TESTING; TEST_AUDITOR does.")
    assert (build, build.turns) == (before, before.turns)
    assert build.say(R.TEST_AUDITOR, M.ASSISTANT, "Wait.", stamp()).state is S.TESTING


def test_nothing_is_said_to_a_build_that_is_complete() -> None:
    build = at(S.COMPLETE)

    with pytest.raises(Refused) as raised:
        build.say(R.RELEASE_MANAGER, M.USER, "Thanks.", stamp())

    assert [p.code for p in raised.value.problems] == [ErrorCode.INVALID_TRANSITION]
    assert str(raised.value) == "Nothing is said any more to a build that is COMPLETE."


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (" \n", ErrorCode.INVALID_INPUT, "A message must not be empty."),
        ("ü" * (LONGEST_BYTES // 2 + 1), ErrorCode.LIMIT_EXCEEDED, "A message takes at most 1,048,576 bytes of UTF-8."),
    ],
    ids=["empty", "long"],
)
def test_what_is_empty_or_too_long_is_not_said(content: str, code: ErrorCode, message: str) -> None:
    build = at(S.DISCOVERY)

    with pytest.raises(Refused) as said:
        build.say(R.Q_ASSISTANT, M.USER, content, stamp())
    with pytest.raises(Refused) as answered:
        build.complete(replace(ANSWERS[S.DISCOVERY], text=content), stamp())

    assert [(p.code, p.message, p.path) for p in said.value.problems] == [(code, message, ("content",))]
    assert [(p.code, p.message, p.path) for p in answered.value.problems] == [(code, message, ("aiResponse",))]
    assert build.contexts == at(S.DISCOVERY).contexts


@pytest.mark.parametrize(
    ("reason", "code", "message"),
    [
        (" ", ErrorCode.INVALID_INPUT, "Say why."),
        ("x" * (LONGEST_REASON + 1), ErrorCode.LIMIT_EXCEEDED, "This takes at most 10,000 characters."),
    ],
    ids=["empty", "long"],
)
def test_going_back_and_failing_need_a_reason(reason: str, code: ErrorCode, message: str) -> None:
    build = at(S.TESTING)

    with pytest.raises(Refused) as back:
        build.retry(reason, None, stamp())
    with pytest.raises(Refused) as failed:
        build.fail(R.TEST_AUDITOR, reason, {}, stamp())

    assert [(p.code, p.message, p.path) for p in back.value.problems] == [(code, message, ("reason",))]
    assert [(p.code, p.message, p.path) for p in failed.value.problems] == [(code, message, ("message",))]
    assert (build.state, build.retries, build.failure) == (S.TESTING, 0, None)


def test_the_newest_of_a_history_are_given_oldest_first() -> None:
    messages = tuple(Message(M.USER, text, NOW) for text in "abc")
    context = RoleContext(R.CODE_WRITER, messages)

    assert (context.last(), context.last(2), context.last(9)) == (messages, messages[1:], messages)
    assert context.last(0) == ()
