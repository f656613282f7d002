"""What the rules say for a role without a model: what the requirements say, numbered, and never more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builds.build import Build
from domain.builds.reading import result_in
from domain.builds.table import BuildRole, BuildState
from domain.definition import PhaseCall
from domain.flows.build import DEFINITION
from domain.flows.build.by_rules import MOST, NO_MODEL
from domain.flows.build.configuration import BuildConfiguration
from domain.portfolio import Portfolio
from shapes.codec import Codec
from tests.unit.builds.building import NOW, at, stamp, started

S = BuildState
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def called(build: Build, **more: Any) -> PhaseCall:
    return PhaseCall(
        flow_id=build.id,
        run_id="r",
        phase=str(build.state).lower(),
        configuration=BuildConfiguration(build.project_id, build.build_id, build.requirements),
        results={},
        portfolio=Portfolio(build=build),
        as_of=NOW.date(),
        now=NOW,
        by="system",
        new_id=stamp().new_id,
        **more,
    )


def ruled(build: Build) -> Any:
    return DEFINITION.phase(str(build.state).lower()).rules(called(build))


def numbered(requirements: Any) -> list[tuple[str, str]]:
    answer = ruled(started(requirements)).result
    return [(each["text"], each["acceptance"]) for each in answer.phase_result["requirements"]]


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        ("Say hello.\n- Say goodbye.\n\n", [("Say hello.", ""), ("Say goodbye.", "")]),
        (["Say hello", "Say hello", "Say goodbye"], [("Say hello", ""), ("Say goodbye", "")]),
        ({"goal": "greet", "limits": {"seconds": 2}}, [("goal: greet", ""), ("seconds: 2", "")]),
        ({"requirements": [{"text": "Greet", "acceptance": "hello is seen"}]}, [("Greet", "hello is seen")]),
        ({"stories": [{"title": "As a guest I am greeted"}]}, [("As a guest I am greeted", "")]),
        (7, [("7", "")]),
    ],
)
def test_requirements_of_any_shape_are_numbered(requirements: Any, expected: list[tuple[str, str]]) -> None:
    assert numbered(requirements) == expected


def test_the_words_are_those_that_the_protocol_asks_for() -> None:
    answer = ruled(started(["Say hello", {"text": "Leave", "acceptance": "goodbye is seen"}])).result

    assert answer.role is BuildRole.Q_ASSISTANT
    assert result_in(answer.ai_response) == answer.phase_result
    assert answer.ai_response.startswith("Written by the built-in rules, without a model")
    assert answer.phase_result["openQuestions"] == ["What is done, and then seen, that shows R1?"]


def test_a_plan_has_a_step_for_each_requirement_that_the_discovery_numbered() -> None:
    build = started(["Say hello", {"text": "Leave", "acceptance": "goodbye is seen"}])
    found = ruled(build).result
    phase = DEFINITION.phase("discovery")
    assert phase.pause is not None
    (build,) = phase.pause.decide(called(build, input=found)).saves

    planned = ruled(build).result

    assert planned.phase_result["steps"] == [
        {"id": "S1", "title": "Say hello", "requirements": ["R1"], "done": "A test shows R1."},
        {"id": "S2", "title": "Leave", "requirements": ["R2"], "done": "goodbye is seen"},
    ]


@pytest.mark.parametrize("requirements", [None, "", [], {}, " \n- "])
def test_nothing_is_made_of_nothing(requirements: Any) -> None:
    build = Build.start("b", "shop", "42", requirements, stamp())

    outcome = ruled(build)

    assert outcome.result is None
    assert [warning.code for warning in outcome.warnings] == [NO_MODEL]


def test_a_discovery_that_numbered_nothing_is_not_planned_by_rules() -> None:
    assert ruled(at(S.PLANNING)).result is None


@pytest.mark.parametrize("state", [S.IMPLEMENTATION, S.TESTING, S.VERIFICATION, S.DEPLOYMENT])
def test_no_rule_writes_tests_approves_or_releases(state: BuildState) -> None:
    outcome = ruled(at(state))

    assert outcome.result is None
    assert "waits for completeBuildPhase" in outcome.warnings[0].message


@given(JSON)
def test_whatever_is_required_the_answer_is_one_that_its_pause_takes(requirements: Any) -> None:
    outcome = ruled(Build.start("b", "shop", "42", requirements, stamp()))

    if outcome.result is not None:
        phase, codec = DEFINITION.phase("discovery"), Codec()
        assert phase.pause is not None
        assert codec.decode(phase.pause.answer, codec.encode(outcome.result)) == outcome.result
        assert 1 <= len(outcome.result.phase_result["requirements"]) <= MOST
