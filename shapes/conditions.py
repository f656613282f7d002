"""Conditions of tenants' documents: CEL, read once and evaluated on plain values, small enough to end at once.

Only what compares, combines and looks into values: no loops and few functions, so that the work is bounded by the text,
which is short. Regular expressions are RE2's. What cannot be told, as an unknown value compared with a number, does not
hold.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domain.ports import Conditioned

if TYPE_CHECKING:
    from celpy import Runner

LONGEST = 500
# What one condition looks at of a list.
LONGEST_LIST = 1_000
# At ten levels a pair of brackets: what is deeper cannot always be evaluated, and would then never hold.
DEEPEST = 300
FUNCTIONS = frozenset({"contains", "endsWith", "has", "matches", "size", "startsWith"})

_EXAMPLE = "customer.arr >= 100000 && renewal.daysUntil < 30"
_KNOWN_FAULT = "This condition cannot be read"
_TOO_DEEP = f"{_KNOWN_FAULT}: it is nested too deeply."
_ARITHMETIC = ("_+_", "_-_", "_*_", "_/_")
_COMPARING = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_in_")


def holds(condition: str, values: Mapping[str, Any]) -> bool:
    """Whether it holds; one that cannot be told, or cannot be read, does not."""
    # They take a while to import, and most processes never need them.
    from celpy import celtypes  # noqa: PLC0415
    from celpy.evaluation import CELEvalError  # noqa: PLC0415

    if read(condition).mistake is not None:
        return False
    try:
        found = _program(condition).evaluate({name: _cel(value) for name, value in values.items()})
    except (CELEvalError, ValueError, TypeError, ArithmeticError, RecursionError):
        return False
    return isinstance(found, celtypes.BoolType) and bool(found)


@lru_cache(maxsize=1024)
def read(condition: str) -> Conditioned:
    """The paths that it names, or why it cannot be read."""
    from celpy.celparser import CELParseError  # noqa: PLC0415

    if len(condition) > LONGEST:
        return Conditioned(mistake=f"A condition has at most {LONGEST} characters.")
    try:
        tree = _environment().compile(condition)
        if _depth(tree) > DEEPEST:
            return Conditioned(mistake=_TOO_DEEP)
        called = sorted(set(_called(tree)) - FUNCTIONS)
        if not called:
            _program(condition)
    except CELParseError as fault:
        line, column = getattr(fault, "line", None), getattr(fault, "column", None)
        at = f" at line {line}, column {column}" if line and column else ""
        return Conditioned(mistake=f"{_KNOWN_FAULT}{at}. It is written in CEL: {_EXAMPLE}.")
    except (RecursionError, ValueError):
        return Conditioned(mistake=_TOO_DEEP)
    if called:
        known = ", ".join(sorted(FUNCTIONS))
        return Conditioned(mistake=f"There is no function {', '.join(called)} here. There are {known}.")
    return Conditioned(paths=frozenset(_chains(tree)))


@lru_cache(maxsize=1)
def _environment() -> Any:
    from celpy import Environment  # noqa: PLC0415

    # It would log every value that is not known as an error, with all values beside it.
    logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)
    return Environment()


@lru_cache(maxsize=1024)
def _program(condition: str) -> Runner:
    environment = _environment()
    runner: Runner = environment.program(environment.compile(condition), functions=_operators())
    return runner


@lru_cache(maxsize=1)
def _operators() -> dict[str, Any]:
    """Those of CEL, with numbers of every kind as doubles: CEL itself compares no 3 with a 3.0.

    Its own «and» and «or» put the words of two errors into a third, twice as long: of thirty they fill the memory. Its
    arithmetic takes texts where Python does, and what that makes of a text and a number may be as large as the number.
    """
    from celpy.evaluation import base_functions  # noqa: PLC0415

    found = {name: _numeric(base_functions[name]) for name in _COMPARING}
    found |= {name: _reckoning(base_functions[name]) for name in _ARITHMETIC}
    return {**found, "_%_": _unknown, "_||_": _either, "_&&_": _both}


def _numeric(operator: Any) -> Any:
    return lambda one, other: operator(_double(one), _double(other))


def _reckoning(operator: Any) -> Any:
    def reckon(one: Any, other: Any) -> Any:
        one, other = _double(one), _double(other)
        numbers = isinstance(one, float) and isinstance(other, float)
        return operator(one, other) if numbers else _unknown()

    return reckon


def _either(one: Any, other: Any) -> Any:
    return _decided(one, other, by=True)


def _both(one: Any, other: Any) -> Any:
    return _decided(one, other, by=False)


def _decided(one: Any, other: Any, *, by: bool) -> Any:
    """What either of them decides; else what both say, where both say anything."""
    from celpy import celtypes  # noqa: PLC0415

    told = [each for each in (one, other) if isinstance(each, celtypes.BoolType)]
    if any(bool(each) is by for each in told):
        return celtypes.BoolType(by)
    return celtypes.BoolType(not by) if len(told) == len((one, other)) else _unknown()


def _unknown(*_values: Any) -> Any:
    from celpy.evaluation import CELEvalError  # noqa: PLC0415

    return CELEvalError("unknown")


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


def _depth(tree: Any) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for each in level for child in each.children if hasattr(child, "data")]
    return depth


def _called(tree: Any) -> Iterator[str]:
    """What it calls: functions, and functions of a value."""
    for each in tree.iter_subtrees():
        if each.data == "ident_arg":
            yield str(each.children[0])
        elif each.data == "member_dot_arg":
            yield str(each.children[1])


def _chains(tree: Any) -> Iterator[str]:
    """Every chain of names in it, such as `steps.review.done`, read from the outside so that it is told whole."""
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
