"""How an artifact comes to be, gets its versions, and becomes tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from domain.artifact import Artifact, ArtifactKind
from domain.artifacts.background import Background
from domain.artifacts.contents import Checked, check, size
from domain.errors import ErrorCode, Problem, Refused, StaleVersion, refuse, shown_time
from domain.flow_state import Stamp
from domain.given import Checking
from domain.planning.plan import Priority
from domain.ports import Shapes
from domain.source import Source
from domain.task import Task
from domain.task_edit import new_task

LONGEST_TITLE = 300
LONGEST_STEP = 80
LARGEST_METADATA = 64 << 10
# Where the server says in an artifact's metadata what is to be looked at.
WARNINGS = "warnings"


@dataclass(frozen=True, slots=True)
class ArtifactGiven:
    """An artifact as a person has it: a new one, or one more version of the one of that id.

    Of `step` and `metadata` only what `given` names is changed; null clears.
    """

    flow_id: str
    kind: ArtifactKind
    title: str
    content: Any
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """An artifact's new version, and what is to be said of it."""

    artifact: Artifact
    warnings: tuple[str, ...] = ()


def save(given: ArtifactGiven, before: Artifact | None, known: Background, shapes: Shapes, stamp: Stamp) -> Saved:
    """The next version as the person says, or Refused with everything that is wrong; the same again is no version."""
    if before is not None:
        _expect(before, given)
    checking = Checking()
    title = checking.needed(given.title, "title", longest=LONGEST_TITLE)
    step = _step(given, before, known, checking)
    metadata = _metadata(given, before, checking)
    checked = _content(given, known, shapes, checking)
    checking.done()
    told = metadata | ({WARNINGS: list(checked.warnings)} if checked.warnings else {})
    after = _version(given, before, stamp, title=title, step=step, content=checked.content, metadata=told)
    if before is not None and replace(after, version=before.version, **_stamped(before)) == before:
        return Saved(before)
    return Saved(after, checked.warnings)


def _version(given: ArtifactGiven, before: Artifact | None, stamp: Stamp, **parts: Any) -> Artifact:
    stamped = {"source": Source.USER, "updated_by": stamp.by, "updated_at": stamp.at, **parts}
    if before is not None:
        return replace(before, version=before.version + 1, **stamped)
    return Artifact(
        id=stamp.new_id(),
        flow_id=given.flow_id,
        kind=given.kind,
        created_by=stamp.by,
        created_at=stamp.at,
        **stamped,
    )


def _stamped(before: Artifact) -> dict[str, Any]:
    return {name: getattr(before, name) for name in ("source", "updated_by", "updated_at")}


def _expect(before: Artifact, given: ArtifactGiven) -> None:
    if given.expected_version not in (None, before.version):
        details = {
            "expectedVersion": given.expected_version,
            "currentVersion": before.version,
            "changedBy": before.updated_by,
            "changedAt": shown_time(before.updated_at),
            "changed": ["artifact"],
        }
        raise StaleVersion("artifact", details)
    if given.flow_id != before.flow_id:
        raise refuse(ErrorCode.INVALID_INPUT, "An artifact stays in the flow that it was made in.", "flowId")
    if given.kind is not before.kind:
        message = f"This artifact is a {before.kind} and stays one. Save another kind as a new artifact."
        raise refuse(ErrorCode.INVALID_INPUT, message, "kind")


def _step(given: ArtifactGiven, before: Artifact | None, known: Background, checking: Checking) -> str | None:
    if "step" not in given.given:
        return before.step if before else None
    step = checking.text(given.given["step"], "step", longest=LONGEST_STEP)
    check_step(step, known, checking)
    return step


def check_step(step: str | None, known: Background, checking: Checking) -> None:
    """A step is a phase of the flow."""
    keys = [phase.key for phase in known.flow.phases]
    if step is not None and step not in keys:
        message = f"This flow has no step {step}. Its steps are {', '.join(keys)}."
        checking.wrong(message, "step", code=ErrorCode.NOT_FOUND)


def _metadata(given: ArtifactGiven, before: Artifact | None, checking: Checking) -> dict[str, Any]:
    if "metadata" not in given.given:
        held = dict(before.metadata) if before else {}
        held.pop(WARNINGS, None)
        return held
    metadata = given.given["metadata"]
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        checking.wrong("Metadata are an object of keys and values.", "metadata")
        return {}
    if size(metadata) > LARGEST_METADATA:
        message = f"Metadata hold at most {LARGEST_METADATA:,} bytes of JSON."
        checking.wrong(message, "metadata", code=ErrorCode.LIMIT_EXCEEDED)
    # What the server warns of is its own to say.
    return {key: value for key, value in metadata.items() if key != WARNINGS}


def _content(given: ArtifactGiven, known: Background, shapes: Shapes, checking: Checking) -> Checked:
    try:
        return check(given.kind, given.content, known, shapes)
    except Refused as refused:
        checking.problems.extend(refused.problems)
        return Checked(None)


# ── recommendations become tasks


def tasks_of(artifact: Artifact, positions: Sequence[int] | None, made: Iterable[Task], stamp: Stamp) -> list[Task]:
    """A task for each of the items at these positions, of all without them, in their order.

    What became a task before is that task: there is never a second one.
    """
    if artifact.kind is not ArtifactKind.RECOMMENDATIONS:
        message = f"Tasks are made of RECOMMENDATIONS; this artifact is a {artifact.kind}."
        raise refuse(ErrorCode.INVALID_INPUT, message, "artifactId")
    items: list[Any] = artifact.content["items"]
    wanted = list(dict.fromkeys(range(len(items)) if positions is None else positions))
    wrong = [place for place, position in enumerate(positions or ()) if not 0 <= position < len(items)]
    if wrong:
        message = f"There is no recommendation at this position; they are counted from 0, and there are {len(items)}."
        raise Refused(Problem(ErrorCode.INVALID_INPUT, message, ("items", str(place))) for place in wrong)
    before = {task.origin_item: task for task in made}
    return [before.get(items[index]["key"]) or _task(artifact, items[index], stamp) for index in wanted]


def _task(artifact: Artifact, item: Mapping[str, Any], stamp: Stamp) -> Task:
    why = "\n\n".join(text for name in ("description", "reason") if (text := item.get(name)))
    due = item.get("dueOn")
    return new_task(
        item["title"],
        stamp,
        flow_id=artifact.flow_id,
        description=why or None,
        priority=Priority(item.get("priority") or Priority.MEDIUM),
        due_on=date.fromisoformat(due) if due else None,
        assigned_to=item.get("assignedTo"),
        artifact_ids=(artifact.id,),
        origin_artifact_id=artifact.id,
        origin_item=item["key"],
    )
