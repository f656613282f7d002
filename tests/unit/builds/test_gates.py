"""What passes a build's gates, and each reason why an answer does not; the answer is kept all the same."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

import pytest

from domain.builds.build import Build
from domain.builds.changes import Answer
from domain.builds.conversation import MessageRole
from domain.builds.gates import coverage_needed
from domain.builds.results import BuildDeployed, BuildTested, BuildVerified
from domain.builds.table import BuildRole, BuildState
from domain.errors import ErrorCode, Refused
from tests.unit.builds.building import ANSWERS, FAILING, at, stamp

S = BuildState
R = BuildRole

OPEN: list[tuple[BuildState, Any, list[tuple[str, str]]]] = [
    (S.TESTING, BuildTested(4, 3, 80.0), [("testsPassed", "1 of 4 tests did not pass.")]),
    (S.TESTING, BuildTested(4, 4, 79.9), [("coveragePercent", "Coverage is 79.9%; at least 80% is needed.")]),
    (
        S.TESTING,
        BuildTested(0, 0, 0.0),
        [("testsRun", "No test has run."), ("coveragePercent", "Coverage is 0%; at least 80% is needed.")],
    ),
    (
        S.TESTING,
        BuildTested(4, 4, 100.0, ("test_greet",)),
        [("failures", "All tests passed, and yet failures are named: 1.")],
    ),
    (
        S.TESTING,
        BuildTested(4, 0, 12.5, ("a", "b")),
        [
            ("testsPassed", "4 of 4 tests did not pass."),
            ("coveragePercent", "Coverage is 12.5%; at least 80% is needed."),
        ],
    ),
    (S.VERIFICATION, BuildVerified(approved=False), [("approved", "The verification is not approved.")]),
    (
        S.VERIFICATION,
        BuildVerified(approved=False, findings=("a key in a file", "no tests")),
        [("approved", "The verification is not approved. Findings: 2.")],
    ),
]
PASSING: list[tuple[BuildState, Any]] = [
    (S.TESTING, BuildTested(1, 1, 80.0)),
    (S.TESTING, BuildTested(1, 1, 100.0)),
    (S.VERIFICATION, BuildVerified(approved=True, findings=("a typo",))),
]


def answer(build: Build, result: Any) -> Answer:
    return replace(ANSWERS[build.state], result=result, text="See below.", data={"told": "as JSON"})


@pytest.mark.parametrize(("state", "result", "reasons"), OPEN)
def test_an_open_gate_names_each_reason_and_keeps_the_answer(
    state: BuildState, result: Any, reasons: list[tuple[str, str]]
) -> None:
    build = at(state)

    completion = build.complete(answer(build, result), stamp())

    kept = completion.build
    assert [(p.code, p.path, p.message) for p in completion.problems] == [
        (ErrorCode.NOT_READY, ("phaseResult", field), message) for field, message in reasons
    ]
    assert isinstance(completion.refused, Refused)
    assert (kept.state, kept.standing, kept.moves, kept.handoffs) == (
        build.state,
        build.standing,
        build.moves,
        build.handoffs,
    )
    assert build.role
    said = kept.context(build.role).history
    assert said[:-1] == build.context(build.role).history
    assert (said[-1].role, said[-1].content) == (MessageRole.ASSISTANT, "See below.")
    assert [turn.message for turn in kept.turns][len(build.turns) :] == [said[-1]]
    messages = [message for _, message in reasons]
    assert kept.context(build.role).data["gates"] == messages
    assert kept.next_action.endswith(f"Not passed yet: {' '.join(messages)}")


@pytest.mark.parametrize(("state", "result"), PASSING)
def test_a_gate_is_passed_at_its_border(state: BuildState, result: Any) -> None:
    build = at(state)

    completion = build.complete(answer(build, result), stamp())

    assert (completion.problems, completion.refused) == ((), None)
    assert completion.build.state is not state


def test_nothing_is_deployed_without_an_approved_verification() -> None:
    build = replace(at(S.DEPLOYMENT), standing={})

    completion = build.complete(ANSWERS[S.DEPLOYMENT], stamp())

    assert [problem.message for problem in completion.problems] == [
        "Nothing is deployed without an approved verification of what was built last."
    ]
    assert completion.build.state is S.DEPLOYMENT


IMPOSSIBLE: list[tuple[BuildState, Any, list[tuple[str, str]]]] = [
    (
        S.TESTING,
        BuildTested(3, 4, 90.0),
        [("testsPassed", "Between none and all of the tests that ran have passed.")],
    ),
    (
        S.TESTING,
        BuildTested(-1, -1, nan),
        [
            ("testsRun", "The number of tests that ran is not below 0."),
            ("testsPassed", "Between none and all of the tests that ran have passed."),
            ("coveragePercent", "Coverage is a percentage from 0 to 100."),
        ],
    ),
    (S.TESTING, BuildTested(1, 1, 100.1), [("coveragePercent", "Coverage is a percentage from 0 to 100.")]),
    (
        S.DEPLOYMENT,
        BuildDeployed(" ", ""),
        [
            ("version", "Name the version that was released."),
            ("environment", "Name the environment it was released to."),
        ],
    ),
]


@pytest.mark.parametrize(("state", "result", "problems"), IMPOSSIBLE)
def test_figures_that_cannot_be_are_refused_and_kept_nowhere(
    state: BuildState, result: Any, problems: list[tuple[str, str]]
) -> None:
    build = at(state)
    before = replace(build)

    with pytest.raises(Refused) as raised:
        build.complete(answer(build, result), stamp())

    assert [(p.code, p.path, p.message) for p in raised.value.problems] == [
        (ErrorCode.INVALID_INPUT, ("phaseResult", field), message) for field, message in problems
    ]
    assert (build, build.turns) == (before, before.turns)


def test_a_result_of_another_phase_is_an_error_of_ours() -> None:
    build = at(S.TESTING)

    with pytest.raises(TypeError, match="TESTING comes to BuildTested"):
        build.complete(answer(build, BuildVerified(approved=True)), stamp())


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({}, 80.0),
        ({"buildCoveragePercent": 95}, 95.0),
        ({"buildCoveragePercent": 0}, 0.0),
        ({"buildCoveragePercent": 101}, 80.0),
        ({"buildCoveragePercent": True}, 80.0),
        ({"buildCoveragePercent": "90"}, 80.0),
    ],
)
def test_an_engagement_may_ask_for_other_coverage(settings: dict[str, Any], needed: float) -> None:
    assert coverage_needed(settings) == needed


def test_the_engagements_coverage_is_what_the_gate_asks_for() -> None:
    build = at(S.TESTING)

    strict = build.complete(ANSWERS[S.TESTING], stamp(), {"buildCoveragePercent": 90})
    mild = build.complete(replace(FAILING, result=BuildTested(1, 1, 50.0)), stamp(), {"buildCoveragePercent": 50})

    assert [p.message for p in strict.problems] == ["Coverage is 80%; at least 90% is needed."]
    assert mild.build.state is S.VERIFICATION
