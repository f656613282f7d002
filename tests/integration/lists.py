"""Every connection of the schema, derived from the schema itself, and a document that gets to one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from domain.flows import DEFINITIONS
from schema.ids import child_type
from tests.integration.inputs import GRAPH

CHILDREN = tuple(map(child_type, DEFINITIONS))
_CHILD = "flows(first: 100) {{ nodes {{ child {{ ... on {type} {{ {part} }} }} }} }}"


def _within(type_: str, part: str) -> str:
    return _CHILD.replace("{type}", type_).replace("{part}", part)


# How to get to one thing of a type that has connections, from the root.
_WAYS = {
    "Query": "{part}",
    "MasterFlow": "flows(first: 100) {{ nodes {{ {part} }} }}",
    "Application": "applications(first: 100) {{ nodes {{ {part} }} }}",
    "Customer": "customers(first: 100) {{ nodes {{ {part} }} }}",
    "DataImport": _within("DiscoveryFlow", "import {{ {part} }}"),
    "InventoryChanges": _within("DiscoveryFlow", "changes {{ {part} }}"),
    "PhaseRun": "flows(first: 100) {{ nodes {{ phases {{ runs {{ {part} }} }} }} }}",
    "Artifact": "flows(first: 100) {{ nodes {{ artifacts(first: 2) {{ nodes {{ {part} }} }} }} }}",
    "ChatThread": _within("CustomerSuccessFlow", "threads(first: 2) {{ nodes {{ {part} }} }}"),
    "WorkflowQueue": "workflowQueue {{ {part} }}",
    "WorkflowTemplate": "workflowTemplates {{ {part} }}",
    "WavePlan": _within("PlanningFlow", "wavePlan {{ {part} }}"),
    **{type_: _within(type_, "{part}") for type_ in CHILDREN},
}


def _connections() -> Iterator[tuple[str, str]]:
    for type_ in GRAPH.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                if get_named_type(field.type).name.endswith("Connection"):
                    yield type_.name, name


CONNECTIONS = sorted(each for each in _connections() if each[0] in _WAYS)
# Of two plans by their ids; its places are those of a list that another way leads to.
WITHOUT_A_WAY = {each for each in _connections() if each[0] not in _WAYS}


def text_of_list(type_: str, name: str, after: str | None = None) -> str:
    """A document that reads that list of every thing of the type, after that place."""
    place = "" if after is None else f", after: {json.dumps(after)}"
    part = f"{name}(first: 2{place}) {{ edges {{ cursor }} }}"
    return f"{{ {_WAYS[type_].format(part=part)} }}"


def cursors(value: Any) -> Iterator[str]:
    """Every cursor in an answer."""
    if isinstance(value, dict):
        if isinstance(value.get("cursor"), str):
            yield value["cursor"]
        for item in value.values():
            yield from cursors(item)
    elif isinstance(value, list):
        for item in value:
            yield from cursors(item)


def of_somebody_else(cursor: str) -> str:
    """The same place in a list of another engagement."""
    key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return base64.urlsafe_b64encode(json.dumps([*key[:-1], "0" * len(key[-1])]).encode()).decode().rstrip("=")
