"""What a pause of a build takes is what its phase comes to, and a build is stored and read without loss."""

from __future__ import annotations

from typing import Any

import pytest

from domain.builds.build import Build
from domain.builds.models import ModelFamily
from domain.builds.results import RESULTS
from domain.builds.table import WORKING, BuildState
from domain.errors import ErrorCode, Refused
from domain.flows.build.answers import ANSWERS as TYPES
from domain.flows.build.answers import answer_of
from domain.flows.build.configuration import BuildConfiguration
from shapes.codec import Codec
from tests.unit.builds.building import ANSWERS, at, stamp

CODEC = Codec()


@pytest.mark.parametrize("state", WORKING)
def test_an_answer_given_as_json_completes_its_phase(state: BuildState) -> None:
    expected = ANSWERS[state]
    data = {"role": str(expected.role), "aiResponse": expected.text, "phaseResult": expected.data, "comment": "Good."}

    given = CODEC.decode(TYPES[state], data, ("data",))
    answer = answer_of(given, CODEC.encode(given.phase_result))

    assert answer == expected
    assert isinstance(answer.result, RESULTS[state])
    assert at(state).complete(answer, stamp()).problems == ()


def test_what_has_another_shape_is_told_all_at_once() -> None:
    data = {"role": "CODE_WRITER", "phaseResult": {"testsRun": "many", "failures": 0}}

    with pytest.raises(Refused) as raised:
        CODEC.decode(TYPES[BuildState.TESTING], data, ("data",))

    assert {(p.code, p.path) for p in raised.value.problems} == {
        (ErrorCode.INVALID_INPUT, ("data", "aiResponse")),
        (ErrorCode.INVALID_INPUT, ("data", "phaseResult", "testsRun")),
        (ErrorCode.INVALID_INPUT, ("data", "phaseResult", "testsPassed")),
        (ErrorCode.INVALID_INPUT, ("data", "phaseResult", "coveragePercent")),
        (ErrorCode.INVALID_INPUT, ("data", "phaseResult", "failures")),
    }


@pytest.mark.parametrize("requirements", [{"goal": "greet"}, ["greet"], "greet", 1])
def test_requirements_have_the_tenants_own_shape(requirements: Any) -> None:
    data = {"projectId": "shop", "buildId": "42", "requirements": requirements}

    configuration = CODEC.decode(BuildConfiguration, data)

    assert configuration == BuildConfiguration("shop", "42", requirements, ModelFamily.LOCAL)


@pytest.mark.parametrize("state", [state for state in BuildState if "HANDOFF" not in state])
def test_a_build_is_stored_and_read_without_loss(state: BuildState) -> None:
    build = at(state)

    read = CODEC.decode(Build, CODEC.encode(build))

    assert read == build
    assert (read.moves, read.handoffs, read.turns) == (build.moves, build.handoffs, build.turns)
