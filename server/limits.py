"""What a document, and the variables that come with it, may hold at most: looked at before anything costs more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValidationRule,
)

from domain.errors import LimitExceeded
from server.errors import InvalidOperation, exceeds

# Reading a megabyte takes a quarter of a second, whatever is in it.
MOST_CHARACTERS = 200_000
MOST_TOKENS = 5_000
MOST_DEPTH = 20
# In one selection set.
MOST_BREADTH = 200
MOST_ALIASES = 50
MOST_DIRECTIVES = 50
MOST_DIRECTIVES_IN_A_PLACE = 4
# Rules of validation follow one fragment from another, each a few frames deeper.
MOST_FRAGMENTS = 100
# Comparing fields that share a name is quadratic; no page asks for one this often.
MOST_OF_ONE_NAME = 400
# Of what a query looks for; what is kept comes by mutations, which name each field that holds too much.
LONGEST_TEXT = 4_000
LONGEST_LIST = 1_000
# Of lists in lists.
MOST_WAITING = 10 * LONGEST_LIST

TEXT_TOO_LONG = f"A text that is looked for has at most {LONGEST_TEXT:,} characters. Look for a part of it."
LIST_TOO_LONG = f"A list in an input holds at most {LONGEST_LIST:,} entries. Ask in several operations."
TOO_DEEP = f"The operation is nested deeper than {MOST_DEPTH} fields. Ask for what is below by its id."
TOO_LONG = f"A document holds at most {MOST_CHARACTERS:,} characters. Send long texts as variables."
TOO_MANY_TOKENS = f"A document holds at most {MOST_TOKENS:,} tokens. Ask in several operations."


def check_document(document: DocumentNode) -> None:
    """InvalidOperation, before validation: some of its rules are slow for exactly such documents."""
    if problems := [*_of_places(document), *_of_names(document), *_of_depth(document)]:
        raise InvalidOperation(problems)


def check_variables(kind: OperationType, variables: Mapping[str, Any]) -> None:
    """LimitExceeded when a query brings what is too long to look for; mutations look at their inputs themselves."""
    if kind is OperationType.MUTATION:
        return
    # Not by recursion, for they may be nested deeper than that goes.
    waiting = list(variables.values())
    while waiting:
        if len(waiting) > MOST_WAITING:
            raise LimitExceeded(LIST_TOO_LONG)
        value = waiting.pop()
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise LimitExceeded(TEXT_TOO_LONG)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            if len(value) > LONGEST_LIST:
                raise LimitExceeded(LIST_TOO_LONG)
            waiting.extend(value)


class SizeRule(ValidationRule):
    """Refuses the same in the document: long texts and lists but to mutations."""

    looking = True

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        self.looking = node.operation is not OperationType.MUTATION

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_args: object) -> None:
        self.looking = node.type_condition.name.value != "Mutation"

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        if self.looking and len(node.value) > LONGEST_TEXT:
            self.report_error(exceeds(TEXT_TOO_LONG, node))

    def enter_list_value(self, node: ListValueNode, *_args: object) -> None:
        if self.looking and len(node.values) > LONGEST_LIST:
            self.report_error(exceeds(LIST_TOO_LONG, node))


def _of_places(document: DocumentNode) -> Iterator[GraphQLError]:
    """Of selection sets that are too wide, and of aliases and directives that are too many: one problem of a kind."""
    aliases, directives = 0, 0
    for node in _nodes(document):
        if isinstance(node, SelectionSetNode) and len(node.selections) > MOST_BREADTH:
            yield exceeds(
                f"A selection holds at most {MOST_BREADTH} fields; this one has {len(node.selections)}.", node
            )
            return
        here = len(getattr(node, "directives", None) or ())
        if here > MOST_DIRECTIVES_IN_A_PLACE:
            yield exceeds(f"One place has at most {MOST_DIRECTIVES_IN_A_PLACE} directives; this one has {here}.", node)
            return
        directives += here
        aliases += isinstance(node, FieldNode) and node.alias is not None
    fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    if fragments > MOST_FRAGMENTS:
        yield exceeds(f"A document has at most {MOST_FRAGMENTS} fragments; this one has {fragments}.")
    if aliases > MOST_ALIASES:
        yield exceeds(
            f"A document has at most {MOST_ALIASES} aliases; this one has {aliases}. Ask in several operations."
        )
    if directives > MOST_DIRECTIVES:
        yield exceeds(f"A document has at most {MOST_DIRECTIVES} directives; this one has {directives}.")


def _nodes(document: DocumentNode) -> Iterator[Node]:
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        yield node
        for key in node.keys:
            value = getattr(node, key)
            if isinstance(value, Node):
                waiting.append(value)
            elif isinstance(value, tuple | list):
                waiting.extend(value)


def _of_names(document: DocumentNode) -> Iterator[GraphQLError]:
    counts: dict[str, int] = {}
    for node in _nodes(document):
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            counts[key] = counts.get(key, 0) + 1
        elif isinstance(node, FragmentSpreadNode):
            counts["..."] = counts.get("...", 0) + 1
    name = max(counts, key=counts.__getitem__, default="")
    if counts.get(name, 0) > MOST_OF_ONE_NAME:
        yield exceeds(f"The document selects {name!r} more than {MOST_OF_ONE_NAME} times. Name it once in a fragment.")


def _of_depth(document: DocumentNode) -> Iterator[GraphQLError]:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and _Depth(fragments).of(node.selection_set) > MOST_DEPTH:
            yield exceeds(TOO_DEEP, node)


class _Depth:
    """How many fields lie inside each other, introspection (which counts by its cost) left out."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        return max((self._of_one(node) for node in selections.selections), default=0)

    def _of_one(self, node: Node) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        inner: SelectionSetNode | None = getattr(node, "selection_set", None)
        below = 0 if inner is None else self.of(inner)
        if not isinstance(node, FieldNode):
            return below
        return 0 if node.name.value.startswith("__") else 1 + below

    def _of_fragment(self, name: str) -> int:
        """A fragment is measured once; a cycle, which validation refuses, counts as flat."""
        if name not in self._known:
            self._known[name] = 0
            if fragment := self._fragments.get(name):
                self._known[name] = self.of(fragment.selection_set)
        return self._known[name]
