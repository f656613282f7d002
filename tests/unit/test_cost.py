"""What an operation may come to, from its text alone."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, get_introspection_query

from domain.errors import LimitExceeded
from schema.root import schema
from server.cost import MUTATION, REMEMBERED, Price
from server.documents import Documents

SCHEMA = build_schema("""
interface Node { id: ID! }
type Query { a: A nodes(ids: [ID!]!): [Node]! as(first: Int, after: String, last: Int): AConnection! }
type Mutation { change: A }
type A implements Node { id: ID! name: String! tags: [String!]! parts: [A!]! as(first: Int, last: Int): AConnection! }
type AConnection { nodes: [A!]! edges: [AEdge!]! totalCount: Int! }
type AEdge { cursor: String! node: A! }
""")


def price(query: str) -> Price:
    return Documents(SCHEMA).operation(query, None).price


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
        ('{ nodes(ids: ["a"]) { id ... on A { name } } }', 1 + 1 * 2),
        ('{ nodes(ids: ["a", "b", "c"]) { id ... on A { name } } }', 1 + 3 * 2),
        ("{ a { ...F ...F } } fragment F on A { id parts { ...G } } fragment G on A { id }", 1 + 2 * (1 + 1 + 5)),
        ("{ __typename a { __typename } }", 3),
        ("{ nodes(ids: " + "7" * 5_000 + ") { id } }", 1 + 100),
        ("mutation { change { id } b: change { id } }", 2 * (1 + MUTATION + 1)),
        ('{ __type(name: "A") { name kind } }', 3),
    ],
)
def test_values_are_counted_by_what_is_asked_for(query: str, expected: int) -> None:
    assert price(query).of({}) == expected


def test_variables_say_how_many() -> None:
    found = price("query ($n: Int) { as(first: $n) { nodes { id } } }")

    assert [found.of(given) for given in ({"n": 3}, {}, {"n": None}, {"n": "x"}, {"n": 3})] == [7, 101, 101, 101, 7]


def test_a_variable_that_is_not_given_is_its_default() -> None:
    found = price("query ($n: Int = 100) { as(first: $n) { nodes { id } } }")

    assert [found.of(given) for given in ({}, {"n": 3}, {"n": None})] == [201, 7, 101]


def test_a_variable_of_ids_says_how_many() -> None:
    found = price("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }")

    assert [found.of(given) for given in ({"ids": ["a"]}, {"ids": ["a"] * 9}, {"ids": ["a"] * 999})] == [2, 10, 101]


def test_what_is_remembered_of_an_operation_stays_small() -> None:
    found = price("query ($n: Int) { as(first: $n) { nodes { id } } }")

    for number in range(10 * REMEMBERED):
        found.of({"n": number})

    assert len(found._known) <= REMEMBERED


def test_what_multiplies_is_refused() -> None:
    query = "{ as(first: 100) { nodes { as(first: 100) { nodes { as(first: 100) { nodes { id } } } } } } }"

    with pytest.raises(LimitExceeded, match="`first`"):
        price(query).of({})


def test_fragments_cannot_hide_it_nor_make_the_count_slow() -> None:
    doubling = " ".join(f"fragment F{n} on A {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
    query = "{ a { ...F0 } } " + doubling + " fragment F30 on A { id }"

    with pytest.raises(LimitExceeded):
        price(query).of({})


def test_what_pages_ask_for_is_allowed() -> None:
    price("{ as(first: 100) { nodes { id name as(first: 100) { nodes { id name } } } } }").of({})


def test_introspection_costs_what_it_answers_with() -> None:
    everything: Any = Documents(schema._schema).operation(get_introspection_query(), None)

    assert 30_000 < everything.price.of({}) < 150_000
