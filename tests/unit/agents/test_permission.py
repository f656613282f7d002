"""The table of permissions fits the flows, the proposals and itself."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from domain.agents.permission import PERMISSIONS, Permit, permitted
from domain.agents.reviewing import REVIEWS, proposal_type, reviewable
from domain.flows import DEFINITIONS
from shapes.codec import Codec

_AGENTS = {
    f"{definition.kind}.{phase.key}": {agent.key for agent in phase.agents}
    for definition in DEFINITIONS.values()
    for phase in definition.phases
}


@pytest.mark.parametrize("row", PERMISSIONS, ids=lambda row: f"{row.kind}-{row.part}-{row.agents[0]}")
def test_a_row_names_an_agent_and_a_part_that_there_are(row: Permit) -> None:
    assert set(row.agents) <= _AGENTS[row.kind]
    parts = {each.name: each for each in fields(proposal_type(row.kind))}
    assert row.part in parts
    assert row.most <= 300
    assert row.condition


def test_every_phase_with_a_row_is_reviewed_and_every_part_has_a_row() -> None:
    assert {row.kind for row in PERMISSIONS} == set(REVIEWS)
    for kind in REVIEWS:
        assert {row.part for row in permitted(kind)} == {each.name for each in fields(proposal_type(kind))}
    assert not reviewable("assessment.finalization")


@pytest.mark.parametrize("kind", sorted(REVIEWS))
def test_every_value_of_a_proposal_is_bounded(kind: str) -> None:
    schema = Codec().schema(proposal_type(kind))
    for row in permitted(kind):
        reference = schema["properties"][row.part]["items"]["$ref"].rsplit("/", 1)[1]
        named = set(schema["$defs"][reference]["properties"])
        assert named == {*row.fields, "subject", "reason", "confidence"}


@pytest.mark.parametrize("kind", sorted(REVIEWS))
def test_an_empty_answer_is_a_proposal(kind: str) -> None:
    type_ = proposal_type(kind)
    assert Codec().decode(type_, {}) == type_()


@pytest.mark.parametrize("row", PERMISSIONS, ids=lambda row: f"{row.kind}-{row.part}-{row.agents[0]}")
def test_the_table_that_people_read_says_the_same(row: Permit) -> None:
    lines = (Path(__file__).parents[3] / "docs" / "agents.md").read_text().splitlines()
    flow, phase = row.kind.split(".")
    start = (
        f"| {flow}: {phase} | {', '.join(row.agents)} | {' or '.join(row.on)} | {row.effect.lower()} | {row.most} | "
    )
    end = f" | {row.condition} |"

    [line] = [each for each in lines if each.startswith(start) and each.endswith(end)]

    assert all(f"{name}: {bound.told}" in line for name, bound in row.fields.items())
