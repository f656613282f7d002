"""Tenants' documents against a JSON Schema: everything that does not follow it, in words for who wrote the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from domain.errors import ErrorCode, Problem

# A person who makes a hundred mistakes is served by the first fifty.
PROBLEMS = 50
_LONGEST = 200


def misfits(schema: Mapping[str, Any], data: Any, path: tuple[str, ...] = ()) -> tuple[Problem, ...]:
    """One problem each, in the order of the document."""
    found = sorted(_validator(json.dumps(schema)).iter_errors(data), key=_place)
    return tuple(_problem(_inner(error), path) for error in found[:PROBLEMS])


@lru_cache(maxsize=64)
def _validator(written: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(written))


def _place(error: ValidationError) -> tuple[str, ...]:
    return tuple(f"{part:06}" if isinstance(part, int) else str(part) for part in error.absolute_path)


def _inner(error: ValidationError) -> ValidationError:
    """Where there are several ways of being right, what comes nearest to one of them."""
    return (best_match(error.context) or error) if error.context else error


def _problem(error: ValidationError, path: tuple[str, ...]) -> Problem:
    place = (*path, *(str(part) for part in error.absolute_path))
    return Problem(ErrorCode.INVALID_INPUT, f"{place[-1] if place else 'document'}: {_words(error)}", place)


def _words(error: ValidationError) -> str:
    say = _WORDS.get(str(error.validator))
    return say(error) if say else f"{error.message[:_LONGEST]}."


def _missing(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    return f"This needs {_listed(name for name in wanted if name not in (error.instance or {}))}."


def _beyond(error: ValidationError) -> str:
    schema: Any = error.schema
    return f"There is no {_listed(sorted(set(error.instance) - set(schema.get('properties', {}))))} here; leave it out."


def _type(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    return f"Give {' or '.join(_TYPES[name] for name in names)}."


def _pattern(error: ValidationError) -> str:
    schema: Any = error.schema
    return str(schema.get("description") or f"This must look like {error.validator_value}.")


def _least(error: ValidationError) -> str:
    return "This must not be empty." if error.validator_value == 1 else f"Give at least {error.validator_value}."


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names)


_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "object": "an object",
        "array": "a list",
        "string": "a text",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "null": "null",
    }
)
_WORDS: Mapping[str, Callable[[ValidationError], str]] = MappingProxyType(
    {
        "required": _missing,
        "additionalProperties": _beyond,
        "type": _type,
        "enum": lambda error: f"Give one of {_listed(error.validator_value)}.",
        "const": lambda error: f"Give {error.validator_value}.",
        "pattern": _pattern,
        "minLength": _least,
        "minItems": _least,
        "minProperties": _least,
        "maxLength": lambda error: f"This holds at most {error.validator_value} characters.",
        "maxItems": lambda error: f"Give at most {error.validator_value}.",
        "maxProperties": lambda error: f"Give at most {error.validator_value}.",
        "uniqueItems": lambda _error: "Name each only once.",
    }
)
