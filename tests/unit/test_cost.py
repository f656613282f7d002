"""What an operation may come to, from its text alone."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from domain.errors import LimitExceeded
from server.cost import _Estimate, check_cost
from server.documents import Documents, Operation

SCHEMA = build_schema("""
interface Node { id: ID! }
type Query { a: A nodes(ids: [ID!]!): [Node]! as(first: Int, after: String, last: Int): AConnection! }
type A implements Node { id: ID! name: String! tags: [String!]! parts: [A!]! as(first: Int, last: Int): AConnection! }
type AConnection { nodes: [A!]! edges: [AEdge!]! totalCount: Int! }
type AEdge { cursor: String! node: A! }
""")


def operation(query: str) -> Operation:
    return Documents(SCHEMA).operation(query, None)


def values(query: str, variables: dict[str, Any] | None = None) -> int:
    found = operation(query)
    fragments: Any = {node.name.value: node for node in found.document.definitions[1:]}  # type: ignore[attr-defined]
    assert SCHEMA.query_type is not None
    return _Estimate(SCHEMA, fragments, variables or {}).of(SCHEMA.query_type, found.definition.selection_set)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ a { id name } }", 3),
        ("{ a { parts { id } } }", 1 + 1 + 5),
        ("{ as { totalCount } }", 1 + 50),
        ("{ as(first: 7) { nodes { id name } } }", 1 + 7 * (1 + 2)),
        ("{ as(last: 7) { edges { cursor node { id } } } }", 1 + 7 * (1 + 1 + 1 + 1)),
        ("{ as(first: 100000) { nodes { id } } }", 1 + 100 * 2),
        ("{ as(first: -1) { nodes { id } } }", 1 + 1 * 2),
        ('{ nodes(ids: ["a"]) { id ... on A { name } } }', 1 + 100 * 2),
        ("{ a { ...F ...F } } fragment F on A { id parts { ...G } } fragment G on A { id }", 1 + 2 * (1 + 1 + 5)),
        ("{ __typename a { __typename } }", 3),
    ],
)
def test_values_are_counted_by_what_is_asked_for(query: str, expected: int) -> None:
    assert values(query) == expected


def test_variables_say_how_many() -> None:
    query = "query ($n: Int) { as(first: $n) { nodes { id } } }"

    assert [values(query, given) for given in ({"n": 3}, {}, {"n": None}, {"n": "x"})] == [7, 101, 101, 101]


def test_what_multiplies_is_refused() -> None:
    query = "{ as(first: 100) { nodes { as(first: 100) { nodes { as(first: 100) { nodes { id } } } } } } }"

    with pytest.raises(LimitExceeded, match="`first`"):
        check_cost(SCHEMA, operation(query), None)


def test_fragments_cannot_hide_it_nor_make_the_count_slow() -> None:
    doubling = " ".join(f"fragment F{n} on A {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
    query = "{ a { ...F0 } } " + doubling + " fragment F30 on A { id }"

    with pytest.raises(LimitExceeded):
        check_cost(SCHEMA, operation(query), None)


def test_what_pages_ask_for_is_allowed() -> None:
    check_cost(SCHEMA, operation("{ as(first: 100) { nodes { id name as(first: 100) { nodes { id name } } } } }"), None)
