"""What answers of this flow have in common: they list applications."""

from __future__ import annotations

from collections.abc import Sequence

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused


def refuse_unknown(call: PhaseCall, field: str, application_ids: Sequence[str]) -> None:
    """Raise Refused naming each id that is not in the flow's scope."""
    known = set(call.configuration.application_ids)
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such application in this assessment.", ("data", field, str(index)))
        for index, application_id in enumerate(application_ids)
        if application_id not in known
    ]
    if problems:
        raise Refused(problems)
