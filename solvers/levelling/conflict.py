"""Which pins, dates and pools cannot be kept together, down to the last one that matters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from domain.errors import ErrorCode, Problem, Refused
from domain.planning.project import Activity, Pool, Project
from solvers.levelling.board import lay_out
from solvers.levelling.model import Effort, possible

SECONDS = 10.0
# Deterministic work for each question whether something is still in conflict.
WORK = 0.1


@dataclass(frozen=True, slots=True)
class Demanded:
    """One thing that is asked, in words, and the project without it."""

    said: str
    activity: str | None
    lifted: Callable[[Project], Project]


def conflict(project: Project) -> Problem:
    """Of a project that has no schedule: a set of demands without any one of which there would be one.

    By deletion: what can be lifted without mending it had no part in it. What time does not allow to try stays named.
    """
    end = time.monotonic() + SECONDS
    kept: list[Demanded] = []
    for demanded in list(_demanded(project)):
        lifted = demanded.lifted(project)
        if time.monotonic() < end and not _possible(lifted, end):
            project = lifted
        else:
            kept.append(demanded)
    told = "; ".join(each.said for each in kept)
    activities = [each.activity for each in kept if each.activity]
    return Problem(ErrorCode.INFEASIBLE, f"These cannot be kept together: {told}.", details={"activities": activities})


def _possible(project: Project, end: float) -> bool:
    """True also where it cannot be told in time: only what is proven to have no part is left out."""
    try:
        board = lay_out(project)
    except Refused:
        return False
    return possible(board, Effort(WORK, max(0.1, end - time.monotonic()))) is not False


def _demanded(project: Project) -> Iterator[Demanded]:
    for pool in sorted(project.pools, key=lambda each: each.id):
        yield Demanded(f"{pool.title} gives {pool.said(pool.units)} a day{_when(project, pool)}", None, _without(pool))
    for activity in sorted(project.activities, key=lambda each: each.id):
        if activity.pinned is not None:
            pinned = f"{activity.title} is pinned to {project.said(activity.pinned)}"
            yield Demanded(pinned, activity.id, _freed(activity, pinned=True))
        if activity.finish_by is not None:
            done = f"{activity.title} is to be done before {project.said(activity.finish_by)}"
            yield Demanded(done, activity.id, _freed(activity, pinned=False))


def _when(project: Project, pool: Pool) -> str:
    begin = "" if not pool.available_from else f" from {project.said(pool.available_from)} on"
    return begin if pool.available_until is None else f"{begin} before {project.said(pool.available_until)}"


def _without(pool: Pool) -> Callable[[Project], Project]:
    """Nobody asks anything of it any more."""

    def lifted(project: Project) -> Project:
        activities = tuple(
            replace(each, demands=tuple(demand for demand in each.demands if demand.pool != pool.id))
            for each in project.activities
        )
        return replace(project, activities=activities)

    return lifted


def _freed(activity: Activity, *, pinned: bool) -> Callable[[Project], Project]:
    """Its pin, or its latest finish, is lifted."""

    def lifted(project: Project) -> Project:
        activities = tuple(
            each if each.id != activity.id else replace(each, pinned=None) if pinned else replace(each, finish_by=None)
            for each in project.activities
        )
        return replace(project, activities=activities)

    return lifted
