"""Hostile documents: each is refused, in so many words, before it costs anything."""

from __future__ import annotations

import time

import pytest

from schema.root import schema
from server.documents import Documents, Openness
from server.errors import InvalidOperation, describe_invalid

LONGEST = 1.0


def nested(before: str, levels: int, inner: str, after: str) -> str:
    return before * levels + inner + after * levels


def chained(count: int, body: str = "...F{}") -> str:
    """Fragments each of which spreads the next."""
    links = " ".join(f"fragment F{n} on Query {{ {body.format(n + 1)} }}" for n in range(count))
    return f"{{ ...F0 }} {links} fragment F{count} on Query {{ __typename }}"


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }" + " " * 200_000,
        "#" + "x" * 200_000 + "\n{ __typename }",
        "{" + "__typename " * 5_001 + "}",
        "{" + nested("flows {", 800, "id", "}") + "}",
        "{ nodes(ids: " + nested("[", 2_000, "", "]") + ") { id } }",
        "{ flows(filter: " + nested("{a:", 1_200, "1", "}") + ") { totalCount } }",
        "query ($a: " + nested("[", 2_000, "Int", "]") + ") { __typename }",
        "{" + nested("...{", 2_000, "__typename", "}") + "}",
        chained(600),
        chained(390),
        chained(250, "... on Query {{ ... on Query {{ ...F{} }} }}"),
        "{" + " ".join(f"a{n}: flowSummary {{ total }}" for n in range(51)) + "}",
        "{ __typename " + "@aa" * 10 + " }",
        "query " + "@aa" * 10 + " { __typename }",
        "{ flows { nodes { " + "id " * 201 + "} } }",
    ],
)
def test_what_is_too_much_is_told_at_once(text: str) -> None:
    started = time.process_time()

    with pytest.raises(InvalidOperation) as refused:
        Documents(schema._schema).operation(text, None)

    assert {error["extensions"]["code"] for error in describe_invalid(refused.value)} == {"LIMIT_EXCEEDED"}
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ flows(first: " + "1" * 5_000 + ") { totalCount } }",
        "{" + " ".join(f"flowz{n}" for n in range(200)) + "}",
        "{" + " ".join(f"flows(a{n}: 1) {{ totalCount }}" for n in range(150)) + "}",
    ],
)
def test_what_is_wrong_is_told_at_once_and_not_a_hundred_times(text: str) -> None:
    started = time.process_time()

    with pytest.raises(InvalidOperation) as refused:
        Documents(schema._schema).operation(text, None)

    assert 1 <= len(refused.value.errors) <= 21
    assert time.process_time() - started < LONGEST


def test_what_pages_ask_for_is_none_of_it() -> None:
    text = "{" + " ".join(f"a{n}: flows(first: 1) {{ totalCount }}" for n in range(50)) + "}"

    operation = Documents(schema._schema).operation(text, None)

    assert operation.price.of({}) == 50 * 2


def test_a_document_is_read_once_and_the_oldest_are_forgotten() -> None:
    documents = Documents(schema._schema)
    first = documents.operation("{ __typename }", None)

    again = documents.operation("{ __typename }", None)
    for number in range(10):
        documents.operation("{ __typename }" + " " * (100_000 + number), None)

    assert again is first
    assert "{ __typename }" not in documents


def test_suggestions_are_for_those_who_may_see_the_schema() -> None:
    said = []
    for openness in (Openness(), Openness(suggestions=False)):
        with pytest.raises(InvalidOperation) as refused:
            Documents(schema._schema, openness).operation("{ flowz { id } }", None)
        said.append(str(refused.value))

    assert said == [
        "Cannot query field 'flowz' on type 'Query'. Did you mean 'flow' or 'flows'?",
        "Cannot query field 'flowz' on type 'Query'.",
    ]
