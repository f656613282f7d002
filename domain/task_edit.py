"""What people and flows do to tasks: made, edited, completed, skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.errors import ErrorCode, Problem, Refused, StaleVersion, shown_time
from domain.flow_state import Stamp
from domain.given import Checking
from domain.task import MOVES, Task, TaskStatus

LONGEST_TITLE = 300
LONGEST_NOTE = 4_000
MOST_ARTIFACTS = 100
# What null clears; of the others null says nothing.
_CLEARED = frozenset({"description", "due_on", "assigned_to", "artifact_ids"})


@dataclass(frozen=True, slots=True)
class TaskGiven:
    """A task as a person has it: a new one, or the one of that id.

    Of all but the title, `given` names what he says something of: what it does not name stays as it is.
    """

    title: str
    id: str | None = None
    flow_id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class TaskAction:
    """Complete it, or skip it."""

    id: str
    note: str | None = None
    expected_version: int | None = None


def new_task(title: str, stamp: Stamp, **more: Any) -> Task:
    """One that nobody has done anything about."""
    return Task(stamp.new_id(), title, stamp.by, stamp.at, stamp.by, stamp.at, **more)


def save_task(given: TaskGiven, before: Task | None, stamp: Stamp) -> Task:
    """The task as the person says, or Refused with everything that is wrong; before itself where nothing differs."""
    if before is not None:
        expect(before, given.expected_version)
    checking = Checking()
    wanted = _read(given, checking)
    if before is not None and given.flow_id not in (None, before.flow_id):
        checking.wrong("A task stays in the flow that it was made in. Make another one there.", "flowId")
    status: TaskStatus | None = wanted.pop("status", None)
    start = before or new_task("", stamp, flow_id=given.flow_id)
    if status not in (None, start.status) and (problem := _refusal(start.status, status)):
        checking.problems.append(problem)
    checking.done()
    after = _moved(replace(start, **wanted), status or start.status, stamp)
    if before is None or after == before:
        return after
    return _changed(after, before, stamp)


def complete(task: Task, command: TaskAction, stamp: Stamp) -> Task:
    """Done."""
    return _ended(task, TaskStatus.COMPLETED, command, stamp)


def skip(task: Task, command: TaskAction, stamp: Stamp) -> Task:
    """Not to be done; the note says why."""
    return _ended(task, TaskStatus.SKIPPED, command, stamp)


def _ended(task: Task, status: TaskStatus, command: TaskAction, stamp: Stamp) -> Task:
    expect(task, command.expected_version)
    checking = Checking()
    note = checking.text(command.note, "note", longest=LONGEST_NOTE)
    if problem := _refusal(task.status, status):
        checking.problems.append(problem)
    checking.done()
    noted = replace(task, note=note or task.note)
    return _changed(_moved(noted, status, stamp), task, stamp)


def expect(task: Task, version: int | None) -> None:
    """StaleVersion when somebody else changed it since that version."""
    if version not in (None, task.version):
        details = {
            "expectedVersion": version,
            "currentVersion": task.version,
            "changedBy": task.updated_by,
            "changedAt": shown_time(task.updated_at),
            "changed": ["task"],
        }
        raise StaleVersion("task", details)


def require_version_of_saved(given: TaskGiven) -> None:
    """A version is one of something that is there."""
    if given.id is None and given.expected_version is not None:
        message = "A new task has no version yet; leave this out."
        raise Refused([Problem(ErrorCode.INVALID_INPUT, message, ("expectedVersion",))])


def _refusal(status: TaskStatus, to: TaskStatus | None) -> Problem | None:
    if to is None or to in MOVES[status]:
        return None
    allowed = [str(each) for each in MOVES[status]]
    message = f"A task that is {status} does not become {to}. It can become {', '.join(allowed)}."
    return Problem(ErrorCode.INVALID_TRANSITION, message, ("status",), {"allowed": allowed})


def _moved(task: Task, status: TaskStatus, stamp: Stamp) -> Task:
    if status is task.status:
        return task
    done = status is TaskStatus.COMPLETED
    return replace(task, status=status, completed_at=stamp.at if done else None)


def _changed(after: Task, before: Task, stamp: Stamp) -> Task:
    return replace(after, version=before.version + 1, updated_by=stamp.by, updated_at=stamp.at)


def _read(given: TaskGiven, checking: Checking) -> dict[str, Any]:
    said = {name: value for name, value in given.given.items() if value is not None or name in _CLEARED}
    wanted = {"title": checking.needed(given.title, "title", longest=LONGEST_TITLE), **said}
    if "description" in said:
        wanted["description"] = checking.text(said["description"], "description", longest=10_000)
    if "assigned_to" in said:
        wanted["assigned_to"] = checking.text(said["assigned_to"], "assignedTo")
    if "artifact_ids" in said:
        wanted["artifact_ids"] = tuple(dict.fromkeys(said["artifact_ids"] or ()))
        if len(wanted["artifact_ids"]) > MOST_ARTIFACTS:
            message = f"A task is about at most {MOST_ARTIFACTS} artifacts."
            checking.wrong(message, "artifactIds", code=ErrorCode.LIMIT_EXCEEDED)
    return wanted
