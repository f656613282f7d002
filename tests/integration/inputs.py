"""Some input for any mutation of the schema, derived from the schema itself: a new mutation has one too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLScalarType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

from schema.root import schema

GRAPH = schema._schema
# Stands for a file among variables.
FILE = "(a file)"
MUTATIONS = sorted(GRAPH.mutation_type.fields) if GRAPH.mutation_type else []


def request_of(query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What httpx posts: JSON, or a multipart request where a variable is a file."""
    operations = {"query": query, "variables": variables}
    places = [f"variables.{place}" for place in _files(variables)]
    if not places:
        return {"json": operations}
    data = {"operations": json.dumps(operations).replace(json.dumps(FILE), "null"), "map": json.dumps({"0": places})}
    return {"data": data, "files": {"0": ("a.pdf", b"x")}}


def _files(value: Any) -> Iterator[str]:
    for name, item in value.items() if isinstance(value, dict) else ():
        if item == FILE:
            yield name
        else:
            yield from (f"{name}.{place}" for place in _files(item))


def type_named_by(field: str) -> str:
    """Which type of thing an id of that name is of."""
    if field in ("flowId", "cloneOf"):
        return "MasterFlow"
    if field.lower().endswith(("componentid", "componentids")):
        return "Component"
    return "ClientAccount" if field == "id" else "Application"


def value_for(type_: GraphQLInputType, field: str, ids: Mapping[str, str]) -> Any:
    """Some value of that type, each id in it one of the given ones."""
    if is_non_null_type(type_):
        return value_for(type_.of_type, field, ids)
    if is_list_type(type_):
        return [value_for(type_.of_type, field, ids)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return object_for(type_, ids)
    assert isinstance(type_, GraphQLScalarType)
    if type_.name == "ID":
        return ids[type_named_by(field)]
    if type_.name == "Upload":
        return FILE
    return {"Int": 1, "Float": 1.0, "Boolean": True, "JSON": {}, "Decimal": "1", "Date": "2026-11-21"}.get(
        type_.name, "x"
    )


def object_for(type_: GraphQLInputObjectType, ids: Mapping[str, str]) -> dict[str, Any]:
    """Every field that is needed or names something; of alternatives the first that names something."""
    named = {
        name: field
        for name, field in type_.fields.items()
        if is_required_input_field(field) or get_named_type(field.type).name in ("ID", "AssessmentConfigurationInput")
    }
    # The server's own check of alternatives, which the printed schema alone shows.
    if type_.extensions["strawberry-definition"].is_one_of:
        name, field = next(iter((named or type_.fields).items()))
        return {name: value_for(field.type, name, ids)}
    named.pop("cloneOf", None)
    return {name: value_for(field.type, name, ids) for name, field in named.items()}


def input_type(mutation: str) -> GraphQLInputObjectType:
    """What that mutation takes."""
    assert GRAPH.mutation_type is not None
    type_ = get_named_type(GRAPH.mutation_type.fields[mutation].args["input"].type)
    assert isinstance(type_, GraphQLInputObjectType)
    return type_


def text_of(mutation: str) -> str:
    """A document that carries it out, with `$input`."""
    return (
        f"mutation ($input: {input_type(mutation).name}!) "
        f"{{ {mutation}(input: $input) {{ errors {{ code message path }} }} }}"
    )
