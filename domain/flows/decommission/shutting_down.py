"""system_shutdown: the steps in order, dependents first, and who signs for what is switched off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from domain.application import Application, ApplicationChange, Readiness
from domain.decommission import CandidateReason
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.decommission.answers import named, names_of
from domain.flows.decommission.archiving import approved, unverified
from domain.flows.decommission.facts import SHUTDOWN, SOURCE, SWITCHED_OFF, Known, in_scope
from domain.flows.decommission.results import ConfirmedApplications, SystemsShutDown
from domain.graph import circle_numbers
from domain.planning.roles import WorkRole
from domain.reference_data import read_toml
from domain.runbook import (
    DERIVED,
    RunbookStep,
    StepStatus,
    finished,
    longest_minutes,
    numbered,
    settled,
    taken_back,
)
from domain.step_owners import answering, pools_by_role

FIELD = "confirmedApplicationIds"
_PATH = ("data", FIELD)
_DOING = frozenset({StepStatus.RUNNING, StepStatus.COMPLETED})
_UNTOUCHED = DERIVED | {StepStatus.SKIPPED}


@cache
def _kinds() -> tuple[dict[str, Any], ...]:
    return tuple(read_toml("shutdowns")["step"])


@cache
def _guarded() -> frozenset[str]:
    return frozenset(row["kind"] for row in _kinds() if row.get("guarded"))


def order_shutdown(call: PhaseCall) -> Outcome:
    """The steps of all that is approved; what was reported of them before is kept."""
    draft = _Draft(call, {each.key: each for each in call.portfolio.steps_of(SHUTDOWN)})
    steps = draft.steps()
    kept = {each.id for each in steps}
    gone = tuple(each for each in call.portfolio.steps_of(SHUTDOWN) if each.id not in kept)
    return Outcome(_result(call, steps), steps, gone, tuple(_warnings(steps)))


@dataclass
class _Draft:
    """Steps by application, and what comes before what."""

    call: PhaseCall
    held: dict[str, RunbookStep]
    made: dict[str, RunbookStep] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)

    def steps(self) -> tuple[RunbookStep, ...]:
        known, pools = Known(self.call), pools_by_role(self.call.portfolio.pools)
        for application in in_scope(self.call, approved(self.call)):
            left = known.reason(application) is CandidateReason.MIGRATED
            self._add(application, pools, left=left)
        self._join()
        steps = [
            replace(step, depends_on=tuple(self.made[key].id for key in self.before[step.key]))
            for step in self.made.values()
        ]
        return settled(numbered([*steps, *self._kept()]))

    def _add(self, application: Application, pools: Any, *, left: bool) -> None:
        last: str | None = None
        name = f"the source of {application.name}" if left else application.name
        for row in _kinds():
            if left and not row["left"]:
                continue
            key = f"{application.id}:{row['kind']}"
            role = WorkRole(row["role"])
            owner = pools.get(role) or next(answering(role, application), None)
            step = RunbookStep(
                id="",
                flow_id=self.call.flow_id,
                phase=self.call.phase,
                key=key,
                number=len(self.made) + 1,
                title=row["title"].format(application=name),
                kind=row["kind"],
                planned_minutes=row["minutes"],
                application_id=application.id,
                proposed_owner=owner,
                owner=owner,
                rollback=row["rollback"].format(application=name) or None,
            )
            self.made[key] = self._as_reported(step)
            self.before[key] = [last] if last else []
            last = key

    def _join(self) -> None:
        """What needs another is stopped before that is closed; what needs each other goes as one."""
        going = set(approved(self.call))
        edges = [
            (edge.from_id, edge.to_id)
            for edge in self.call.portfolio.dependencies
            if edge.from_id in going and edge.to_id in going and edge.from_id != edge.to_id
        ]
        circle = circle_numbers(edges)
        for dependent, provider in dict.fromkeys(edges):
            if circle[dependent] != circle[provider]:
                self.before[f"{provider}:{_marked('hold')}"].append(f"{dependent}:{_marked('turn')}")

    def _as_reported(self, step: RunbookStep) -> RunbookStep:
        held = self.held.get(step.key)
        if held is None:
            return replace(step, id=self.call.new_id())
        chosen = held.owner if held.owner != held.proposed_owner else step.owner
        return replace(
            held,
            title=step.title,
            number=step.number,
            depends_on=(),
            proposed_owner=step.proposed_owner,
            owner=chosen,
            rollback=step.rollback,
        )

    def _kept(self) -> Iterator[RunbookStep]:
        """What was reported of steps that are none any more is not forgotten."""
        for number, held in enumerate(self.held.values(), len(self.made) + 1):
            if held.key not in self.made and held.status not in DERIVED:
                yield replace(held, number=number)


@cache
def _marked(mark: str) -> str:
    return str(next(row["kind"] for row in _kinds() if row.get(mark)))


def _result(call: PhaseCall, steps: Sequence[RunbookStep]) -> SystemsShutDown:
    planned = sum(step.planned_minutes for step in steps)
    return SystemsShutDown(call.as_of, len(steps), planned, longest_minutes(steps), approved(call))


def _warnings(steps: Sequence[RunbookStep]) -> Iterator[Warning]:
    nobody = sum(step.owner is None for step in steps)
    if nobody:
        message = f"Nobody is named for {nobody} of {len(steps)} steps: save pools, or name owners of the steps."
        yield Warning("NO_OWNER", message)


def refuse_while_needed(call: PhaseCall, step: RunbookStep, status: StepStatus) -> str | None:
    """Nothing is switched off that something live still needs, whatever was approved before."""
    if step.kind not in _guarded() or status not in _DOING or step.application_id is None:
        return None
    return _kept_on(call, step.application_id)


def still_needed(call: PhaseCall, application_id: str) -> str | None:
    """Who needs it now, and goes on, as a sentence; None where nobody does. What moved may be waved through."""
    known = Known(call)
    application = known.applications.get(application_id)
    if application is None or application.readiness is Readiness.MIGRATED:
        return None
    live = [each.name for each in known.live_dependents(application, approved(call))]
    return f"{application.name} is still needed by what is live: {', '.join(live)}." if live else None


def propose_shutdown(call: PhaseCall) -> ConfirmedApplications:
    """Everyone whose steps are done and whom nothing live needs."""
    return ConfirmedApplications(
        tuple(id for id in approved(call) if finished(_own(call, id)) and not _kept_on(call, id))
    )


def _kept_on(call: PhaseCall, application_id: str) -> str | None:
    return still_needed(call, application_id) or unverified(call, application_id)


def _own(call: PhaseCall, application_id: str) -> tuple[RunbookStep, ...]:
    return tuple(each for each in call.portfolio.steps_of(SHUTDOWN) if each.application_id == application_id)


def confirm_shutdown(call: PhaseCall) -> Outcome:
    """Whom the person names is RETIRED, or has no source any more; the others must be as they were."""
    done = named(FIELD, call.input.confirmed_application_ids, approved(call))
    problems = tuple(_problems(call, done))
    if problems:
        raise Refused(problems)
    steps = call.portfolio.steps_of(SHUTDOWN)
    kept = tuple(id for id in approved(call) if id not in done)
    before: SystemsShutDown = call.results[call.phase]
    result = replace(before, steps=len(steps), application_ids=done, kept_application_ids=kept, signed_off_by=call.by)
    saves = tuple(value for each in in_scope(call, done) for value in _switched_off(each, call))
    return Outcome(result, saves, warnings=(*_warnings(steps), *_left(call, kept)))


def _problems(call: PhaseCall, done: Sequence[str]) -> Iterator[Problem]:
    names = names_of(call)
    for index, id in enumerate(done):
        path = (*_PATH, str(index))
        if why := _kept_on(call, id):
            yield Problem(ErrorCode.NOT_READY, why, path)
        for step in _own(call, id):
            if not step.passed:
                message = f"{names.get(id, id)}: step {step.number}, {step.title}, is {step.status}."
                yield Problem(ErrorCode.NOT_READY, message, path)
    for id in approved(call):
        own = _own(call, id)
        if id not in done and not (taken_back(own) or all(each.status in _UNTOUCHED for each in own)):
            message = f"{names.get(id, id)} is neither confirmed nor as it was: finish its steps, or roll them back."
            yield Problem(ErrorCode.NOT_READY, message, _PATH)
    if not done:
        message = "Nothing is switched off yet: report the steps of an application, then confirm it."
        yield Problem(ErrorCode.NOT_READY, message, _PATH)


def _switched_off(application: Application, call: PhaseCall) -> Iterator[Application | ApplicationChange]:
    """It is RETIRED; one that has moved stays what it is at its new place, and its history tells of its source."""
    moved = application.readiness is Readiness.MIGRATED
    if application.readiness is Readiness.RETIRED:
        return
    if moved:
        yield replace(application, version=application.version + 1)
        yield _change(call, application, SOURCE, None, SWITCHED_OFF)
        return
    free = replace(application, planned_by=None, held_by=None, readiness_before=None)
    yield replace(free, readiness=Readiness.RETIRED, version=application.version + 1)
    yield _change(call, application, "readiness", application.readiness, Readiness.RETIRED)


def _change(call: PhaseCall, application: Application, name: str, before: str | None, after: str) -> ApplicationChange:
    return ApplicationChange(
        id=call.new_id(),
        application_id=application.id,
        field=name,
        before=before,
        after=after,
        by=call.by,
        reason=call.input.comment,
        flow_id=call.flow_id,
    )


def _left(call: PhaseCall, kept: Sequence[str]) -> Iterator[Warning]:
    names = names_of(call)
    for id in kept:
        yield Warning("LEFT_OUT", f"{names.get(id, id)} goes on.", details={"applicationId": id})
