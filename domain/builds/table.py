"""Which state of a build may follow which, by whose work, past which gate: the one table of builds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class BuildState(StrEnum):
    """Where a build stands. It rests in no handoff state: the work is passed on in the same transaction."""

    DISCOVERY = "DISCOVERY"
    PLANNING = "PLANNING"
    HANDOFF_TO_CODER = "HANDOFF_TO_CODER"
    IMPLEMENTATION = "IMPLEMENTATION"
    HANDOFF_TO_TESTER = "HANDOFF_TO_TESTER"
    TESTING = "TESTING"
    HANDOFF_TO_VERIFIER = "HANDOFF_TO_VERIFIER"
    VERIFICATION = "VERIFICATION"
    HANDOFF_TO_RELEASER = "HANDOFF_TO_RELEASER"
    DEPLOYMENT = "DEPLOYMENT"
    COMPLETE = "COMPLETE"
    ERROR = "ERROR"


class BuildRole(StrEnum):
    """Who works on a build."""

    Q_ASSISTANT = "Q_ASSISTANT"
    CODE_WRITER = "CODE_WRITER"
    TEST_AUDITOR = "TEST_AUDITOR"
    VERIFICATION_OVERSEER = "VERIFICATION_OVERSEER"
    RELEASE_MANAGER = "RELEASE_MANAGER"


class BuildAction(StrEnum):
    """What moves a build. HAND_OVER follows a completion by itself."""

    COMPLETE = "COMPLETE"
    HAND_OVER = "HAND_OVER"
    RETRY = "RETRY"
    FAIL = "FAIL"
    RECOVER = "RECOVER"


class Gate(StrEnum):
    """What an answer has to show before its phase is complete."""

    TESTS = "TESTS"
    APPROVAL = "APPROVAL"
    VERIFIED = "VERIFIED"


@dataclass(frozen=True, slots=True)
class Move:
    """One row: `role` is the one whose answer makes the move, where one does; a reasoned move says why."""

    source: BuildState
    action: BuildAction
    target: BuildState
    role: BuildRole | None = None
    gate: Gate | None = None
    reasoned: bool = False


S = BuildState
A = BuildAction
R = BuildRole

MOVES: tuple[Move, ...] = (
    Move(S.DISCOVERY, A.COMPLETE, S.PLANNING, R.Q_ASSISTANT),
    Move(S.PLANNING, A.COMPLETE, S.HANDOFF_TO_CODER, R.Q_ASSISTANT),
    Move(S.HANDOFF_TO_CODER, A.HAND_OVER, S.IMPLEMENTATION),
    Move(S.IMPLEMENTATION, A.COMPLETE, S.HANDOFF_TO_TESTER, R.CODE_WRITER),
    Move(S.HANDOFF_TO_TESTER, A.HAND_OVER, S.TESTING),
    Move(S.TESTING, A.COMPLETE, S.HANDOFF_TO_VERIFIER, R.TEST_AUDITOR, Gate.TESTS),
    Move(S.HANDOFF_TO_VERIFIER, A.HAND_OVER, S.VERIFICATION),
    Move(S.VERIFICATION, A.COMPLETE, S.HANDOFF_TO_RELEASER, R.VERIFICATION_OVERSEER, Gate.APPROVAL),
    Move(S.HANDOFF_TO_RELEASER, A.HAND_OVER, S.DEPLOYMENT),
    Move(S.DEPLOYMENT, A.COMPLETE, S.COMPLETE, R.RELEASE_MANAGER, Gate.VERIFIED),
    Move(S.TESTING, A.RETRY, S.IMPLEMENTATION, reasoned=True),
    Move(S.VERIFICATION, A.RETRY, S.IMPLEMENTATION, reasoned=True),
    Move(S.DISCOVERY, A.FAIL, S.ERROR, R.Q_ASSISTANT, reasoned=True),
    Move(S.PLANNING, A.FAIL, S.ERROR, R.Q_ASSISTANT, reasoned=True),
    Move(S.IMPLEMENTATION, A.FAIL, S.ERROR, R.CODE_WRITER, reasoned=True),
    Move(S.TESTING, A.FAIL, S.ERROR, R.TEST_AUDITOR, reasoned=True),
    Move(S.VERIFICATION, A.FAIL, S.ERROR, R.VERIFICATION_OVERSEER, reasoned=True),
    Move(S.DEPLOYMENT, A.FAIL, S.ERROR, R.RELEASE_MANAGER, reasoned=True),
    Move(S.ERROR, A.RECOVER, S.DISCOVERY, reasoned=True),
    Move(S.ERROR, A.RECOVER, S.PLANNING, reasoned=True),
    Move(S.ERROR, A.RECOVER, S.IMPLEMENTATION, reasoned=True),
    Move(S.ERROR, A.RECOVER, S.TESTING, reasoned=True),
    Move(S.ERROR, A.RECOVER, S.VERIFICATION, reasoned=True),
)

# What is read from the table and never written beside it.
ROLES: Mapping[BuildState, BuildRole] = MappingProxyType(
    {move.source: move.role for move in MOVES if move.action is A.COMPLETE and move.role}
)
WORKING: tuple[BuildState, ...] = tuple(ROLES)
GATES: Mapping[BuildState, Gate] = MappingProxyType({move.source: move.gate for move in MOVES if move.gate})

VERB: Mapping[BuildAction, str] = MappingProxyType(
    {
        A.COMPLETE: "complete a phase of",
        A.HAND_OVER: "hand over",
        A.RETRY: "go back in",
        A.FAIL: "report an error of",
        A.RECOVER: "recover",
    }
)


def moves_from(state: BuildState, action: BuildAction | None = None) -> tuple[Move, ...]:
    """The rows that begin in that state: all that is allowed there."""
    return tuple(move for move in MOVES if move.source is state and action in (None, move.action))


def phase_of(state: BuildState) -> str:
    """The key of a working state's phase."""
    if state not in ROLES:
        raise ValueError(f"Nobody works in {state}.")
    return state.lower()


def role_after(role: BuildRole) -> BuildRole | None:
    """Who acts after that role, where all goes well."""
    order = tuple(dict.fromkeys(ROLES.values()))
    following = order.index(role) + 1
    return order[following] if following < len(order) else None


def before(state: BuildState) -> tuple[BuildState, ...]:
    """The working states that come before that one; all of them before COMPLETE."""
    return WORKING[: WORKING.index(state)] if state in ROLES else WORKING if state is S.COMPLETE else ()
