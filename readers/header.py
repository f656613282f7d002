"""The names of a table's columns, and on which of its first rows they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from domain.columns import roles
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.headings import heading
from readers.limits import Limits

# A title, a date and a few words of explanation may stand above a header.
LOOKED_AT = 20
_LONGEST_NAME = 200


def find_names(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of a table's first rows has the names of its columns; None when none has.

    What stands above a header fills far fewer cells than the rows below, and names nothing that is known.
    """
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    for number, cells in enumerate(filled):
        below = [len(each) for each in filled[number + 1 :] if each]
        if len(cells) > 1 and (2 * len(cells) > median(below or [0]) or names_anything(cells)):
            return number
    return next((number for number, cells in enumerate(filled) if names_anything(cells)), None)


def names_anything(cells: Sequence[str]) -> bool:
    """Whether one of them is a column's name that is known."""
    return bool(roles(cells)) or any((found := heading(cell)) is not None and found.whole for cell in cells)


def read_header(cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The names in order, each once. Empty ones at the end, which spreadsheets leave behind, are no columns.

    A name that stands a second time is numbered, and a column without one is named by its place.
    """
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
    return tuple(_distinct(names))


def _faults(names: Sequence[str]) -> Iterable[str]:
    for number, name in enumerate(names, 1):
        if len(name) > _LONGEST_NAME:
            yield f"The name of column {number} has {len(name):,} characters; at most {_LONGEST_NAME} are read."


def _distinct(names: Sequence[str]) -> Iterable[str]:
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        wanted = name or f"Column {number}"
        if not name or wanted.casefold() in seen:
            wanted = _free(wanted, taken)
        taken.add(wanted.casefold())
        seen.add(wanted.casefold())
        yield wanted


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name} ({number})"
    return found
