"""What holds for the whole schema."""

from __future__ import annotations

import pytest
from graphql import GraphQLObjectType, is_interface_type, is_non_null_type, is_object_type

from domain.flows import DEFINITIONS
from persistence.reads.sources import ROWS
from schema.ids import CHILD_TYPES
from schema.mirror import node_values
from schema.nodes import MADE
from schema.root import schema

TYPES = [
    type_ for type_ in schema._schema.type_map.values() if is_object_type(type_) and not type_.name.startswith("__")
]
NODE = schema._schema.type_map["Node"]
# Read through the flow or the engagement that they are part of, or made of other rows by `schema.nodes.MADE`.
WITHIN = {"MasterFlow", "FlowPhase", "AssessmentReport", *MADE, *CHILD_TYPES}


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_a_field_that_may_be_null_says_why(type_: GraphQLObjectType) -> None:
    silent = [
        name for name, field in type_.fields.items() if not is_non_null_type(field.type) and not field.description
    ]

    assert silent == []


def test_every_node_can_be_read_by_its_id() -> None:
    assert is_interface_type(NODE)
    nodes = {type_.name for type_ in schema._schema.get_possible_types(NODE)}

    readable = {name for name, value in node_values().items() if value in ROWS}

    assert nodes - WITHIN == readable - WITHIN


def test_every_flow_type_has_its_enum_value_its_branch_and_its_child() -> None:
    types = schema._schema.type_map
    branches = types["FlowConfigurationInput"].fields  # type: ignore[attr-defined]

    assert set(types["FlowType"].values) == {kind.upper() for kind in DEFINITIONS}  # type: ignore[attr-defined]
    assert {definition.branch for definition in DEFINITIONS.values()} <= set(branches)
    assert {types[name] for name in CHILD_TYPES} == set(schema._schema.get_possible_types(types["ChildFlow"]))  # type: ignore[arg-type]
