"""Fields that are not shown as they are: computed from their parent, or read for all parents at once.

Resolvers are static methods over domain values: `@computed @staticmethod def route(flow: Flow) -> str`.
"""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_origin, get_type_hints

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import Info
from strawberry.types.unset import UNSET

from resolvers.context import Context
from schema.lookahead import LOAD, look_ahead
from schema.mirror import DIRECT, PERSONAL, annotation, argument


def shorten(schema: GraphQLSchema) -> None:
    """Let fields that take nothing but their parent be resolved by their functions themselves.

    Most values of an answer come from such fields, and what Strawberry does around each costs more than they do.
    """
    for type_ in schema.type_map.values():
        for field in type_.fields.values() if isinstance(type_, GraphQLObjectType) else ():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            direct = definition.metadata.get(DIRECT) if definition is not None else None
            if direct is not None:
                field.resolve = _directly(direct)


def _directly(function: Any) -> Any:
    return lambda parent, _info: function(parent)


def computed(compute: Any, type_: Any = None) -> Any:
    """A field from `def compute(parent) -> value` or `def compute(parent, context, **arguments) -> value`.

    `type_` is its GraphQL type where the annotation cannot tell.
    """
    function, hints, result = _read_hints(compute)

    def resolve(root: Any) -> Any:
        return function(root)

    def resolve_in_context(root: Any, info: Info[Context, Any], **arguments: Any) -> Any:
        return function(root, info.context, **arguments)

    if len(inspect.signature(function).parameters) > 1:
        return _field(_signed(resolve_in_context, function, hints, skip=2), function, type_ or annotation(result))
    resolve.__annotations__ = {"root": Any}
    field = _field(resolve, function, type_ or annotation(result))
    field.metadata = {DIRECT: function}
    return field


def loaded(load: Any) -> Any:
    """A field from `async def load(context, parents, **arguments) -> list[value]`: one value a parent, in order."""
    function, hints, result = _read_hints(load)
    if get_origin(result) is not list:
        raise TypeError(f"{function.__qualname__} must return a list with a value for each parent.")

    def resolve(root: Any, info: Info[Context, Any], **arguments: Any) -> Any:
        shelf = info.context.loaded.shelf(function, arguments)
        if id(root) in shelf.values:
            return shelf.values[id(root)]
        return _read_late(shelf, root, info)

    field = _field(_signed(resolve, function, hints, skip=2), function, annotation(get_args(result)[0]))
    field.metadata = {LOAD: function}
    return field


def entry(read: Any) -> Any:
    """A root field from `async def read(context, **arguments) -> value`; what is selected below it is read ahead."""
    function, hints, result = _read_hints(read)

    async def resolve(info: Info[Context, Any], **arguments: Any) -> Any:
        value = await function(info.context, **arguments)
        await look_ahead(info, [value])
        return value

    return _field(_signed(resolve, function, hints, skip=1), function, annotation(result))


def _read_hints(function: Any) -> tuple[Any, dict[str, Any], Any]:
    plain = getattr(function, "__func__", function)
    hints = get_type_hints(plain, include_extras=True)
    return plain, hints, hints.pop("return")


def _field(resolver: Any, function: Any, type_: Any) -> Any:
    return strawberry.field(resolver=resolver, graphql_type=type_, description=inspect.getdoc(function))


def personal(field: Any) -> Any:
    """The field, marked: what it answers depends on who asks, beyond his tenant and his roles.

    Subscribers whose operation selects no such field share one answer, made for nobody in particular.
    """
    field.metadata = {**field.metadata, PERSONAL: True}
    return field


def named(name: str, field: Any) -> Any:
    """The field under a name that Python keeps for itself."""
    field.graphql_name = name
    return field


async def _read_late(shelf: Any, root: Any, info: Info[Context, Any]) -> Any:
    value = await shelf.late(info.context, root)
    await look_ahead(info, [value])
    return value


def _signed(resolve: Any, function: Any, hints: dict[str, Any], skip: int) -> Any:
    """The resolver with the arguments of what it wraps, as Strawberry reads them."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("info", kind, annotation=Info)]
    if skip > 1:
        parameters.insert(0, inspect.Parameter("root", kind, annotation=Any))
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        default = UNSET if parameter.default is None else parameter.default
        hint = argument(hints[parameter.name])
        parameters.append(parameter.replace(kind=kind, annotation=hint, default=default))
    resolve.__signature__ = inspect.Signature(parameters)
    resolve.__name__ = function.__name__
    return resolve
