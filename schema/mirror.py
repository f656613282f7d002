"""GraphQL types derived from the domain's values: what a value is called, and which of its fields are shown.

A resolver is annotated with domain types, as the type checker reads them; `annotation` says what they are in GraphQL.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

import strawberry
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.lazy_type import LazyType

from domain.reading import Page
from schema.enums import ENUMS
from schema.scalars import JSON

C = TypeVar("C", bound=type)

# A global id that a resolver has already put together.
Id = NewType("Id", str)

_LEAVES: Mapping[Any, Any] = {
    str: str,
    int: int,
    float: float,
    bool: bool,
    datetime: datetime,
    date: date,
    Decimal: Decimal,
    Id: strawberry.ID,
    Any: JSON,
    object: JSON,
}
_LISTS = (tuple, list, Sequence, frozenset)

# In a field's metadata: a function of the parent alone that gives its value.
DIRECT = "direct"
# In a field's metadata: it depends on who asks.
PERSONAL = "personal"

_types: dict[Any, type] = {}
_namers: dict[Any, Callable[[Any], str]] = {}


@dataclass(frozen=True, slots=True)
class Connection:
    """Stands for the connection of that value's type among the mirrored ones."""

    of: type


class Mirrored(LazyType[Any, Any]):
    """The GraphQL type of a domain value, looked up when the schema is built, so that types may name each other."""

    def __init__(self, value: Any) -> None:
        name = getattr(value, "__name__", str(value))
        super().__init__(name, __name__)
        object.__setattr__(self, "value", value)

    def resolve_type(self) -> type:
        try:
            return _types[self.value]
        except KeyError:
            raise LookupError(f"No GraphQL type mirrors {self.value!r}.") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mirrored) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    value: Any


def register(value: Any, type_: type, namer: Callable[[Any], str] | None = None) -> None:
    """Make that GraphQL type the one of that value; `namer` tells the object type where it is an interface."""
    if value in _types:
        raise ValueError(f"{value!r} is mirrored twice.")
    _types[value] = type_
    name = str(type_.__strawberry_definition__.name)  # type: ignore[attr-defined]
    _namers[value] = namer or (lambda _value: name)


def show_as(value: type, name: str) -> None:
    """Where an interface is asked for, that value is of the object type of that name."""
    _namers[value] = lambda _value: name


def name_of(value: object) -> str:
    """The name of the GraphQL object type of that value."""
    return _namers[type(value)](value)


def name_of_class(name: str) -> str:
    """The name of the GraphQL type of the domain class of that name."""
    found = next((type_ for value, type_ in _types.items() if getattr(value, "__name__", None) == name), None)
    return str(found.__strawberry_definition__.name) if found else name  # type: ignore[attr-defined]


def node_values() -> Mapping[str, type]:
    """Domain types that are read by their own ids, by the names of their GraphQL types."""
    return {
        type_.__strawberry_definition__.name: value  # type: ignore[attr-defined]
        for value, type_ in _types.items()
        if isinstance(value, type) and _is_node(type_) and not type_.__strawberry_definition__.is_interface  # type: ignore[attr-defined]
    }


def mirrored_types() -> list[type]:
    """Every GraphQL type, also those that only an interface leads to."""
    return list(_types.values())


def annotation(hint: Any) -> Any:
    """What a domain annotation is in GraphQL."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return annotation(arguments[0])
    if origin in (Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        inner = annotation(rest[0] if len(rest) == 1 else Union[tuple(rest)])  # noqa: UP007
        return StrawberryOptional(inner) if len(rest) < len(arguments) else inner
    if origin is Mapping or hint is Mapping:
        return JSON
    if origin in _LISTS:
        return StrawberryList(annotation(arguments[0]))
    if origin is Page:
        return Mirrored(Connection(arguments[0]))
    return _leaf(hint)


def argument(hint: Any) -> Any:
    """What an argument's annotation is in GraphQL: inputs stand for themselves, `Any` for JSON."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [argument(each) for each in arguments if each is not type(None)]
        return Union[(*inner, None)]
    if origin is list:
        return list[argument(arguments[0])]  # type: ignore[misc]
    return _LEAVES.get(hint, hint)


def _leaf(hint: Any) -> Any:
    if hint in _LEAVES:
        return _LEAVES[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint if hint in ENUMS else str
    return Mirrored(hint)


def mirror(value: type, shown: str = "", *, name: str | None = None, **described: str) -> Callable[[C], C]:
    """Make the decorated class the GraphQL type of a domain value.

    `shown` names the value's fields that it has as they are; the class adds the others as resolvers. `described` gives
    descriptions of shown fields. A class that cannot have the type's name, because the value has it, ends in `Type`.
    """

    def decorate(cls: C) -> C:
        type_name = name or cls.__name__.removesuffix("Type")
        hints = get_type_hints(value, include_extras=True)
        own = inspect.get_annotations(cls)
        cls.__annotations__ = {**({"id": Id} if _is_node(cls) else {}), **dict.fromkeys(shown.split(), Any), **own}
        for key in shown.split():
            field = strawberry.field(graphql_type=annotation(_hint(value, hints, key)), description=described.get(key))
            setattr(cls, key, field)
        if _is_node(cls):
            _identify(cls, value, type_name)
        type_ = strawberry.type(cls, name=type_name, description=_docstring(cls))
        register(value, type_)
        return type_

    return decorate


def assemble(name: str, fields: Mapping[str, Any], bases: tuple[type, ...] = (), **attributes: Any) -> type:
    """A GraphQL type put together from fields."""
    body = {"__annotations__": dict.fromkeys(fields, Any), "__module__": __name__}
    return strawberry.type(type(name, bases, {**body, **fields, **attributes}), name=name)


def _hint(value: type, hints: Mapping[str, Any], key: str) -> Any:
    if key in hints:
        return hints[key]
    return get_type_hints(getattr(value, key).fget)["return"]


def _docstring(cls: type) -> str | None:
    doc = cls.__dict__.get("__doc__")
    return inspect.cleandoc(doc) if doc else None


def _is_node(cls: type) -> bool:
    return any(base.__name__ == "Node" for base in cls.__mro__[1:])


def _identify(cls: type, value: type, type_name: str) -> None:
    prefix = f"{type_name}:"

    def resolve_id(root: Any) -> str:
        return f"{prefix}{root.id}"

    def is_type_of(obj: object, _info: object) -> bool:
        return isinstance(obj, value)

    if "id" not in cls.__dict__:
        field: Any = strawberry.field(resolver=resolve_id, graphql_type=strawberry.ID)
        field.metadata = {DIRECT: resolve_id}
        setattr(cls, "id", field)  # noqa: B010
    if "is_type_of" not in cls.__dict__:
        setattr(cls, "is_type_of", staticmethod(is_type_of))  # noqa: B010
