"""What people and pipelines report while something is carried out: checks, and steps of a runbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.access import Role
from domain.check import Check
from domain.definition import PhaseCall
from domain.errors import ErrorCode, NotFound, Problem, Refused, refuse
from domain.given import LONGEST_NAME, LONGEST_TEXT, Checking
from domain.learning import Lesson
from domain.override import Override, recorded
from domain.phase import PhaseState, PhaseStatus
from domain.runbook import RunbookStep, StepReport, reported

Teach = Callable[[PhaseCall, RunbookStep, RunbookStep], Lesson | None]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A person's word for a check."""

    passed: bool
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a report comes to: what is changed, what is learned, and the override where a proposal was overruled."""

    subject: str
    changed: tuple[Any, ...]
    override: Override | None = None
    lessons: tuple[Lesson, ...] = field(default=())


def require_waiting(state: PhaseState, what: str) -> None:
    """Raise Refused unless the phase waits for people: what it came to is settled with its answer."""
    if state.status is not PhaseStatus.AWAITING_INPUT:
        message = (
            f"{what} is recorded while {state.key} waits for its answer; it is {state.status}. Run it again first."
        )
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "id")


def check_of(checks: Sequence[Check], check_id: str) -> Check:
    """That one among them, or NotFound: what a check was about may be gone."""
    found = next((each for each in checks if each.id == check_id), None)
    if found is None:
        raise NotFound("check", ("id",))
    return found


def role_for(check: Check, report: CheckReport) -> Role:
    """What the facts say does not hold is passed by a LEAD alone, where it blocks."""
    waives = check.blocking and check.found is False and report.passed
    return Role.LEAD if waives else Role.CONTRIBUTOR


def checked(call: PhaseCall, kind: str, checks: Sequence[Check], check_id: str, report: CheckReport) -> Recorded:
    """The check with a person's word; against the facts it is kept as an override, and needs evidence where it blocks.

    `checks` are the phase's as they are now: those that are otherwise than they were held are kept as well.
    """
    before = check_of(checks, check_id)
    checking = Checking()
    evidence = checking.text(report.evidence, "evidence", longest=LONGEST_TEXT)
    against = before.found is not None and before.found is not report.passed
    if against and before.blocking and evidence is None:
        checking.wrong("The facts say otherwise: say what your word rests on.", "evidence")
    checking.done()
    after = before.recorded(passed=report.passed, evidence=evidence, by=call.by, at=call.now)
    held = {each.id: each for each in call.portfolio.checks}
    changed = (after, *(each for each in checks if each.id != after.id and held.get(each.id) != each))
    if not against:
        return Recorded(after.id, changed)
    said = {"passed": before.passed, "evidence": before.evidence}
    subject = f"{before.subject}: {before.title}"
    override = recorded(call, subject, said, {"passed": after.passed, "evidence": evidence}, evidence)
    return Recorded(after.id, changed, override, (_overruled(kind, before, after),))


def _overruled(kind: str, before: Check, after: Check) -> Lesson:
    """What the facts say does not decide this check, wherever it is said so again."""
    name = before.key.rpartition(":")[2]
    data = {
        "corrected": "check",
        "check": name,
        "found": before.found,
        "passed": after.passed,
        "because": after.evidence,
    }
    verb = "passed" if after.passed else "not passed"
    said = before.because or "what the facts say"
    return Lesson(
        f"{kind}.{before.phase}",
        f"{before.title}: {verb} by a person against this: {said}",
        data,
        key=f"check|{name}|{before.found}",
        conclusion=("check", "passed"),
    )


def report_step(call: PhaseCall, step_id: str, report: StepReport, teach: Teach, refusal: str | None) -> Recorded:
    """The steps that are otherwise after a report; another owner than was proposed is kept as an override."""
    steps = call.portfolio.steps_of(call.phase)
    before = next((each for each in steps if each.id == step_id), None)
    if before is None:
        raise NotFound("runbook step", ("id",))
    problems = list(_words(report))
    if refusal:
        problems.append(Problem(ErrorCode.NOT_READY, refusal, ("status",)))
    changed, wrong = reported(steps, step_id, _trimmed(report), call.by, call.now)
    if problems or wrong:
        raise Refused((*problems, *wrong))
    after = next((each for each in changed if each.id == step_id), before)
    if after.owner == before.owner:
        return Recorded(step_id, changed)
    told = {"owner": before.owner}
    override = recorded(call, f"{before.title}: owner", told, {"owner": after.owner}, report.note)
    lesson = teach(call, before, after)
    return Recorded(step_id, changed, override, (lesson,) if lesson else ())


def _trimmed(report: StepReport) -> StepReport:
    owner, note = (report.owner or "").strip() or None, (report.note or "").strip() or None
    return StepReport(report.status, owner, note)


def _words(report: StepReport) -> Sequence[Problem]:
    checking = Checking()
    checking.text(report.owner, "owner", longest=LONGEST_NAME)
    checking.text(report.note, "note", longest=LONGEST_TEXT)
    return checking.problems
