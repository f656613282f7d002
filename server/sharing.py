"""What parts two subscriptions, and what does not: the key under which answers are made once for all who ask alike.

Two operations get the same bytes for the same event when their documents, variables and names are the same and their
callers are, to everything that authorization reads. That is the tenant and the roles; who asks matters only to fields
that are marked personal. An operation without one is carried out for nobody in particular: a caller with the tenant
and the roles and no name, so that a field that was not marked gives nobody's things away, it finds none.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.access import Role, Tenant
from resolvers.context import Caller
from schema.mirror import PERSONAL
from server.documents import Operation

# The argument of a subscription that says where to begin, and nothing of what its answers hold.
START = "after"
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Key:
    """Who has the same key gets the same answers. `definition` is the identity of the operation's syntax."""

    definition: int
    variables: str
    tenant: Tenant
    roles: frozenset[Role]
    person: tuple[str, str, str | None, bool] | None


@dataclass(frozen=True, slots=True)
class Traits:
    """What an operation's text says of sharing its answers; holds it, so that its identity stays its own.

    `parting` names the variables that part answers: all but those that only say where to begin.
    """

    definition: OperationDefinitionNode
    personal: bool
    parting: frozenset[str]


class Keys:
    """Makes keys for the operations of one schema; looks at each operation's text once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._personal = frozenset(_personal_fields(schema))
        self._known: OrderedDict[int, Traits] = OrderedDict()

    def key(self, operation: Operation, variables: Mapping[str, Any] | None, caller: Caller) -> Key:
        """The key of that operation for that caller."""
        traits = self._traits(operation)
        parting = {name: value for name, value in (variables or {}).items() if name in traits.parting}
        person = (caller.subject, caller.user, caller.email, caller.platform) if traits.personal else None
        # As text: bytes of orjson keep the four kilobytes that they were written into.
        written = orjson.dumps(parting, option=orjson.OPT_SORT_KEYS).decode()
        return Key(id(operation.definition), written, caller.tenant, caller.roles, person)

    def _traits(self, operation: Operation) -> Traits:
        key = id(operation.definition)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look(operation)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _look(self, operation: Operation) -> Traits:
        fragments = [node for node in operation.document.definitions if isinstance(node, FragmentDefinitionNode)]
        used: Counter[str] = Counter()
        personal = False
        for node in (node for root in (operation.definition, *fragments) for node in _nodes(root)):
            if isinstance(node, FieldNode):
                personal = personal or node.name.value in self._personal
            elif isinstance(node, VariableNode):
                used[node.name.value] += 1
        # Its definition names a variable once, too.
        starts = {name for name in _starts(operation.definition) if used[name] == 2}  # noqa: PLR2004
        declared = {node.variable.name.value for node in operation.definition.variable_definitions or ()}
        return Traits(operation.definition, personal, frozenset(declared - starts))


def nobody(caller: Caller) -> Caller:
    """The same tenant and roles, and no person: what is read for him holds nothing that is somebody's own."""
    return replace(caller, subject="", user="", email=None, platform=False, request=None)


def _personal_fields(schema: GraphQLSchema) -> Iterator[str]:
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in type_.fields.items():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if definition is not None and definition.metadata.get(PERSONAL):
                yield name


def _starts(definition: OperationDefinitionNode) -> Iterator[str]:
    """Variables that stand as the argument `after` of a field of the root."""
    for node in definition.selection_set.selections:
        for argument in (node.arguments or ()) if isinstance(node, FieldNode) else ():
            if argument.name.value == START and isinstance(argument.value, VariableNode):
                yield argument.value.name.value


def _nodes(root: Node) -> Iterator[Node]:
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Node):
            yield node
            waiting.extend(getattr(node, key) for key in node.keys if key != "loc")
        elif isinstance(node, list | tuple):
            waiting.extend(node)
