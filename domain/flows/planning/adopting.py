"""Making a plan the one in force: the applications in its waves become PLANNED, whatever plan held them before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.application import Application, ApplicationChange, Readiness
from domain.definition import PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.flow import Flow
from domain.flows.planning.executing import refuse_in_execution
from domain.flows.planning.revised import changed
from domain.phase import PhaseStatus
from domain.planning.plan import Timeline, TimelineStatus
from domain.transition import STATE, FlowStatus

_PLANNABLE = frozenset({Readiness.READY_FOR_PLANNING, Readiness.PLANNED, Readiness.IN_ASSESSMENT})
# What happens to these is no plan's any more.
_UNDER_WAY = frozenset({Readiness.MIGRATING, Readiness.MIGRATED, Readiness.RETIRED})
_PATH = ("flowId",)


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """Another plan that holds applications now."""

    flow_id: str
    name: str
    holds: frozenset[str]
    timeline: Timeline | None


def require_finished(flow: Flow) -> None:
    """Raise NOT_READY, naming what is missing, unless the plan is completed and nothing of it is stale."""
    problems = []
    if flow.status is not FlowStatus.COMPLETED:
        where = f" at {flow.active.key}" if flow.active else ""
        message = f"The plan is {STATE[flow.status]}{where}; it can be adopted once it is completed."
        problems.append(Problem(ErrorCode.NOT_READY, message, _PATH))
    for state in flow.phases:
        if state.status is PhaseStatus.STALE:
            message = f"{state.key} is STALE: run it again, or keep it as it is, before the plan is adopted."
            problems.append(Problem(ErrorCode.NOT_READY, message, _PATH))
    if problems:
        raise Refused(problems)


def require_current(changes: Sequence[Warning]) -> None:
    """Raise NOT_READY, naming what the plan used and is not any more so: that may not have made it STALE yet."""
    if changes:
        raise Refused(Problem(ErrorCode.NOT_READY, f"{each.message} Plan anew first.", _PATH) for each in changes)


def adopt(call: PhaseCall, name: str, others: Sequence[PlanInForce], reason: str | None) -> tuple[Any, ...]:
    """Applications, their history and timelines as they are once that plan is in force; nothing where it is already."""
    plan = call.portfolio.plan
    placed = frozenset(each.application_id for each in plan.placed)
    problems = tuple(_problems(call, placed))
    if problems:
        raise Refused(problems)
    adopting = _Adopting(call, name, {each.flow_id: each.name for each in others}, reason)
    values = [value for each in call.portfolio.applications for value in adopting.settled(each, each.id in placed)]
    taken = frozenset(value.id for value in values if isinstance(value, Application))
    timelines = [_with_status(call, plan.timeline, TimelineStatus.ACTIVE)]
    timelines += [
        _with_status(call, each.timeline, TimelineStatus.SUPERSEDED) for each in others if each.holds <= taken
    ]
    return (*values, *(value for timeline in timelines for value in timeline))


def leave_force(call: PhaseCall) -> tuple[Any, ...]:
    """Applications given back but what has begun to move; the timeline of a plan that then holds none is superseded."""
    held = (each for each in call.portfolio.applications if each.planned_by == call.flow_id)
    values = tuple(value for application in held for value in _given_back(application, call))
    freed = {value.id for value in values if isinstance(value, Application)}
    scope = {each.id: each for each in call.portfolio.applications}
    holds = any(each.planned_by == call.flow_id and each.id not in freed for each in scope.values())
    # A plan that only leaves some applications out is called with those alone.
    ends = scope.keys() >= set(call.configuration.application_ids)
    timeline = call.portfolio.plan.timeline
    if holds or not ends or timeline is None or timeline.status is not TimelineStatus.ACTIVE:
        return values
    return (*values, *_with_status(call, timeline, TimelineStatus.SUPERSEDED))


def _given_back(application: Application, call: PhaseCall) -> Iterator[Application | ApplicationChange]:
    free = replace(application, planned_by=None, version=application.version + 1)
    if application.readiness is Readiness.PLANNED:
        yield replace(free, readiness=Readiness.READY_FOR_PLANNING)
        yield ApplicationChange(
            id=call.new_id(),
            application_id=application.id,
            field="readiness",
            before=application.readiness,
            after=Readiness.READY_FOR_PLANNING,
            by=call.by,
            flow_id=call.flow_id,
        )
    elif application.readiness_before is Readiness.PLANNED:
        yield replace(free, readiness_before=Readiness.READY_FOR_PLANNING)
    elif application.readiness not in _UNDER_WAY:
        yield free


def refuse_in_force(call: PhaseCall) -> tuple[Any, ...]:
    """A plan that holds applications, or is carried out, is not deleted."""
    refuse_in_execution(call)
    held = sum(each.planned_by == call.flow_id for each in call.portfolio.applications)
    if held:
        held_said = "1 application" if held == 1 else f"{held} applications"
        message = f"The plan is in force for {held_said}. Adopt another plan for them, then delete this one."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, *_PATH)
    return ()


def _problems(call: PhaseCall, placed: frozenset[str]) -> Iterator[Problem]:
    if not placed:
        yield Problem(ErrorCode.NOT_READY, "No application is in a wave of the plan.", _PATH)
    for each in call.portfolio.applications:
        if each.id in placed and each.readiness not in _PLANNABLE | _UNDER_WAY:
            message = f"{each.name} is {each.readiness}; take it out of its wave, or make it READY_FOR_PLANNING again."
            yield Problem(ErrorCode.NOT_READY, message, _PATH)


def _with_status(call: PhaseCall, timeline: Timeline | None, status: TimelineStatus) -> tuple[Timeline, ...]:
    if timeline is None or timeline.status is status:
        return ()
    changes = changed(call, "status")
    return (replace(timeline, status=status, last_change=changes, version=timeline.version + 1),)


@dataclass(frozen=True, slots=True)
class _Adopting:
    """What an application becomes; `names` are those of the plans in force, by their flows."""

    call: PhaseCall
    name: str
    names: dict[str, str]
    reason: str | None

    def settled(self, application: Application, placed: bool) -> tuple[Application | ApplicationChange, ...]:  # noqa: FBT001
        """As the plan says it; nothing where it stands so already, or what happens to it is no plan's any more."""
        if application.readiness in _UNDER_WAY:
            return ()
        if placed:
            return self._moved(application, self.call.flow_id, Readiness.PLANNED)
        if application.planned_by == self.call.flow_id:
            return self._moved(application, None, Readiness.READY_FOR_PLANNING)
        return ()

    def _moved(
        self, application: Application, holder: str | None, readiness: Readiness
    ) -> tuple[Application | ApplicationChange, ...]:
        """What is being assessed stays so, and is that afterwards."""
        if application.readiness is Readiness.IN_ASSESSMENT:
            moved = replace(application, readiness_before=readiness, planned_by=holder)
        else:
            moved = replace(application, readiness=readiness, planned_by=holder)
        if moved == application:
            return ()
        return replace(moved, version=application.version + 1), *self._history(application, moved)

    def _history(self, before: Application, after: Application) -> Iterator[ApplicationChange]:
        if before.readiness is not after.readiness:
            yield self._change(before, "readiness", before.readiness, after.readiness)
        if before.planned_by != after.planned_by:
            yield self._change(before, "plan", self._plan(before.planned_by), self._plan(after.planned_by))

    def _plan(self, flow_id: str | None) -> str | None:
        return self.name if flow_id == self.call.flow_id else self.names.get(flow_id or "")

    def _change(self, application: Application, field: str, before: str | None, after: str | None) -> ApplicationChange:
        return ApplicationChange(
            id=self.call.new_id(),
            application_id=application.id,
            field=field,
            before=before,
            after=after,
            by=self.call.by,
            reason=self.reason,
            flow_id=self.call.flow_id,
        )
