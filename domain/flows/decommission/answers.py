"""What answers of this flow have in common: they name applications."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused


def named(field: str, given: Sequence[str], scope: Collection[str]) -> tuple[str, ...]:
    """The applications that the answer names, each once; Refused naming each that is not among them."""
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such application in this decommission.", ("data", field, str(index)))
        for index, id in enumerate(given)
        if id not in scope
    ]
    if problems:
        raise Refused(problems)
    return tuple(dict.fromkeys(given))


def names_of(call: PhaseCall) -> dict[str, str]:
    """What the applications are called."""
    return {each.id: each.name for each in call.portfolio.applications}
