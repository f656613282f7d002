"""Starting a modernization: over which applications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused

PATH = ("configuration", "modernization")
MOST_APPLICATIONS = 500


def open_modernization(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong; nothing changes."""
    problems = (*_applications(call), *_options(call))
    if problems:
        raise Refused(problems)
    return ()


def _applications(call: PhaseCall) -> Iterator[Problem]:
    ids = call.configuration.application_ids
    path = (*PATH, "applicationIds")
    if not 1 <= len(ids) <= MOST_APPLICATIONS:
        message = f"A modernization takes 1 to {MOST_APPLICATIONS} applications; these are {len(ids):,}."
        yield Problem(ErrorCode.INVALID_INPUT, message, path)
    found = {each.id for each in call.portfolio.applications}
    seen: set[str] = set()
    for index, id in enumerate(ids):
        if id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", (*path, str(index)))
        elif id not in found:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", (*path, str(index)))
        seen.add(id)


def _options(call: PhaseCall) -> Iterator[Problem]:
    options = call.configuration.options
    if not 0 <= options.minimum_score <= 1:
        message = "A score is from 0 to 1."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*PATH, "options", "minimumScore"))
    if options.most_candidates < 1:
        message = "At least one candidate is listed."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*PATH, "options", "mostCandidates"))
