"""What depends on who asks is known: subscribers whose answers could hold it share none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from schema.root import schema
from server.sharing import _personal_fields

ROOT = Path(__file__).parents[2]
GRAPH = schema._schema
PERSON = {"user", "subject", "email", "platform"}

# Marked `personal`, and within the reach of subscriptions.
MARKED = {"schema/flows.py ui_state", "schema/exports.py url", "schema/queue_changes.py _queue_changes"}
# Within the reach of queries and mutations only, which are shared with nobody.
ROOTS = {
    "schema/engagement.py user_id",
    "schema/workflow_queue.py workflow_queue",
    "resolvers/reading/engagement.py account_name",
    "resolvers/reading/engagement.py member",
    "resolvers/reading/engagement.py selectable",
    "resolvers/reading/preferences.py own",
    "resolvers/reading/previewing.py _call",
}


def readers_of_a_person() -> Iterator[str]:
    """Functions below the schema and the reading resolvers that look at who asks, or make a link for him."""
    for path in sorted([*ROOT.glob("schema/*.py"), *ROOT.glob("resolvers/reading/*.py")]):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_personal, ast.walk(function))):
                yield f"{path.relative_to(ROOT).as_posix()} {function.name}"


def _personal(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return (owner == "caller" and node.attr in PERSON) or (owner == "context" and node.attr == "link")


def reached_by_subscriptions() -> set[str]:
    """Types that an answer to a subscription may hold."""
    found: set[str] = set()
    waiting: list[Any] = [GRAPH.subscription_type]
    while waiting:
        type_ = waiting.pop()
        if type_.name in found:
            continue
        found.add(type_.name)
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            waiting.extend(GRAPH.get_possible_types(type_))
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            waiting.extend(get_named_type(field.type) for field in type_.fields.values())
    return found


def test_whoever_reads_a_person_is_known() -> None:
    """A new name here: mark its field `personal`, or see that no subscription reaches it; then add it above."""
    assert set(readers_of_a_person()) == MARKED | ROOTS


def test_what_is_marked_is_what_the_server_finds() -> None:
    assert set(_personal_fields(GRAPH)) == {"uiState", "url", "workflowQueueChanges"}


def test_no_subscription_reaches_what_only_queries_may() -> None:
    assert not reached_by_subscriptions() & {"Viewer", "UserPreferences", "SelectableEngagement", "MovePreview"}
