"""What answers of this flow have in common: they confirm applications."""

from __future__ import annotations

from collections.abc import Collection

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused

PATH = ("data", "confirmedApplicationIds")


def confirmed(call: PhaseCall, scope: Collection[str]) -> tuple[str, ...]:
    """The applications that the answer names, each once; Refused naming each that is not among them."""
    given = call.input.confirmed_application_ids
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such application in this execution.", (*PATH, str(index)))
        for index, id in enumerate(given)
        if id not in scope
    ]
    if problems:
        raise Refused(problems)
    return tuple(dict.fromkeys(given))
