"""Reading tasks and artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, case, cast, func, literal
from sqlalchemy.dialects.postgresql import array

from domain.artifact import Artifact, ArtifactVersion, KnownArtifact, KnownVersion
from domain.artifacts.listing import (
    ArtifactsOfFlow,
    TaskListing,
    Tasks,
    TasksOfArtifact,
    TasksOfFlow,
    VersionsOfArtifact,
)
from domain.planning.plan import Priority
from domain.task import ENDED, Task
from persistence.artifacts import COLUMNS, CURRENT
from persistence.reads.source import Rows, Source, among, downwards, made_of, rows_of, same, upwards
from persistence.tables import artifact_versions as versions
from persistence.tables import artifacts, tasks

TASKS = rows_of(Task, tasks)
ARTIFACTS = Rows(
    table=CURRENT,
    columns=COLUMNS,
    id=artifacts.c.id,
    tenant=artifacts.c.engagement_id,
    make=made_of(Artifact),
)

KNOWN = replace(ARTIFACTS, columns=tuple(c for c in COLUMNS if c.name != "content"), make=made_of(KnownArtifact))
VERSIONS = rows_of(ArtifactVersion, versions)
KNOWN_VERSIONS = replace(
    VERSIONS, columns=tuple(c for c in VERSIONS.columns if c.name != "content"), make=made_of(KnownVersion)
)

_ENDED = tuple(str(status) for status in ENDED)
_NEVER = 2**31 - 1
_RANKS = {str(priority): rank for rank, priority in enumerate(Priority)}

# Whole numbers, because a place in a list is made of them: nought while something is left to do; the day it is due, and
# what has none last; URGENT first.
_left: ColumnElement[int] = case((tasks.c.status.in_(_ENDED), 1), else_=0).label("left")
_day: ColumnElement[int] = func.coalesce(
    cast(tasks.c.due_on - cast(literal("2000-01-01"), Date), Integer), literal(_NEVER, Integer), type_=Integer
).label("day")
_rank: ColumnElement[int] = case(_RANKS, value=tasks.c.priority, else_=len(_RANKS)).label("rank")
_IN_ORDER = upwards(_left, _day, _rank, tasks.c.id)


def _filtered(listing: TaskListing) -> Iterable[ColumnElement[bool]]:
    yield from among(tasks.c.status, listing.statuses)
    yield from same(tasks.c.flow_id, listing.flow_id)
    yield from same(tasks.c.assigned_to, listing.assigned_to)
    if listing.due_before is not None:
        yield tasks.c.due_on < listing.due_before


def _about(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    return tasks.c.artifact_ids.op("@>")(array([parent]))


ROWS: dict[type, Rows] = {
    Task: TASKS,
    Artifact: ARTIFACTS,
    KnownArtifact: KNOWN,
    ArtifactVersion: VERSIONS,
    KnownVersion: KNOWN_VERSIONS,
}

SOURCES: dict[type, Source] = {
    Tasks: Source(rows=TASKS, order=_IN_ORDER, where=_filtered),
    TasksOfFlow: Source(
        rows=TASKS, order=_IN_ORDER, belongs=lambda parent, _: tasks.c.flow_id == parent, where=_filtered
    ),
    TasksOfArtifact: Source(rows=TASKS, order=_IN_ORDER, belongs=lambda parent, _: _about(parent)),
    ArtifactsOfFlow: Source(
        rows=KNOWN,
        order=downwards(artifacts.c.created_at, artifacts.c.id),
        belongs=lambda parent, _: artifacts.c.flow_id == parent,
        where=lambda listing: among(artifacts.c.kind, listing.kinds),
    ),
    VersionsOfArtifact: Source(
        rows=KNOWN_VERSIONS,
        order=downwards(versions.c.version),
        belongs=lambda parent, _: versions.c.artifact_id == parent,
    ),
}
