"""Looking ahead: what is selected below a value is read for all at once, level by level, before it is resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSkipDirective,
    SelectionNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import Info
from strawberry.types.arguments import convert_arguments

from domain.errors import DomainError

# In a field's metadata: the function that reads it for many parents.
LOAD = "load"

Selected = Mapping[str, list[FieldNode]]


async def look_ahead(info: Info[Any, Any], values: Sequence[Any]) -> None:
    """Read what the operation selects below these values of the field that `info` is of."""
    raw = info._raw_info
    await _Walk(info).below(get_named_type(raw.return_type), values, raw.field_nodes)


class _Walk:
    """One walk down the selections of one operation."""

    def __init__(self, info: Info[Any, Any]) -> None:
        self._info = info
        self._raw = info._raw_info
        self._schema = self._raw.schema
        variables: Any = self._raw.variable_values
        self._variables = variables if isinstance(variables, VariableValues) else VariableValues({}, variables)
        # Asked for each type that an interface stands for, at each level: without a memory it doubles with each.
        self._known: dict[tuple[str, tuple[int, ...]], bool] = {}

    async def below(self, type_: GraphQLNamedType, values: Iterable[Any], nodes: Sequence[FieldNode]) -> None:
        for object_type, members in self._by_type(type_, values).items():
            for field_nodes in self._select(object_type, nodes).values():
                await self._field(object_type, members, field_nodes)

    async def _field(self, object_type: GraphQLObjectType, members: Sequence[Any], nodes: list[FieldNode]) -> None:
        field = object_type.fields.get(nodes[0].name.value)
        if field is None:
            return
        type_ = get_named_type(field.type)
        loads = LOAD in _definition(field).metadata
        if not loads and not self._leads_to_loads(type_, nodes):
            return
        try:
            values = await self._values(field, members, nodes[0])
        except (DomainError, GraphQLError):
            # The field itself will say so, in its own place.
            return
        if nodes[0].selection_set is not None:
            await self.below(type_, values, nodes)

    async def _values(self, field: GraphQLField, members: Sequence[Any], node: FieldNode) -> list[Any]:
        definition = _definition(field)
        arguments = self._arguments(field, node)
        load = definition.metadata.get(LOAD)
        context = self._info.context
        if load is not None:
            return list(await context.loaded.shelf(load, arguments).fill(context, members))
        info = type(self._info)(_raw_info=self._raw, _field=definition)
        return [self._computed(definition, member, info, arguments) for member in members]

    def _computed(self, definition: Any, member: Any, info: Any, arguments: dict[str, Any]) -> Any:
        resolver = definition.base_resolver
        if resolver is None:
            return definition.get_result(member, info=None, args=[], kwargs={})
        passed, named = _passed(definition, member, info, arguments)
        return resolver(*passed, **named)

    def _arguments(self, field: GraphQLField, node: FieldNode) -> dict[str, Any]:
        if not field.args:
            return {}
        converter = self._info.schema.schema_converter
        return convert_arguments(
            get_argument_values(field, node, self._variables),
            _definition(field).arguments,
            scalar_registry=converter.scalar_registry,
            config=converter.config,
        )

    def _by_type(self, type_: GraphQLNamedType, values: Iterable[Any]) -> dict[GraphQLObjectType, list[Any]]:
        flat = list(_flatten(values))
        if is_object_type(type_):
            return {type_: flat} if flat else {}
        if not is_abstract_type(type_):
            return {}
        found: dict[GraphQLObjectType, list[Any]] = {}
        for value in flat:
            name = type_.resolve_type(value, self._raw, type_) if type_.resolve_type else None
            object_type = self._schema.type_map.get(str(name))
            if is_object_type(object_type):
                found.setdefault(object_type, []).append(value)
        return found

    def _select(self, object_type: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Selected:
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(object_type, node.selection_set.selections, found, spread)
        return found

    def _collect(
        self,
        object_type: GraphQLObjectType,
        selections: Iterable[SelectionNode],
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        """As execution does: a fragment counts once, however often it is spread."""
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
                fragment = self._raw.fragments[node.name.value]
                fragment = getattr(fragment, "definition", fragment)
            if self._applies(fragment.type_condition, object_type):
                self._collect(object_type, fragment.selection_set.selections, found, spread)

    def _included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _applies(self, condition: Any, object_type: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == object_type.name:
            return True
        named = self._schema.type_map.get(condition.name.value)
        return is_abstract_type(named) and self._schema.is_sub_type(named, object_type)

    def _leads_to_loads(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode]) -> bool:
        """True when something below is read; else there is nothing to do for these values."""
        key = (type_.name, tuple(id(node) for node in nodes))
        if key not in self._known:
            self._known[key] = self._some_load_below(type_, nodes)
        return self._known[key]

    def _some_load_below(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode]) -> bool:
        types = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return any(self._loads_below(object_type, nodes) for object_type in types if is_object_type(object_type))

    def _loads_below(self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode]) -> bool:
        for field_nodes in self._select(object_type, nodes).values():
            field = object_type.fields.get(field_nodes[0].name.value)
            if field is None:
                continue
            if LOAD in _definition(field).metadata:
                return True
            if field_nodes[0].selection_set is not None and self._leads_to_loads(
                get_named_type(field.type), field_nodes
            ):
                return True
        return False


def _definition(field: GraphQLField) -> Any:
    return field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def _passed(definition: Any, member: Any, info: Any, arguments: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a resolver that computes, its parent and `info` among them where it asks for them."""
    resolver = definition.base_resolver
    named = dict(arguments)
    passed = [member] if resolver.self_parameter else []
    for parameter, value in (
        (resolver.parent_parameter, member),
        (resolver.root_parameter, member),
        (resolver.info_parameter, info),
    ):
        if parameter is not None:
            named[parameter.name] = value
    return passed, named


def _flatten(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if value is None:
            continue
        if isinstance(value, list | tuple):
            yield from _flatten(value)
        else:
            yield value
