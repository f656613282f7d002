"""Runbooks: steps in the order of what they depend on, what people report of them, and the way back."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ErrorCode, Problem


class StepStatus(StrEnum):
    """PENDING, READY and BLOCKED follow from the steps it depends on; the others are reported."""

    PENDING = "PENDING"
    READY = "READY"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    BLOCKED = "BLOCKED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"


S = StepStatus
PASSED = frozenset({S.COMPLETED, S.SKIPPED})
# What stands in the way of all that depends on it.
BROKEN = frozenset({S.FAILED, S.ROLLED_BACK, S.BLOCKED})
# Worked out from the steps before it, never reported.
DERIVED = frozenset({S.PENDING, S.READY, S.BLOCKED})
# Something of it has been done that is not taken back.
BEGUN = frozenset({S.RUNNING, S.COMPLETED, S.FAILED})

# What may be reported of a step, and from where. READY says: it is mended, and to be done again.
REPORTS: Mapping[StepStatus, frozenset[StepStatus]] = MappingProxyType(
    {
        S.READY: frozenset({S.RUNNING, S.FAILED, S.SKIPPED, S.ROLLED_BACK}),
        S.RUNNING: frozenset({S.READY, S.FAILED}),
        S.COMPLETED: frozenset({S.READY, S.RUNNING, S.FAILED}),
        S.SKIPPED: frozenset({S.READY, S.FAILED}),
        S.FAILED: frozenset({S.READY, S.RUNNING}),
        S.ROLLED_BACK: frozenset({S.RUNNING, S.COMPLETED, S.FAILED}),
    }
)


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """One thing that somebody does. `key` is its natural key in the flow, `depends_on` holds ids of other steps.

    `proposed_owner` is whom the rules name; `owner` stands. `rollback` says how it is taken back, None where there is
    nothing to take back.
    """

    id: str
    flow_id: str
    phase: str
    key: str
    number: int
    title: str
    kind: str
    planned_minutes: int
    status: StepStatus = StepStatus.PENDING
    application_id: str | None = None
    component_id: str | None = None
    depends_on: tuple[str, ...] = ()
    proposed_owner: str | None = None
    owner: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    rollback: str | None = None
    note: str | None = None
    reported_by: str | None = None

    @property
    def passed(self) -> bool:
        """What depends on it may begin."""
        return self.status in PASSED


def settled(steps: Iterable[RunbookStep]) -> tuple[RunbookStep, ...]:
    """The same steps with what follows from the reported ones; those before others come first."""
    done: dict[str, RunbookStep] = {}
    for step in in_order(steps):
        before = [done[id].status for id in step.depends_on if id in done]
        done[step.id] = replace(step, status=_following(before)) if step.status in DERIVED else step
    return tuple(done.values())


def _following(before: Sequence[StepStatus]) -> StepStatus:
    if any(status in BROKEN for status in before):
        return S.BLOCKED
    return S.READY if all(status in PASSED for status in before) else S.PENDING


def in_order(steps: Iterable[RunbookStep]) -> list[RunbookStep]:
    """Each step after those it depends on, the smaller number first wherever that leaves a choice."""
    known = {step.id: step for step in steps}
    waiting = {id: {each for each in step.depends_on if each in known} for id, step in known.items()}
    after: dict[str, list[str]] = {id: [] for id in known}
    for id, befores in waiting.items():
        for before in befores:
            after[before].append(id)
    free = [(known[id].number, id) for id, befores in waiting.items() if not befores]
    heapq.heapify(free)
    ordered: list[RunbookStep] = []
    while free:
        _, id = heapq.heappop(free)
        ordered.append(known[id])
        for each in after[id]:
            waiting[each].discard(id)
            if not waiting[each]:
                heapq.heappush(free, (known[each].number, each))
    if len(ordered) < len(known):
        raise ValueError("Steps of a runbook depend on one another in a circle.")
    return ordered


def numbered(steps: Iterable[RunbookStep]) -> tuple[RunbookStep, ...]:
    """The steps in order, counted from 1."""
    return tuple(replace(step, number=number) for number, step in enumerate(in_order(steps), 1))


def rollback_order(steps: Iterable[RunbookStep]) -> tuple[RunbookStep, ...]:
    """What has been begun, in the order in which it is taken back: the reverse of how it was done."""
    return tuple(step for step in reversed(in_order(steps)) if step.status in BEGUN)


def dependents(steps: Iterable[RunbookStep], id: str) -> frozenset[str]:
    """Ids of the steps that need that one, directly or through others."""
    found = {id}
    for step in in_order(steps):
        if not found.isdisjoint(step.depends_on):
            found.add(step.id)
    return frozenset(found - {id})


def longest_minutes(steps: Iterable[RunbookStep]) -> int:
    """How long it takes at least, with everybody at hand: the longest way through the steps that are not left out."""
    ends: dict[str, int] = {}
    for step in in_order(steps):
        begins = max((ends[id] for id in step.depends_on if id in ends), default=0)
        ends[step.id] = begins + (0 if step.status is S.SKIPPED else step.planned_minutes)
    return max(ends.values(), default=0)


def finished(steps: Collection[RunbookStep]) -> bool:
    """All of it is done, or left out with a reason."""
    return bool(steps) and all(step.passed for step in steps)


def taken_back(steps: Collection[RunbookStep]) -> bool:
    """Nothing of it stands: what was begun is rolled back."""
    return all(step.status not in BEGUN for step in steps) and any(s.status is S.ROLLED_BACK for s in steps)


@dataclass(frozen=True, slots=True)
class StepReport:
    """What somebody, or a pipeline, says of a step."""

    status: StepStatus
    owner: str | None = None
    note: str | None = None


def reported(
    steps: Sequence[RunbookStep], id: str, report: StepReport, by: str, at: datetime
) -> tuple[tuple[RunbookStep, ...], tuple[Problem, ...]]:
    """The steps that are otherwise after that report, or everything that is wrong with it.

    The status it has already changes nothing but owner and note, so that a pipeline may say it twice.
    """
    step = next(each for each in steps if each.id == id)
    problems = tuple(_problems(steps, step, report))
    if problems:
        return (), problems
    told = replace(step, owner=report.owner or step.owner, note=report.note or step.note, reported_by=by)
    if report.status is not step.status:
        told = _dated(replace(told, status=S.PENDING if report.status is S.READY else report.status), report.status, at)
    held = {each.id: each for each in steps}
    after = settled((held | {id: told}).values())
    return tuple(each for each in after if held[each.id] != each), ()


def _dated(step: RunbookStep, status: StepStatus, at: datetime) -> RunbookStep:
    if status is S.READY:
        return replace(step, started_at=None, finished_at=None)
    if status is S.RUNNING:
        return replace(step, started_at=at, finished_at=None)
    return replace(step, started_at=step.started_at or at, finished_at=at)


def _problems(steps: Sequence[RunbookStep], step: RunbookStep, report: StepReport) -> Iterable[Problem]:
    wanted = report.status
    if wanted is step.status:
        return
    if step.status not in REPORTS.get(wanted, frozenset()):
        yield _transition(steps, step, wanted)
        return
    if wanted is S.SKIPPED and not (report.note or "").strip():
        yield Problem(ErrorCode.INVALID_INPUT, f"Say why {step.title} is left out.", ("note",))
    if wanted in (S.ROLLED_BACK, S.READY):
        yield from _standing(steps, step, wanted)


def _transition(steps: Sequence[RunbookStep], step: RunbookStep, wanted: StepStatus) -> Problem:
    allowed = [str(status) for status, sources in REPORTS.items() if step.status in sources]
    message = f"{step.title} is {step.status} and cannot be reported {wanted}."
    if wanted in (S.PENDING, S.BLOCKED):
        message = f"{wanted} follows from the steps before it, and is never reported."
    if step.status in (S.PENDING, S.BLOCKED):
        names = ", ".join(each.title for each in steps if each.id in step.depends_on and not each.passed)
        message += f" It waits for: {names}."
    message += f" Allowed now: {', '.join(allowed) or 'nothing'}."
    return Problem(ErrorCode.INVALID_TRANSITION, message, ("status",), {"allowedStatuses": allowed})


def _standing(steps: Sequence[RunbookStep], step: RunbookStep, wanted: StepStatus) -> Iterable[Problem]:
    """The way back is the reverse: nothing is taken back under what rests on it."""
    later = dependents(steps, step.id)
    names = [each.title for each in steps if each.id in later and each.status in BEGUN]
    if names:
        message = f"{step.title} cannot be {wanted} while these stand: {', '.join(names)}. Roll them back first."
        yield Problem(ErrorCode.INVALID_TRANSITION, message, ("status",))
