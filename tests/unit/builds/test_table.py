"""Every row of the table is a move that a build makes, and whatever is no row is refused with what is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.builds.build import Build
from domain.builds.table import (
    GATES,
    MOVES,
    ROLES,
    WORKING,
    BuildAction,
    BuildRole,
    BuildState,
    Gate,
    phase_of,
    role_after,
)
from domain.errors import ErrorCode, Refused
from tests.unit.builds.building import ANSWERS, at, stamp

A = BuildAction
S = BuildState
R = BuildRole

# Written from the description of the product, apart from the table.
WAY = [
    ("DISCOVERY", "PLANNING"),
    ("PLANNING", "HANDOFF_TO_CODER", "IMPLEMENTATION"),
    ("IMPLEMENTATION", "HANDOFF_TO_TESTER", "TESTING"),
    ("TESTING", "HANDOFF_TO_VERIFIER", "VERIFICATION"),
    ("VERIFICATION", "HANDOFF_TO_RELEASER", "DEPLOYMENT"),
    ("DEPLOYMENT", "COMPLETE"),
]
ACTS = {
    "DISCOVERY": "Q_ASSISTANT",
    "PLANNING": "Q_ASSISTANT",
    "IMPLEMENTATION": "CODE_WRITER",
    "TESTING": "TEST_AUDITOR",
    "VERIFICATION": "VERIFICATION_OVERSEER",
    "DEPLOYMENT": "RELEASE_MANAGER",
}
RECOVERS = list(ACTS)[:5]
RESTS = [state for state in S if "HANDOFF" not in state]
PAIRS = {
    *((a, "COMPLETE", b) for a, b, *_ in WAY),
    *((path[1], "HAND_OVER", path[2]) for path in WAY if len(path) == 3),
    ("TESTING", "RETRY", "IMPLEMENTATION"),
    ("VERIFICATION", "RETRY", "IMPLEMENTATION"),
    *((state, "FAIL", "ERROR") for state in ACTS),
    *(("ERROR", "RECOVER", state) for state in RECOVERS),
}


def ways(state: str) -> set[str]:
    """Where a retry may lead from there."""
    return {to for source, action, to in PAIRS if source == state and action in ("RETRY", "RECOVER")}


def test_the_table_has_every_move_once_and_no_other() -> None:
    rows = [(str(move.source), str(move.action), str(move.target)) for move in MOVES]

    assert len(rows) == len(set(rows)) == 23
    assert set(rows) == PAIRS


def test_each_working_state_has_its_role_and_its_gate() -> None:
    assert {str(state): str(role) for state, role in ROLES.items()} == ACTS
    assert {str(m.source): str(m.role) for m in MOVES if m.action is A.FAIL} == ACTS
    assert GATES == {S.TESTING: Gate.TESTS, S.VERIFICATION: Gate.APPROVAL, S.DEPLOYMENT: Gate.VERIFIED}
    assert [move.reasoned for move in MOVES] == [move.action not in (A.COMPLETE, A.HAND_OVER) for move in MOVES]


def test_roles_follow_each_other() -> None:
    assert [role_after(role) for role in R] == [
        R.CODE_WRITER,
        R.TEST_AUDITOR,
        R.VERIFICATION_OVERSEER,
        R.RELEASE_MANAGER,
        None,
    ]
    with pytest.raises(ValueError, match=r"^Nobody works in HANDOFF_TO_CODER\.$"):
        phase_of(S.HANDOFF_TO_CODER)


@pytest.mark.parametrize("path", WAY, ids=lambda path: path[0])
def test_completing_a_phase_makes_its_moves(path: tuple[str, ...]) -> None:
    build = replace(at(S(path[0])), moves=(), handoffs=())

    completion = build.complete(ANSWERS[build.state], stamp())

    assert completion.problems == ()
    assert [str(moved.target) for moved in completion.build.moves] == list(path[1:])
    assert completion.build.state is S(path[-1])
    passes = len(path) == 3
    handed = [(h.from_state, h.to_state, h.from_role, h.to_role, h.reason) for h in completion.build.handoffs]
    assert handed == ([(path[0], path[2], ACTS[path[0]], ACTS[path[2]], None)] if passes else [])


@pytest.mark.parametrize("source", [S.TESTING, S.VERIFICATION])
@pytest.mark.parametrize("named", [None, S.IMPLEMENTATION])
def test_a_retry_goes_back_to_the_implementation(source: BuildState, named: BuildState | None) -> None:
    build = replace(at(source), moves=(), handoffs=())

    again = build.retry(" Umlauts break. ", named, stamp())

    assert (again.state, again.retries) == (S.IMPLEMENTATION, 1)
    assert [(m.source, m.action, m.target, m.reason) for m in again.moves] == [
        (source, A.RETRY, S.IMPLEMENTATION, "Umlauts break.")
    ]
    [handoff] = again.handoffs
    assert (handoff.from_role, handoff.to_role, handoff.reason) == (ROLES[source], R.CODE_WRITER, "Umlauts break.")


@pytest.mark.parametrize("source", WORKING)
def test_every_working_state_may_fail(source: BuildState) -> None:
    build = replace(at(source), moves=(), handoffs=())

    failed = build.fail(ROLES[source], "It broke.", {"code": 7}, stamp())

    assert failed.state is S.ERROR
    assert failed.role is None
    assert [(m.source, m.action, m.target, m.reason) for m in failed.moves] == [(source, A.FAIL, S.ERROR, "It broke.")]
    assert failed.handoffs == ()


@pytest.mark.parametrize("source", WORKING)
@pytest.mark.parametrize("target", [S(state) for state in RECOVERS])
def test_an_error_leads_to_any_of_the_first_five(source: BuildState, target: BuildState) -> None:
    failed = replace(at(source).fail(ROLES[source], "It broke.", {}, stamp()), handoffs=())

    back = failed.retry("Mended.", target, stamp())

    assert (back.state, back.role, back.failure, back.retries) == (target, ROLES[target], None, 0)
    [handoff] = back.handoffs
    assert (handoff.from_state, handoff.from_role, handoff.to_role) == (S.ERROR, None, ROLES[target])


@pytest.mark.parametrize("source", WORKING)
def test_an_error_leads_back_to_where_it_was_unless_told_otherwise(source: BuildState) -> None:
    failed = at(source).fail(ROLES[source], "It broke.", {}, stamp())

    back = failed.retry("Mended.", None, stamp())

    assert back.state is (S.VERIFICATION if source is S.DEPLOYMENT else source)


def refused(build: Build, act: Callable[[], object]) -> Refused:
    """What calling that raises, with the build as it was before."""
    before = replace(build)
    with pytest.raises(Refused) as raised:
        act()
    assert build == before
    assert (build.moves, build.handoffs, build.turns) == (before.moves, before.handoffs, before.turns)
    [problem] = raised.value.problems
    assert problem.code is ErrorCode.INVALID_TRANSITION
    return raised.value


ALLOWED = {
    "DISCOVERY": "COMPLETE to PLANNING by Q_ASSISTANT, FAIL to ERROR by Q_ASSISTANT",
    "PLANNING": "COMPLETE to HANDOFF_TO_CODER by Q_ASSISTANT, FAIL to ERROR by Q_ASSISTANT",
    "IMPLEMENTATION": "COMPLETE to HANDOFF_TO_TESTER by CODE_WRITER, FAIL to ERROR by CODE_WRITER",
    "TESTING": "COMPLETE to HANDOFF_TO_VERIFIER by TEST_AUDITOR, RETRY to IMPLEMENTATION, "
    "FAIL to ERROR by TEST_AUDITOR",
    "VERIFICATION": "COMPLETE to HANDOFF_TO_RELEASER by VERIFICATION_OVERSEER, RETRY to IMPLEMENTATION, "
    "FAIL to ERROR by VERIFICATION_OVERSEER",
    "DEPLOYMENT": "COMPLETE to COMPLETE by RELEASE_MANAGER, FAIL to ERROR by RELEASE_MANAGER",
    "ERROR": "RECOVER to DISCOVERY, RECOVER to PLANNING, RECOVER to IMPLEMENTATION, RECOVER to TESTING, "
    "RECOVER to VERIFICATION",
    "COMPLETE": "nothing",
}


@pytest.mark.parametrize(("state", "role"), [(state, role) for state in RESTS for role in R if ACTS.get(state) != role])
def test_only_the_states_role_completes_and_fails(state: BuildState, role: BuildRole) -> None:
    build = at(state)
    answer = replace(next(iter(ANSWERS.values())), role=role)

    completing = refused(build, lambda: build.complete(answer, stamp()))
    failing = refused(build, lambda: build.fail(role, "It broke.", {}, stamp()))

    if state in ACTS:
        told = f"{role} does not act in {state}; {ACTS[state]} does. Allowed now: {ALLOWED[state]}."
        assert (str(completing), str(failing)) == (told, told)
        assert completing.problems[0].path == ("role",)
    else:
        assert (
            str(completing) == f"Cannot complete a phase of a build that is in {state}. Allowed now: {ALLOWED[state]}."
        )
        assert str(failing) == f"Cannot report an error of a build that is in {state}. Allowed now: {ALLOWED[state]}."


@pytest.mark.parametrize(
    ("state", "target"),
    [
        (state, target)
        for state in RESTS
        for target in (None, *S)
        if not (ways(state) and target in (None, *ways(state)))
    ],
)
def test_there_is_no_way_back_but_the_tables(state: BuildState, target: BuildState | None) -> None:
    build = at(state)

    raised = refused(build, lambda: build.retry("Again.", target, stamp()))

    verb = "recover" if state is S.ERROR else "go back in"
    where = f" to {target}" if ways(state) else ""
    assert str(raised) == f"Cannot {verb} a build that is in {state}{where}. Allowed now: {ALLOWED[state]}."
    assert raised.problems[0].path == (("toState",) if ways(state) else ())


def test_a_refusal_tells_what_is_allowed_as_data() -> None:
    build = at(S.PLANNING)

    raised = refused(build, lambda: build.retry("Again.", None, stamp()))

    assert raised.problems[0].details == {
        "state": "PLANNING",
        "role": "Q_ASSISTANT",
        "allowed": [
            {"action": "COMPLETE", "to": "HANDOFF_TO_CODER", "role": "Q_ASSISTANT"},
            {"action": "FAIL", "to": "ERROR", "role": "Q_ASSISTANT"},
        ],
    }
