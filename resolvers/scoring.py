"""What people do to the rules by which customers' workflows are determined and scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.access import Role
from domain.customer_success.scoring_rules import KeptScoringRules, SaveScoringRules, ScoringRules
from domain.errors import Problem, Refused
from domain.event import Event, EventKind
from domain.ports import Shapes
from resolvers.context import Caller

PATH = ("rules",)


@dataclass(frozen=True, slots=True)
class RulesGiven:
    """Other rules as a document, which may leave out whatever is to be as by default."""

    document: Any
    description: str | None = None
    expected_version: int | None = None


async def save_scoring_rules(caller: Caller, given: RulesGiven) -> KeptScoringRules:
    """From this moment on all queues of the client account's engagements are made by these rules."""
    caller.need(Role.ADMIN)
    rules, problems = read_rules(caller.shapes, given.document)
    command = SaveScoringRules(rules, given.description, given.expected_version)
    async with caller.work() as uow:
        before = await uow.scoring.get()
        after = before.change(command, caller.user, caller.now(), problems)
        uow.touch(after.id)
        if after is not before:
            await uow.scoring.add(after)
            uow.witness(_witnessed(caller, before), _witnessed(caller, after))
            uow.tell_account(_changed(caller, after))
    return after


def read_rules(shapes: Shapes, document: Any) -> tuple[ScoringRules, tuple[Problem, ...]]:
    """The rules of the document, and what of it has not the shape of rules: that is as by default in them.

    So what else is wrong is found at once, and not only when the shape is right. What could be read as a number and is
    none, a text or true, is no number here either.
    """
    try:
        rules = shapes.decode(ScoringRules, document, PATH)
    except Refused as refused:
        problems = refused.problems
    else:
        return rules, shapes.misfits(shapes.schema(ScoringRules), document, PATH)
    if not isinstance(document, Mapping):
        return ScoringRules(), problems
    wrong = {problem.path[1] for problem in problems if len(problem.path) > 1}
    rest = {name: value for name, value in document.items() if name not in wrong}
    return shapes.decode(ScoringRules, rest, PATH), problems


def _witnessed(caller: Caller, kept: KeptScoringRules) -> Mapping[str, Any]:
    return {"version": kept.version, "rules": caller.shapes.encode(kept.rules), "description": kept.description}


def _changed(caller: Caller, kept: KeptScoringRules) -> Event:
    return Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": [["KeptScoringRules", kept.id]]})
