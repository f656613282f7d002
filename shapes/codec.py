"""The codec behind the port `Shapes`, by pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from domain.errors import ErrorCode, Problem, Refused
from domain.ports import Conditioned
from shapes import conditions, documents

T = TypeVar("T")

# A person who sends a hundred mistakes is served by the first fifty.
PROBLEMS = 50

_CAMEL = ConfigDict(alias_generator=to_camel, validate_by_name=False, validate_by_alias=True, extra="forbid")


# What pydantic says in words of Python, in words of JSON.
_WORDS = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field here; leave it out.",
    "unexpected_keyword_argument": "There is no such field here; leave it out.",
    "dataclass_type": "Give an object with the fields of the schema.",
    "dict_type": "Give an object.",
    "mapping_type": "Give an object.",
    "tuple_type": "Give a list.",
    "list_type": "Give a list.",
    "string_type": "Give a text.",
    "bool_type": "Give true or false.",
    "bool_parsing": "Give true or false.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
}


# More than there are types in the code; the rest are of tenants' documents, and let go when others are needed.
@lru_cache(maxsize=2048)
def _made(type_: Any) -> TypeAdapter[Any]:
    """A dataclass takes its configuration only from what holds it: a tuple of one."""
    return TypeAdapter(tuple[type_], config=_CAMEL)


def _adapter(type_: Any) -> TypeAdapter[Any]:
    """Made when first needed."""
    return _made(type_)


class Codec:
    """Encodes and decodes the domain's dataclasses; one adapter a type, made when first needed."""

    def encode(self, value: Any) -> Any:
        """A JSON value: Decimal and dates as text, tuples as lists, names in camelCase."""
        return _adapter(type(value)).dump_python((value,), mode="json", by_alias=True)[0]

    def decode(self, type_: type[T], data: Any, path: tuple[str, ...] = ()) -> T:
        """The value, or Refused with one INVALID_INPUT per thing wrong, each path starting with `path`."""
        try:
            value: T = _adapter(type_).validate_python((data,))[0]
        except ValidationError as invalid:
            raise Refused([_problem(error, path) for error in invalid.errors()[:PROBLEMS]]) from None
        return value

    def schema(self, type_: type) -> dict[str, Any]:
        """JSON Schema (2020-12) of what `decode` takes."""
        whole = _adapter(type_).json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions = whole.pop("$defs", {})
        inner = whole["prefixItems"][0]
        if "$ref" in inner:
            inner = definitions.pop(inner["$ref"].rsplit("/", 1)[1])
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **inner}
        return {**schema, "$defs": definitions} if definitions else schema

    def misfits(self, schema: Mapping[str, Any], data: Any, path: tuple[str, ...] = ()) -> tuple[Problem, ...]:
        """One problem for each thing in which a tenant's document does not follow that JSON Schema."""
        return documents.misfits(schema, data, path)

    def holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Whether a condition in a tenant's document holds for these values; one that cannot be told does not."""
        return conditions.holds(condition, values)

    def condition(self, condition: str) -> Conditioned:
        """What a condition names, or what is wrong with it."""
        return conditions.read(condition)


def _problem(error: Any, path: tuple[str, ...]) -> Problem:
    place = (*path, *(str(part) for part in error["loc"][1:]))
    message = _WORDS.get(error["type"]) or f"{error['msg']}."
    return Problem(ErrorCode.INVALID_INPUT, f"{place[-1] if place else 'input'}: {message}", place)
