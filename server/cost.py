"""What an operation may come to at most, told from its text and variables before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_object_type,
)

from domain.errors import LimitExceeded
from domain.reading import DEFAULT_SIZE, MAX_SIZE

# A value costs some ten microseconds, and few answers come near their estimate.
MOST_VALUES = 250_000
# How long a plain list, which is short by nature, is taken to be.
PLAIN_LIST = 5
# What a mutation costs beside its answer: a transaction, the rows and events that it writes.
MUTATION = 100
# How many different sizes an operation remembers its price for.
REMEMBERED = 64

_Sizes = tuple[int | str | None, ...]


class Price:
    """What one operation costs, reckoned once for each set of variables that say how many are wanted."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definition = definition
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults = {
            node.variable.name.value: _literal(node.default_value)
            for node in definition.variable_definitions or ()
            if node.default_value is not None
        }
        self._sizes: tuple[str, ...] | None = None
        self._known: dict[_Sizes, int] = {}

    def of(self, variables: Mapping[str, Any]) -> int:
        """The most values that its answer may hold; LimitExceeded when one operation may not ask for so many."""
        values = self._known.get(self._key(variables)) if self._sizes is not None else None
        if values is None:
            values = self._reckon(variables)
        if values > MOST_VALUES:
            raise LimitExceeded(
                f"This could answer with {values:,} values; one operation asks for at most {MOST_VALUES:,}. "
                "Ask for fewer items (`first`), or for less of each."
            )
        return values

    def _reckon(self, variables: Mapping[str, Any]) -> int:
        estimate = _Estimate(self._schema, self._fragments, {**self._defaults, **variables})
        root = self._schema.get_root_type(self._definition.operation)
        values = 0 if root is None else ceil(estimate.of(root, self._definition.selection_set))
        self._sizes = tuple(sorted(estimate.sizes))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[self._key(variables)] = values
        return values

    def _key(self, variables: Mapping[str, Any]) -> _Sizes:
        # One that is absent is its default; one that is null asks for as many as are usual.
        return tuple(_size(variables[name]) if name in variables else "default" for name in self._sizes or ())


def _size(value: object) -> int | None:
    """How many a variable asks for: a number, or as many as it names."""
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) else None


def _literal(value: ValueNode) -> int | None:
    """The same of what is written in the document."""
    match value:
        case IntValueNode():
            # An id may be a number of any length; more digits would change nothing here.
            return int(value.value[:10])
        case ListValueNode():
            return len(value.values)
    return None


@dataclass(slots=True)
class _Estimate:
    """Counts values; each fragment is counted once, however often it is spread."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[str, float] = field(default_factory=dict)
    # The variables that say how many.
    sizes: set[str] = field(default_factory=set)

    def of(self, type_: GraphQLNamedType, selections: SelectionSetNode | None) -> float:
        """How many values those selections of one object come to."""
        if selections is None:
            return 0
        return sum(self._selection(type_, node) for node in selections.selections)

    def _selection(self, type_: GraphQLNamedType, node: object) -> float:
        match node:
            case FieldNode():
                return self._field(type_, node)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode():
                named = node.type_condition.name.value if node.type_condition else type_.name
                return self.of(self.schema.type_map[named], node.selection_set)
        return 0

    def _fragment(self, name: str) -> float:
        if name not in self.known:
            fragment = self.fragments[name]
            type_ = self.schema.type_map[fragment.type_condition.name.value]
            self.known[name] = self.of(type_, fragment.selection_set)
        return self.known[name]

    def _field(self, type_: GraphQLNamedType, node: FieldNode) -> float:
        name = node.name.value
        if name.startswith("__"):
            return 1 + self.of(self.schema.type_map[_INTROSPECTION[name]], node.selection_set)
        definition: GraphQLField = type_.fields[name]  # type: ignore[attr-defined]  # validation has seen it
        own = 1 + (MUTATION if type_ is self.schema.mutation_type else 0)
        return own + self._times(type_, definition, node) * self.of(get_named_type(definition.type), node.selection_set)

    def _times(self, type_: GraphQLNamedType, definition: GraphQLField, node: FieldNode) -> float:
        if "first" in definition.args:
            return self._wanted(node, ("first", "last"), DEFAULT_SIZE)
        if "ids" in definition.args:
            return self._wanted(node, ("ids",), MAX_SIZE)
        if not is_list_type(get_nullable_type(definition.type)):
            return 1
        if type_.name.startswith("__"):
            return _length(self.schema, node.name.value)
        # Those of a connection were counted with the field that it stands in.
        return 1 if type_.name.endswith("Connection") else PLAIN_LIST

    def _wanted(self, node: FieldNode, names: tuple[str, ...], usual: int) -> int:
        for argument in node.arguments or ():
            if argument.name.value in names:
                given = self._given(argument.value)
                if given is not None:
                    return min(max(given, 1), MAX_SIZE)
        return usual

    def _given(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            self.sizes.add(value.name.value)
            return _size(self.variables.get(value.name.value))
        return _literal(value)


_INTROSPECTION = {"__schema": "__Schema", "__type": "__Type", "__typename": "String"}


def _length(schema: GraphQLSchema, name: str) -> float:
    """How long a list of introspection is: as long as it is in this schema, on the average."""
    return _lengths(schema).get(name, 1)


@lru_cache(maxsize=16)
def _lengths(schema: GraphQLSchema) -> Mapping[str, float]:
    types = [*schema.type_map.values()]
    composite = [type_ for type_ in types if is_object_type(type_) or is_interface_type(type_)]
    fields = [each for type_ in composite for each in type_.fields.values()]
    inputs = [each for type_ in types if is_input_object_type(type_) for each in type_.fields]
    values = [each for type_ in types if is_enum_type(type_) for each in type_.values]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": len(fields) / len(types),
        "inputFields": len(inputs) / len(types),
        "enumValues": len(values) / len(types),
        "args": sum(len(each.args) for each in fields) / max(len(fields), 1),
    }
