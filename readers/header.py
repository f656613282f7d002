"""The first row of a table: its columns' names, or Refused with all that is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from domain.errors import ErrorCode, Problem, Refused, refuse
from readers.limits import Limits

_LONGEST_NAME = 200
_SHOWN = 10


def read_header(cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The names in order. Empty ones at the end, which spreadsheets leave behind, are no columns."""
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The header has {len(names):,} columns; at most {limits.columns:,} are read. Remove what is not needed.",
        )
    problems = [Problem(ErrorCode.INVALID_INPUT, message) for message in _faults(names)]
    if problems:
        raise Refused(problems)
    return tuple(names)


def _faults(names: Sequence[str]) -> Iterable[str]:
    empty = [number for number, name in enumerate(names, 1) if not name]
    if empty:
        yield f"The header has no name for column {_listed(empty)}. Name it, or remove the column."
    for name, numbers in _repeated(names).items():
        yield f'The header names "{name}" {len(numbers)} times, in columns {_listed(numbers)}. Once is enough.'
    for number, name in enumerate(names, 1):
        if len(name) > _LONGEST_NAME:
            yield f"The name of column {number} has {len(name):,} characters; at most {_LONGEST_NAME} are read."


def _repeated(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    first: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        if name:
            found[first.setdefault(name.casefold(), name)].append(number)
    return {name: numbers for name, numbers in found.items() if len(numbers) > 1}


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    return f"{shown} and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else shown
