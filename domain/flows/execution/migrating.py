"""migration_execution: the runbook, and where each application stands at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.execution.answers import PATH, confirmed
from domain.flows.execution.facts import MIGRATION, READINESS, moving
from domain.flows.execution.owners import Owners
from domain.flows.execution.results import ConfirmedApplications, MigrationRun
from domain.flows.execution.runbook import dropped, generate
from domain.runbook import RunbookStep, StepStatus, finished, longest_minutes, taken_back

_NO_ONE = "No application goes: answer pre_migration with those that do."
_TOLD = 20


def going(call: PhaseCall) -> tuple[str, ...]:
    """The applications that pre_migration let go."""
    return tuple(call.results[READINESS].application_ids)


def write_runbook(call: PhaseCall) -> Outcome:
    """The steps of all that goes, in order."""
    owners = Owners.among(call)
    steps = generate(call, moving(call, going(call)), owners)
    result = MigrationRun(
        as_of=call.as_of,
        steps=len(steps),
        planned_minutes=sum(step.planned_minutes for step in steps),
        longest_minutes=longest_minutes(steps),
        application_ids=going(call),
    )
    warnings = tuple(_warnings(steps))
    return Outcome(result, steps, dropped(call, steps), warnings, tuple(owners.used))


def _warnings(steps: Sequence[RunbookStep]) -> Iterator[Warning]:
    nobody = [step for step in steps if step.owner is None]
    if nobody:
        message = f"Nobody is named for {len(nobody)} of {len(steps)} steps: save pools, or name owners of the steps."
        yield Warning("NO_OWNER", message, details={"stepIds": [step.id for step in nobody[:_TOLD]]})


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the steps of each application have come; those of the run belong to none."""

    steps: tuple[RunbookStep, ...]

    @classmethod
    def of(cls, call: PhaseCall) -> Standing:
        return cls(call.portfolio.steps_of(MIGRATION))

    def own(self, application_id: str | None) -> tuple[RunbookStep, ...]:
        """The application's steps."""
        return tuple(each for each in self.steps if each.application_id == application_id)

    def arrived(self, application_id: str) -> bool:
        return finished(self.own(application_id))

    def returned(self, application_id: str) -> bool:
        """All that was begun of it is taken back, or it was never begun."""
        own = self.own(application_id)
        return taken_back(own) or all(each.status in _UNTOUCHED for each in own)


_UNTOUCHED = frozenset({StepStatus.PENDING, StepStatus.READY, StepStatus.BLOCKED, StepStatus.SKIPPED})


def propose_arrived(call: PhaseCall) -> ConfirmedApplications:
    """Everyone whose runbook is done."""
    standing = Standing.of(call)
    return ConfirmedApplications(tuple(id for id in going(call) if standing.arrived(id)))


def end_runbook(call: PhaseCall) -> Outcome:
    """Who has arrived; the others must be back where they were. NOT_READY names each step that is in between."""
    standing, here = Standing.of(call), confirmed(call, going(call))
    others = tuple(id for id in going(call) if id not in here)
    problems = tuple(_problems(call, standing, here, others))
    if problems:
        raise Refused(problems)
    before: MigrationRun = call.results[call.phase]
    steps = standing.steps
    result = MigrationRun(
        before.as_of,
        len(steps),
        sum(each.planned_minutes for each in steps),
        longest_minutes(steps),
        application_ids=here,
        returned_application_ids=others,
    )
    return Outcome(result, warnings=tuple(_warnings(steps)))


def _problems(call: PhaseCall, standing: Standing, here: Sequence[str], others: Sequence[str]) -> Iterator[Problem]:
    names = {each.id: each.name for each in call.portfolio.applications}
    for index, id in enumerate(here):
        for step in standing.own(id):
            if not step.passed:
                yield _open(names.get(id, id), step, (*PATH, str(index)))
    for id in others:
        if not standing.returned(id):
            yield Problem(ErrorCode.NOT_READY, _between(names.get(id, id), standing.own(id)), PATH)
    if not going(call):
        yield Problem(ErrorCode.NOT_READY, _NO_ONE, PATH)


def _open(name: str, step: RunbookStep, path: tuple[str, ...]) -> Problem:
    return Problem(ErrorCode.NOT_READY, f"{name}: step {step.number}, {step.title}, is {step.status}.", path)


def _between(name: str, steps: Sequence[RunbookStep]) -> str:
    standing = [each for each in steps if each.status not in _UNTOUCHED | {StepStatus.ROLLED_BACK}]
    said = ", ".join(f"{each.number} {each.title} ({each.status})" for each in standing)
    return f"{name} is neither confirmed nor back where it was; do the rest of its runbook, or roll back: {said}."
