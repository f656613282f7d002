"""Conditions of tenants' documents: CEL, read once and evaluated on plain values, small enough to end at once.

CEL has no loops but over lists, no way to the outside, and its regular expressions are RE2's. Its text is short, lists
are gone through inside each other at most twice, and what cannot be told (an unknown value compared with a number) does
not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domain.ports import Conditioned

if TYPE_CHECKING:
    from celpy import Runner

LONGEST = 500
# `all`, `exists`, `map` and `filter` of one condition.
MOST_LOOPS = 2
# What one condition looks at of a list.
LONGEST_LIST = 200

_LOOPS = ("all", "exists", "exists_one", "map", "filter", "reduce", "min")
_LOOP = re.compile(rf"\.\s*(?:{'|'.join(_LOOPS)})\s*\(")
# What is called, by which name, with which arguments.
_WITH_ARGUMENTS = 3
_OPERATORS = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_in_")
_EXAMPLE = "customer.arr >= 100000 && renewal.daysUntil < 30"
_KNOWN_FAULT = "This condition cannot be read"


def holds(condition: str, values: Mapping[str, Any]) -> bool:
    """Whether it holds; one that cannot be told does not."""
    # They take a while to import, and most processes never need them.
    from celpy import celtypes  # noqa: PLC0415
    from celpy.evaluation import CELEvalError  # noqa: PLC0415

    try:
        found = _program(condition).evaluate({name: _cel(value) for name, value in values.items()})
    except (CELEvalError, ValueError, RecursionError):
        return False
    return isinstance(found, celtypes.BoolType) and bool(found)


@lru_cache(maxsize=1024)
def read(condition: str) -> Conditioned:
    """The paths that it names, or why it cannot be read."""
    from celpy.celparser import CELParseError  # noqa: PLC0415

    if len(condition) > LONGEST:
        return Conditioned(mistake=f"A condition has at most {LONGEST} characters.")
    if len(_LOOP.findall(condition)) > MOST_LOOPS:
        return Conditioned(mistake=f"A condition goes through lists at most {MOST_LOOPS} times.")
    try:
        tree = _environment().compile(condition)
        _program(condition)
    except CELParseError as fault:
        line, column = getattr(fault, "line", None), getattr(fault, "column", None)
        at = f" at line {line}, column {column}" if line and column else ""
        return Conditioned(mistake=f"{_KNOWN_FAULT}{at}. It is written in CEL: {_EXAMPLE}.")
    except (RecursionError, ValueError):
        return Conditioned(mistake=f"{_KNOWN_FAULT}: it is nested too deeply.")
    return Conditioned(paths=frozenset(_paths(tree)))


@lru_cache(maxsize=1)
def _environment() -> Any:
    from celpy import Environment  # noqa: PLC0415

    return Environment()


@lru_cache(maxsize=1024)
def _program(condition: str) -> Runner:
    environment = _environment()
    runner: Runner = environment.program(environment.compile(condition), functions=_numeric())
    return runner


@lru_cache(maxsize=1)
def _numeric() -> dict[str, Any]:
    """Operators that take numbers of every kind as doubles: CEL itself compares no 3 with a 3.0."""
    from celpy.evaluation import base_functions  # noqa: PLC0415

    def told(name: str) -> Any:
        operator = base_functions[name]
        return lambda one, other: operator(_double(one), _double(other))

    return {name: told(name) for name in _OPERATORS}


def _double(value: Any) -> Any:
    from celpy import celtypes  # noqa: PLC0415

    if isinstance(value, list):
        return celtypes.ListType([_double(each) for each in value])
    if isinstance(value, int | float) and not isinstance(value, celtypes.BoolType):
        return celtypes.DoubleType(value)
    return value


def _cel(value: Any) -> Any:
    """The value as CEL's: every number a double, so that one compares with another, and 3 with 3.5."""
    from celpy import celtypes  # noqa: PLC0415

    match value:
        case bool():
            return celtypes.BoolType(value)
        case int() | float():
            return celtypes.DoubleType(value)
        case str():
            return celtypes.StringType(value)
        case Mapping():
            return celtypes.MapType({celtypes.StringType(str(name)): _cel(each) for name, each in value.items()})
        case list() | tuple():
            return celtypes.ListType([_cel(each) for each in value[:LONGEST_LIST]])
        case None:
            return None
        case _:
            return celtypes.StringType(str(value))


def _paths(tree: Any) -> Iterator[str]:
    """Every chain of names in it, such as `steps.review.done`; names that a loop gives are left out."""
    bound = {_chain(each.children[-1].children[0]) for each in tree.find_data("member_dot_arg") if _loops(each)}
    return (path for path in _chains(tree) if path.partition(".")[0] not in bound)


def _loops(call: Any) -> bool:
    return str(call.children[1]) in _LOOPS and len(call.children) == _WITH_ARGUMENTS


def _chains(tree: Any) -> Iterator[str]:
    """Read from the outside, so that a chain is told whole."""
    path = _chain(tree) if tree.data in ("member", "primary") else None
    if path is not None:
        yield path
        return
    for child in tree.children:
        if hasattr(child, "data"):
            yield from _chains(child)


def _chain(tree: Any) -> str | None:
    """The names in a row that this part of the condition is; None where it is anything else."""
    while tree.data != "ident" and len(tree.children) == 1 and hasattr(tree.children[0], "data"):
        tree = tree.children[0]
    if tree.data == "ident":
        return str(tree.children[0])
    if tree.data != "member_dot":
        return None
    before = _chain(tree.children[0])
    return None if before is None else f"{before}.{tree.children[1]}"
