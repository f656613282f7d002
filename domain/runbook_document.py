"""Runbooks and checks in documents: as tables, as work for a tracker, and for tools of analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import count

from domain.check import Check
from domain.document import Cell, Column, ColumnKind, Table, WorkItem, WorkKind
from domain.runbook import RunbookStep

K = ColumnKind
TOGETHER = "All together"
_MINUTES = Decimal(60)
_CENT = Decimal("0.01")

STEP_COLUMNS = (
    Column("number", "Number", K.WHOLE),
    Column("application", "Application"),
    Column("step", "Step", K.LONG_TEXT),
    Column("kind", "Kind"),
    Column("status", "Status"),
    Column("owner", "Owner"),
    Column("plannedMinutes", "Planned minutes", K.WHOLE),
    Column("after", "After"),
    Column("startedAt", "Started", K.MOMENT),
    Column("finishedAt", "Finished", K.MOMENT),
    Column("rollback", "Way back", K.LONG_TEXT),
    Column("note", "Note", K.LONG_TEXT),
    Column("stepId", "Step id"),
)
CHECK_COLUMNS = (
    Column("number", "Number", K.WHOLE),
    Column("subject", "About"),
    Column("check", "Check", K.LONG_TEXT),
    Column("blocking", "Blocking", K.FLAG),
    Column("passed", "Passed", K.FLAG),
    Column("evidence", "Evidence", K.LONG_TEXT),
    Column("checkedBy", "Checked by"),
    Column("checkedAt", "Checked", K.MOMENT),
    Column("checkId", "Check id"),
)


def step_table(key: str, title: str, steps: Sequence[RunbookStep], names: Mapping[str, str]) -> Table:
    """One row a step, in order."""
    return Table(key, title, STEP_COLUMNS, tuple(_step(each, steps, names) for each in steps))


def _step(step: RunbookStep, steps: Sequence[RunbookStep], names: Mapping[str, str]) -> tuple[Cell, ...]:
    numbers = sorted(each.number for each in steps if each.id in step.depends_on)
    return (
        step.number,
        about(step, names),
        step.title,
        step.kind,
        str(step.status),
        step.owner,
        step.planned_minutes,
        ", ".join(str(number) for number in numbers),
        step.started_at,
        step.finished_at,
        step.rollback,
        step.note,
        step.id,
    )


def about(step: RunbookStep, names: Mapping[str, str]) -> str:
    """Which application a step is of, as people call it."""
    return names.get(step.application_id, step.application_id) if step.application_id else TOGETHER


def check_table(key: str, title: str, checks: Iterable[Check]) -> Table:
    """One row a check, in order."""
    return Table(key, title, CHECK_COLUMNS, tuple(_check(each) for each in checks))


def _check(check: Check) -> tuple[Cell, ...]:
    return (
        check.number,
        check.subject,
        check.title,
        check.blocking,
        check.passed,
        check.evidence,
        check.checked_by,
        check.checked_at,
        check.id,
    )


def step_work(steps: Sequence[RunbookStep], names: Mapping[str, str], label: str) -> tuple[WorkItem, ...]:
    """An epic an application, and in it a task a step; what nothing belongs to comes first."""
    numbers = count(1)
    groups = list(dict.fromkeys(about(each, names) for each in steps))
    epics = {
        group: WorkItem(next(numbers), WorkKind.EPIC, group, f"The steps of {group}.", labels=(label,))
        for group in groups
    }
    return (*epics.values(), *_tasks(steps, names, epics, numbers, label))


def _tasks(
    steps: Sequence[RunbookStep],
    names: Mapping[str, str],
    epics: Mapping[str, WorkItem],
    numbers: Iterator[int],
    label: str,
) -> Iterator[WorkItem]:
    titles = {each.id: f"{each.number} {each.title}" for each in steps}
    for step in steps:
        said = [f"Step {step.number}, by {step.owner or 'nobody yet'}."]
        if step.depends_on:
            said.append(f"After: {'; '.join(titles[id] for id in step.depends_on if id in titles)}.")
        if step.rollback:
            said.append(f"Way back: {step.rollback}")
        yield WorkItem(
            number=next(numbers),
            kind=WorkKind.TASK,
            title=step.title,
            description="\n".join(said),
            parent=epics[about(step, names)].number,
            labels=(label, step.kind),
            hours=(Decimal(step.planned_minutes) / _MINUTES).quantize(_CENT),
        )
