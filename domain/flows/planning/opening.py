"""Starting a plan: everything that is wrong with its configuration at once; and what ending one gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.application import Application, Readiness
from domain.decision import Decision, Strategy
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.planning.configuration import BlackoutPeriod, MoveGroup, PlanningConfiguration
from domain.given import LONGEST_TEXT

MOST_APPLICATIONS = 1_000
LEAST_DURATION_DAYS, MOST_DURATION_DAYS = 30, 3_650
MOST_BLACKOUTS = 200
LONGEST_NAME = 200
PLANNABLE = frozenset({Readiness.READY_FOR_PLANNING, Readiness.PLANNED})
# A plan further away than so many years is a slip of the pen.
HORIZON_YEARS = 10

_PATH = ("configuration", "planning")
_WHOLE = 100
_DECIMALS = 6


def open_plan(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong. Nothing changes: applications are PLANNED once a plan is adopted."""
    problems = tuple(_Opening(call, call.configuration).problems())
    if problems:
        raise Refused(problems)
    return ()


@dataclass(frozen=True, slots=True)
class _Opening:
    call: PhaseCall
    wanted: PlanningConfiguration

    def problems(self) -> Iterator[Problem]:
        yield from self._applications()
        yield from self._numbers()
        yield from self._days()
        yield from self._groups()

    def _applications(self) -> Iterator[Problem]:
        ids = self.wanted.application_ids
        if not 1 <= len(ids) <= MOST_APPLICATIONS:
            message = f"A plan takes 1 to {MOST_APPLICATIONS:,} applications; these are {len(ids):,}."
            yield _wrong(message, "applicationIds")
        found = {each.id: each for each in self.call.portfolio.applications}
        decisions = {each.application_id: each for each in self.call.portfolio.accepted}
        seen: set[str] = set()
        for index, id in enumerate(ids):
            path = ("applicationIds", str(index))
            if id in seen:
                yield _wrong("It is named twice.", *path)
            elif id not in found:
                yield _problem(ErrorCode.NOT_FOUND, "There is no such application.", *path)
            elif why := _unready(found[id], decisions.get(id)):
                yield _problem(ErrorCode.NOT_READY, f"{found[id].name} {why}", *path)
            seen.add(id)

    def _numbers(self) -> Iterator[Problem]:
        wanted = self.wanted
        if wanted.max_apps_per_wave < 1:
            yield _wrong("A wave takes at least 1 application.", "maxAppsPerWave")
        if not LEAST_DURATION_DAYS <= wanted.wave_duration_limit_days <= MOST_DURATION_DAYS:
            message = f"A wave may last {LEAST_DURATION_DAYS} to {MOST_DURATION_DAYS:,} days."
            yield _wrong(message, "waveDurationLimitDays")
        if not _is_percentage(wanted.contingency_percentage):
            message = f"The contingency is 0 to {_WHOLE} percent, with at most {_DECIMALS} decimals."
            yield _wrong(message, "contingencyPercentage")
        if wanted.max_parallel_waves < 1:
            yield _wrong("At least 1 wave runs at a time.", "maxParallelWaves")

    def _days(self) -> Iterator[Problem]:
        if self.wanted.starts_on is not None:
            yield from self._far(self.wanted.starts_on, "startsOn")
        if len(self.wanted.blackouts) > MOST_BLACKOUTS:
            yield _wrong(f"A plan has at most {MOST_BLACKOUTS} blackouts.", "blackouts")
        for index, blackout in enumerate(self.wanted.blackouts):
            yield from self._blackout(blackout, "blackouts", str(index))

    def _blackout(self, blackout: BlackoutPeriod, *path: str) -> Iterator[Problem]:
        yield from self._far(blackout.starts_on, *path, "startsOn")
        yield from self._far(blackout.ends_on, *path, "endsOn")
        if blackout.ends_on < blackout.starts_on:
            message = f"A blackout ends no earlier than it starts, on {blackout.starts_on}."
            yield _wrong(message, *path, "endsOn")
        if blackout.reason is not None and len(blackout.reason) > LONGEST_TEXT:
            yield _wrong(f"This takes at most {LONGEST_TEXT:,} characters.", *path, "reason")

    def _far(self, day: date, *path: str) -> Iterator[Problem]:
        today = self.call.as_of
        if abs(day.year - today.year) > HORIZON_YEARS:
            yield _wrong(f"{day} is more than {HORIZON_YEARS} years away.", *path)

    def _groups(self) -> Iterator[Problem]:
        group_of: dict[str, int] = {}
        members = frozenset(self.wanted.application_ids)
        for index, group in enumerate(self.wanted.move_groups):
            path = ("moveGroups", str(index))
            yield from _named(group, *path)
            if not group.application_ids:
                yield _wrong("A move group has at least 1 application.", *path, "applicationIds")
            yield from self._members(index, group_of, members)
            yield from self._too_large(group, index)

    def _members(self, index: int, group_of: dict[str, int], members: frozenset[str]) -> Iterator[Problem]:
        group = self.wanted.move_groups[index]
        names = {each.id: each.name for each in self.call.portfolio.applications}
        for place, id in enumerate(group.application_ids):
            path = ("moveGroups", str(index), "applicationIds", str(place))
            if id not in members:
                yield _wrong("This application is not in the plan.", *path)
            elif id in group.application_ids[:place]:
                yield _wrong("It is named twice.", *path)
            elif group_of.setdefault(id, index) != index:
                other = _called(self.wanted.move_groups, group_of[id])
                yield _wrong(f"{names.get(id, id)} is in {other} already; groups are disjoint.", *path)

    def _too_large(self, group: MoveGroup, index: int) -> Iterator[Problem]:
        size, most = len(set(group.application_ids)), self.wanted.max_apps_per_wave
        if 1 <= most < size:
            called = _called(self.wanted.move_groups, index)
            message = f"{called[0].upper()}{called[1:]} has {size} applications; a wave takes at most {most}."
            yield _problem(ErrorCode.INFEASIBLE, message, "moveGroups", str(index))


