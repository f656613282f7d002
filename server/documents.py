"""Documents to operations: parsed and validated once, with limits that keep a hostile one cheap."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValidationContext,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from server.errors import InvalidOperation

MOST_TOKENS = 5_000
MOST_DEPTH = 20
# Comparing fields that share a name is quadratic; no page asks for one this often.
MOST_OF_ONE_NAME = 400
REMEMBERED_CHARACTERS = 512 * 1024
# Of what a query looks for; what is kept comes by mutations, which have limits of their own.
LONGEST_TEXT = 4_000
TEXT_TOO_LONG = f"A text that is looked for has at most {LONGEST_TEXT} characters."


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a valid document, and which fields of the root it names."""

    document: DocumentNode
    definition: OperationDefinitionNode
    name: str | None
    root_fields: frozenset[str]

    @property
    def kind(self) -> OperationType:
        return self.definition.operation


class MeasureRule(ValidationRule):
    """Refuses what is nested too deep, introspection (which has a limit of its own) left out."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        if _depth(self.context, node.selection_set, {}) > MOST_DEPTH:
            message = f"The operation is nested deeper than {MOST_DEPTH} fields."
            self.report_error(GraphQLError(message, node))


class TextRule(ValidationRule):
    """Refuses long texts but to mutations: looking for one costs more than it could find."""

    short = True

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        self.short = node.operation is not OperationType.MUTATION

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_args: object) -> None:
        self.short = node.type_condition.name.value != "Mutation"

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        if self.short and len(node.value) > LONGEST_TEXT:
            self.report_error(GraphQLError(TEXT_TOO_LONG, node))


RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule, MeasureRule, TextRule)


class Documents:
    """Valid documents by their text, the ones used least recently forgotten first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, DocumentNode] = OrderedDict()
        self._characters = 0

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one; InvalidOperation says why there is none."""
        document = self._known.get(text)
        if document is None:
            document = _read(self._schema, text)
            self._remember(text, document)
        else:
            self._known.move_to_end(text)
        definition = _choose(document, name)
        fields = frozenset(_root_fields(document, definition.selection_set))
        return Operation(document, definition, name or _name(definition), fields)

    def _remember(self, text: str, document: DocumentNode) -> None:
        self._known[text] = document
        self._characters += len(text)
        while self._characters > REMEMBERED_CHARACTERS:
            forgotten, _ = self._known.popitem(last=False)
            self._characters -= len(forgotten)


def _read(schema: GraphQLSchema, text: str) -> DocumentNode:
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        raise InvalidOperation([error]) from None
    _check_repetition(document)
    if errors := validate(schema, document, RULES):
        raise InvalidOperation(errors)
    return document


def _check_repetition(document: DocumentNode) -> None:
    """Looks before validation does, since it is validation that a repeated name makes slow."""
    counts: dict[str, int] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            _count(definition.selection_set, counts)
    name = max(counts, key=counts.__getitem__, default="")
    if counts.get(name, 0) > MOST_OF_ONE_NAME:
        message = f"The document selects {name!r} more than {MOST_OF_ONE_NAME} times."
        raise InvalidOperation([GraphQLError(message)])


def _count(selections: SelectionSetNode, counts: dict[str, int]) -> None:
    for node in selections.selections:
        key = (node.alias or node.name).value if isinstance(node, FieldNode) else "..."
        counts[key] = counts.get(key, 0) + 1
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            _count(inner, counts)


def _depth(context: ValidationContext, selections: SelectionSetNode, fragments: dict[str, int]) -> int:
    """How many fields lie inside each other; a fragment is measured once, a cycle counts as flat."""
    deepest = 0
    for node in selections.selections:
        deepest = max(deepest, _depth_of(context, node, fragments))
    return deepest


def _depth_of(context: ValidationContext, node: object, fragments: dict[str, int]) -> int:
    if isinstance(node, FragmentSpreadNode):
        name = node.name.value
        fragment = context.get_fragment(name)
        if name not in fragments and fragment is not None:
            fragments[name] = 0
            fragments[name] = _depth(context, fragment.selection_set, fragments)
        return fragments.get(name, 0)
    inner = getattr(node, "selection_set", None)
    below = 0 if inner is None else _depth(context, inner, fragments)
    if not isinstance(node, FieldNode):
        return below
    return 0 if node.name.value.startswith("__") else 1 + below


def _choose(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        found = [node for node in found if _name(node) == name]
        if not found:
            raise InvalidOperation([GraphQLError(f"There is no operation named {name!r}.")])
    if len(found) != 1:
        message = "The document must hold an operation; of several, operationName chooses one."
        raise InvalidOperation([GraphQLError(message)])
    return found[0]


def _name(definition: OperationDefinitionNode) -> str | None:
    return None if definition.name is None else definition.name.value


def _root_fields(document: DocumentNode, selections: SelectionSetNode) -> set[str]:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: set[str] = set()
    waiting = [selections]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                found.add(node.name.value)
            elif isinstance(node, FragmentSpreadNode):
                # Once each, however often it is spread: fragments that spread each other twice double at every level.
                if fragment := fragments.pop(node.name.value, None):
                    waiting.append(fragment.selection_set)
            else:
                waiting.append(node.selection_set)  # type: ignore[attr-defined]
    return found
