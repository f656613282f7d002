"""The schema of an answer takes what the agent may propose, and nothing else."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from crews.schema import Short, answer_schema
from domain.agents.permission import permitted
from tests.unit.crews.examples import AGENTS, example_of

# It comes with other packages, and without types.
jsonschema: Any = import_module("jsonschema")


@pytest.mark.parametrize("short", [None, Short()])
@pytest.mark.parametrize(("kind", "agent"), AGENTS)
def test_it_takes_the_example_and_an_empty_answer(kind: str, agent: str, short: Short | None) -> None:
    schema = answer_schema(kind, agent, short)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(example_of(kind, agent), schema)
    jsonschema.validate({permit.part: [] for permit in permitted(kind, agent)}, schema)


@pytest.mark.parametrize(("kind", "agent"), AGENTS)
def test_it_takes_no_part_and_no_field_beside(kind: str, agent: str) -> None:
    schema, example = answer_schema(kind, agent), example_of(kind, agent)
    part = next(iter(example))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example, "approved": []}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example, part: [{**example[part][0], "id": "1"}]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example, part: [{"subject": "A1"}]}, schema)


def test_words_are_closed_and_optional_ones_may_be_null() -> None:
    schema = answer_schema("assessment.component_sixr_strategies", "migration_strategist")

    fields = schema["properties"]["treatments"]["items"]["properties"]

    assert fields["strategy"] == {"type": "string", "enum": ["REHOST", "REPLATFORM", "REFACTOR"]}
    assert fields["depth"]["anyOf"][1] == {"type": "null"}
    assert list(fields) == ["subject", "strategy", "depth", "reason", "confidence"]


def test_limits_are_for_those_who_need_them() -> None:
    free = answer_schema("planning.synthesis", "planning_lead")
    short = answer_schema("planning.synthesis", "planning_lead", Short(items=2, text=100))

    assert "max" not in json.dumps(free)
    assert [short["properties"][part]["maxItems"] for part in ("summaries", "recommendations")] == [1, 2]
    assert short["properties"]["summaries"]["items"]["properties"]["text"] == {"type": "string", "maxLength": 100}


def test_another_agent_of_the_phase_has_another_schema() -> None:
    checker = answer_schema("assessment.component_sixr_strategies", "compatibility_checker")

    assert list(checker["properties"]) == ["rationales", "risks"]
