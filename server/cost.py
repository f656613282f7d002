"""What an operation may come to at most, told from its text and variables before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from domain.errors import LimitExceeded
from domain.reading import DEFAULT_SIZE, MAX_SIZE
from server.documents import LONGEST_TEXT, TEXT_TOO_LONG, Operation

# A value costs some ten microseconds, and few answers come near their estimate.
MOST_VALUES = 250_000
# How long a plain list, which is short by nature, is taken to be.
PLAIN_LIST = 5


def check_cost(schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any] | None) -> None:
    """LimitExceeded when the answer could hold more values than one operation may ask for, or it looks for too much."""
    if operation.kind is not OperationType.MUTATION and _longest(variables or {}) > LONGEST_TEXT:
        raise LimitExceeded(TEXT_TOO_LONG)
    root = schema.get_root_type(operation.kind)
    if root is None:
        return
    fragments = {
        node.name.value: node for node in operation.document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    estimate = _Estimate(schema, fragments, variables or {})
    values = estimate.of(root, operation.definition.selection_set)
    if values > MOST_VALUES:
        raise LimitExceeded(
            f"This could answer with {values:,} values; one operation asks for at most {MOST_VALUES:,}. "
            "Ask for fewer items (`first`), or for less of each."
        )


def _longest(variables: Mapping[str, Any]) -> int:
    """How long the longest text in them is; not by recursion, for they may be nested deeper than that goes."""
    longest, waiting = 0, list(variables.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            longest = max(longest, len(value))
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return longest


@dataclass(slots=True)
class _Estimate:
    """Counts values; each fragment is counted once, however often it is spread."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[str, int] = field(default_factory=dict)

    def of(self, type_: GraphQLNamedType, selections: SelectionSetNode | None) -> int:
        """How many values those selections of one object come to."""
        if selections is None:
            return 0
        return sum(self._selection(type_, node) for node in selections.selections)

    def _selection(self, type_: GraphQLNamedType, node: object) -> int:
        match node:
            case FieldNode():
                return self._field(type_, node)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode():
                named = node.type_condition.name.value if node.type_condition else type_.name
                return self.of(self.schema.type_map[named], node.selection_set)
        return 0

    def _fragment(self, name: str) -> int:
        if name not in self.known:
            fragment = self.fragments[name]
            type_ = self.schema.type_map[fragment.type_condition.name.value]
            self.known[name] = self.of(type_, fragment.selection_set)
        return self.known[name]

    def _field(self, type_: GraphQLNamedType, node: FieldNode) -> int:
        definition: GraphQLField | None = getattr(type_, "fields", {}).get(node.name.value)
        # Introspection has a limit of its own, and the schema only so many types.
        if definition is None:
            return 1
        return 1 + self._times(type_, definition, node) * self.of(get_named_type(definition.type), node.selection_set)

    def _times(self, type_: GraphQLNamedType, definition: GraphQLField, node: FieldNode) -> int:
        if "first" in definition.args:
            return self._window(node)
        if "ids" in definition.args:
            return MAX_SIZE
        # Those of a connection were counted with the field that it stands in.
        if is_list_type(get_nullable_type(definition.type)) and not type_.name.endswith("Connection"):
            return PLAIN_LIST
        return 1

    def _window(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
                given = int(value.value) if isinstance(value, IntValueNode) else given
                if isinstance(given, int):
                    return min(max(given, 1), MAX_SIZE)
        return DEFAULT_SIZE
