"""The architecture that applications are measured by: the engagement's standards, or a template where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.assessment.lessons import of_standard
from domain.flows.assessment.results import ArchitectureAnswer, ArchitectureMinimums
from domain.override import Override, recorded
from domain.standard import ArchitectureStandard
from domain.standard_change import StandardChange, told
from domain.templates import GENERAL, applied, templates

MINIMUMS = "architecture_minimums"


def gather_standards(call: PhaseCall) -> Outcome:
    """All standards of the engagement; without any, those of the general template.

    An assessment that was asked for again proposes those of the one before.
    """
    standards = call.portfolio.standards
    before: ArchitectureMinimums | None = call.results.get(call.phase)
    if before and before.carried:
        return Outcome(replace(before, standard_ids=_still_there(before, standards)))
    if standards:
        return Outcome(ArchitectureMinimums(tuple(each.id for each in standards)))
    made = applied(templates()[GENERAL], (), new_id=call.new_id, by=call.by, at=call.now)
    return Outcome(ArchitectureMinimums(tuple(each.id for each in made), GENERAL), saves=made)


def propose_standards(call: PhaseCall) -> ArchitectureAnswer:
    """All that are still there, and those added since; of what was carried over, what is still there."""
    before: ArchitectureMinimums = call.results[call.phase]
    if before.carried:
        return ArchitectureAnswer(_still_there(before, call.portfolio.standards))
    return ArchitectureAnswer(tuple(each.id for each in call.portfolio.standards))


def _still_there(minimums: ArchitectureMinimums, standards: Sequence[ArchitectureStandard]) -> tuple[str, ...]:
    ids = {each.id for each in standards}
    return tuple(each for each in minimums.standard_ids if each in ids)


def capture_standards(call: PhaseCall) -> Outcome:
    """The standards that a person confirms."""
    answer: ArchitectureAnswer = call.input
    known = {each.id for each in call.portfolio.standards}
    problems = [
        Problem(ErrorCode.NOT_FOUND, "There is no such standard.", ("data", "standardIds", str(index)))
        for index, standard_id in enumerate(answer.standard_ids)
        if standard_id not in known
    ]
    if problems:
        raise Refused(problems)
    before: ArchitectureMinimums = call.results[call.phase]
    ids = tuple(dict.fromkeys(answer.standard_ids))
    return Outcome(ArchitectureMinimums(ids, before.template, captured=True))


@dataclass(frozen=True, slots=True)
class Remeasured:
    """The phase after standards changed, and the record of each change."""

    outcome: Outcome
    overrides: tuple[Override, ...]


def rests_on(minimums: ArchitectureMinimums | None, standard_id: str) -> bool:
    """True of an assessment that measures by that standard."""
    return minimums is not None and standard_id in minimums.standard_ids


def without_standard(call: PhaseCall, gone: ArchitectureStandard) -> Remeasured:
    """The standards the assessment measures by, less one that is there no longer."""
    before: ArchitectureMinimums = call.results[call.phase]
    ids = tuple(each for each in before.standard_ids if each != gone.id)
    override = recorded(call, gone.id, told(gone), None)
    return Remeasured(Outcome(replace(before, standard_ids=ids), saves=(override,)), (override,))


def change_standards(call: PhaseCall, changes: Sequence[StandardChange]) -> Remeasured:
    """The standards the assessment measures by: those it had, and the new ones."""
    before: ArchitectureMinimums = call.results[call.phase]
    ids = dict.fromkeys((*before.standard_ids, *(change.after.id for change in changes)))
    overrides = tuple(recorded(call, each.after.id, told(each.before), told(each.after)) for each in changes)
    # What a template brings in says nothing about this engagement.
    lessons = (of_standard(each.before, each.after) for each in changes if each.before or not each.after.template)
    return Remeasured(Outcome(replace(before, standard_ids=tuple(ids)), saves=(*overrides, *lessons)), overrides)