def _unready(application: Application, decision: Decision | None) -> str | None:
    """Why it cannot be planned, to be read after its name; None where it can."""
    if application.readiness not in PLANNABLE:
        return _UNREADY[application.readiness]
    if decision is None:
        return "has no accepted decision: accept one in an assessment, or set its readiness with one."
    if decision.strategy is Strategy.RETIRE:
        return "is to be retired: it is decommissioned, not moved."
    if decision.strategy is Strategy.RETAIN:
        return "stays where it is: its decision is RETAIN."
    return None


_UNREADY = {
    Readiness.DISCOVERED: "has not been assessed.",
    Readiness.NOT_READY: "is not ready: it has not been assessed.",
    Readiness.READY_FOR_ASSESSMENT: "has not been assessed.",
    Readiness.IN_ASSESSMENT: "is in an assessment that has not ended.",
    Readiness.MIGRATING: "is being migrated.",
    Readiness.MIGRATED: "has been migrated.",
    Readiness.RETIRED: "has been retired.",
    Readiness.RETAINED: "stays where it is: its decision is RETAIN.",
}


def _is_percentage(value: Decimal) -> bool:
    if not value.is_finite() or not 0 <= value <= _WHOLE:
        return False
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMALS


def _named(group: MoveGroup, *path: str) -> Iterator[Problem]:
    name = group.name
    if name is not None and not (name.strip() and len(name) <= LONGEST_NAME and name.isprintable()):
        yield _wrong(f"A name has 1 to {LONGEST_NAME} printable characters.", *path, "name")


def _called(groups: Sequence[MoveGroup], index: int) -> str:
    return f"the move group {groups[index].name or index + 1}"


def _wrong(message: str, *path: str) -> Problem:
    return _problem(ErrorCode.INVALID_INPUT, message, *path)


def _problem(code: ErrorCode, message: str, *path: str) -> Problem:
    return Problem(code, message, (*_PATH, *path))
