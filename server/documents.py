"""Documents to operations: parsed and validated once, with limits that keep a hostile one cheap."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

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
    parse,
    specified_rules,
    validate,
)
from graphql.validation import ASTValidationRule, NoSchemaIntrospectionCustomRule
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from server.cost import Price
from server.errors import InvalidOperation, exceeds
from server.limits import (
    MOST_CHARACTERS,
    MOST_TOKENS,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY_TOKENS,
    SizeRule,
    check_document,
)

REMEMBERED_CHARACTERS = 512 * 1024
# What is wrong with a document is looked for no further.
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a valid document, which fields of the root it names, and what it costs."""

    document: DocumentNode
    definition: OperationDefinitionNode
    name: str | None
    root_fields: frozenset[str]
    price: Price

    @property
    def kind(self) -> OperationType:
        return self.definition.operation


RULES: tuple[type[ASTValidationRule], ...] = (
    SizeRule,
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


@dataclass(frozen=True, slots=True)
class Openness:
    """What a client may learn of the schema: by asking for it, and from what is said of his mistakes."""

    introspection: bool = True
    suggestions: bool = True


@dataclass(frozen=True, slots=True)
class _Known:
    document: DocumentNode
    operations: dict[str | None, Operation] = field(default_factory=dict)


class Documents:
    """Valid documents by their text, the ones used least recently forgotten first."""

    def __init__(self, schema: GraphQLSchema, openness: Openness | None = None) -> None:
        self._schema = schema
        self._openness = openness or Openness()
        self._rules = RULES if self._openness.introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._characters = 0

    def __contains__(self, text: str) -> bool:
        return text in self._known

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one; InvalidOperation says why there is none."""
        known = self._known.get(text)
        if known is None:
            known = _Known(self._read(text))
            self._remember(text, known)
        else:
            self._known.move_to_end(text)
        if name not in known.operations:
            known.operations[name] = self._make(known.document, name)
        return known.operations[name]

    def _make(self, document: DocumentNode, name: str | None) -> Operation:
        definition = _choose(document, name)
        fields = frozenset(_root_fields(document, definition.selection_set))
        return Operation(
            document, definition, name or _name(definition), fields, Price(self._schema, document, definition)
        )

    def _remember(self, text: str, known: _Known) -> None:
        self._known[text] = known
        self._characters += len(text)
        while self._characters > REMEMBERED_CHARACTERS:
            forgotten, _ = self._known.popitem(last=False)
            self._characters -= len(forgotten)

    def _read(self, text: str) -> DocumentNode:
        try:
            document = _parse(text)
            check_document(document)
            hidden = not self._openness.suggestions
            errors = validate(self._schema, document, self._rules, MOST_ERRORS, hide_suggestions=hidden)
        except RecursionError:
            raise InvalidOperation([exceeds(TOO_DEEP)]) from None
        if errors:
            raise InvalidOperation(errors)
        return document


def _parse(text: str) -> DocumentNode:
    if len(text) > MOST_CHARACTERS:
        raise InvalidOperation([exceeds(TOO_LONG)])
    try:
        return parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        if f"more than {MOST_TOKENS} tokens" in error.message:
            error = exceeds(TOO_MANY_TOKENS)
        elif "nested too deeply" in error.message:
            error = exceeds(TOO_DEEP)
        raise InvalidOperation([error]) from None


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
