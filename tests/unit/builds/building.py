"""Builds at any of their states, made by nothing but their own decisions."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from domain.builds.build import Build
from domain.builds.changes import Answer
from domain.builds.results import BuildDeployed, BuildTested, BuildVerified
from domain.builds.table import BuildRole, BuildState
from domain.flow_state import Stamp

S = BuildState
R = BuildRole
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NUMBERS = count(1)

ANSWERS: dict[BuildState, Answer] = {
    S.DISCOVERY: Answer(R.Q_ASSISTANT, "R1: greet.", {"requirements": ["R1"]}, {"requirements": ["R1"]}),
    S.PLANNING: Answer(R.Q_ASSISTANT, "S1: write greet.py.", {"steps": ["S1"]}, {"steps": ["S1"]}),
    S.IMPLEMENTATION: Answer(R.CODE_WRITER, "print('hello')", {"files": ["greet.py"]}, {"files": ["greet.py"]}),
    S.TESTING: Answer(
        R.TEST_AUDITOR,
        "All four pass.",
        BuildTested(4, 4, 80.0),
        {"testsRun": 4, "testsPassed": 4, "coveragePercent": 80.0, "failures": []},
    ),
    S.VERIFICATION: Answer(
        R.VERIFICATION_OVERSEER, "Fine.", BuildVerified(approved=True), {"approved": True, "findings": []}
    ),
    S.DEPLOYMENT: Answer(
        R.RELEASE_MANAGER,
        "Released.",
        BuildDeployed("0.1.0", "staging"),
        {"version": "0.1.0", "environment": "staging"},
    ),
}
FAILING = Answer(
    R.TEST_AUDITOR,
    "One fails.",
    BuildTested(4, 3, 79.5, ("test_greet",)),
    {"testsRun": 4, "testsPassed": 3, "coveragePercent": 79.5, "failures": ["test_greet"]},
)


def stamp(at: datetime = NOW) -> Stamp:
    return Stamp("alice", at, lambda: f"id-{next(NUMBERS)}")


def started(requirements: Any = None) -> Build:
    return Build.start("b-1", "shop", "42", requirements or {"goal": "greet people"}, stamp())


def at(state: BuildState) -> Build:
    """A build that came to that state by the shortest way."""
    build = started()
    if state is S.ERROR:
        return build.fail(R.Q_ASSISTANT, "The requirements are empty.", {"line": 1}, stamp())
    while build.state is not state:
        build = build.complete(ANSWERS[build.state], stamp()).build
    return build
