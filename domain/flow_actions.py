"""What actions do to a flow and its workflow: pure decisions, one for each kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.customer_success.workflow import CustomerWorkflow
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flow_state import Stamp
from domain.saved_action import (
    ActionExecution,
    EscalateParameters,
    Parameters,
    ScheduleParameters,
    SkipParameters,
    SnoozeParameters,
)
from domain.task import Task
from domain.task_edit import new_task
from domain.transition import FlowStatus

# Longer than this nobody means to sleep.
LONGEST_SLEEP = timedelta(days=366)
_ENDED = frozenset({FlowStatus.COMPLETED, FlowStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Acted:
    """What an action came to: the flow, the workflow where it changed, the task that was made."""

    flow: Flow
    workflow: CustomerWorkflow | None = None
    task: Task | None = None


def act(flow: Flow, workflow: CustomerWorkflow, wanted: Parameters, stamp: Stamp, timezone: str) -> Acted:
    """That action, or Refused where the flow does not allow it."""
    match wanted:
        case SnoozeParameters():
            return Acted(flow.snooze(wakes_at(wanted, stamp.at, timezone), stamp, wanted.reason))
        case SkipParameters():
            return Acted(flow.skip(wanted.step, stamp, wanted.reason))
        case EscalateParameters():
            return _escalated(flow, workflow, wanted)
        case ScheduleParameters():
            return _scheduled(flow, workflow, wanted, stamp)


def _escalated(flow: Flow, workflow: CustomerWorkflow, wanted: EscalateParameters) -> Acted:
    """Once is enough: who takes it over from him takes over how urgent it is."""
    _require_open(flow, "escalated")
    # What a later change of the configuration does not name stays as it is there.
    after = replace(flow, configuration={**flow.configuration, "assignedTo": wanted.to})
    return Acted(after, replace(workflow, assigned_to=wanted.to, escalated_to=wanted.to))


def _scheduled(flow: Flow, workflow: CustomerWorkflow, wanted: ScheduleParameters, stamp: Stamp) -> Acted:
    _require_open(flow, "scheduled for")
    task = new_task(
        wanted.title.strip(),
        stamp,
        flow_id=flow.id,
        due_on=wanted.due_on,
        assigned_to=wanted.assigned_to or workflow.assigned_to,
    )
    return Acted(flow, task=task)


def _require_open(flow: Flow, verb: str) -> None:
    if flow.status in _ENDED:
        message = f"A workflow that is {flow.status.lower()} cannot be {verb}."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")


def wakes_at(wanted: SnoozeParameters, now: datetime, timezone: str) -> datetime:
    """When it wakes; a date begins at midnight where the engagement is."""
    if wanted.until is None:
        return now + timedelta(days=wanted.days or 1)
    at = _moment(wanted.until, timezone)
    if at <= now:
        raise refuse(ErrorCode.INVALID_INPUT, "until: This time has passed. Give a later one.", "parameters", "until")
    if at > now + LONGEST_SLEEP:
        message = f"until: A workflow sleeps for at most {LONGEST_SLEEP.days} days."
        raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "parameters", "until")
    # Only now: at the first and last hours of the calendar there is no such time elsewhere.
    return at.astimezone(UTC)


def _moment(text: str, timezone: str) -> datetime:
    if len(text) == len("2026-11-30"):
        return datetime.combine(date.fromisoformat(text), time.min, ZoneInfo(timezone))
    return datetime.fromisoformat(text)


def recorded(acted: Acted, before: Flow, execution: ActionExecution, stamp: Stamp) -> Flow:
    """The flow with the event that tells of the execution; one version later, whatever the action changed."""
    changed = [[type(execution).__name__, execution.id], ["KnownFlow", before.id]]
    event = Event(EventKind.CHILD_CHANGED, stamp.at, None, {"changed": changed})
    if acted.flow.version > before.version:
        return replace(acted.flow, events=(*acted.flow.events, event))
    return acted.flow.note(stamp, event)
