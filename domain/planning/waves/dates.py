"""When waves run: each as early as its predecessors, its limit, blackouts and the waves beside it let it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.planning.calendar import Dates, calendar_days
from domain.planning.days import OpenDays
from domain.planning.wave_phases import LEAST_DAYS, WavePhase, phase_days
from domain.planning.waves.problem import WaveProblem

_WEEK, _WORKING_WEEK = 7, 5
_LONG_AFTER = 30


@dataclass(frozen=True, slots=True)
class WaveDates:
    """From the first to the last day, hypercare left out; the cut-over is the last migration day."""

    starts_on: date
    ends_on: date
    cut_over_on: date

    @property
    def calendar_days(self) -> int:
        return calendar_days(self.starts_on, self.ends_on)


def most_days(problem: WaveProblem, starts_on: date | None = None) -> int:
    """The most working days a wave may last within the limit, with that start or with the best there is."""
    limit = problem.limits.duration_days
    if starts_on is None:
        return max(LEAST_DAYS, limit // _WEEK * _WORKING_WEEK + min(limit % _WEEK, _WORKING_WEEK))
    clock = _Clock.of(problem, starts_on)
    days = problem.calendar.working_days(starts_on, starts_on + timedelta(days=limit - 1))
    while days > LEAST_DAYS and clock.run(0, days).calendar_days > limit:
        days -= 1
    return max(LEAST_DAYS, days)


def wave_dates(problem: WaveProblem, days: Mapping[int, int]) -> dict[int, WaveDates]:
    """The dates of waves that last so many working days, by number; none without a start of the plan."""
    if problem.starts_on is None:
        return {}
    dating = _Dating(problem, _Clock.of(problem, problem.starts_on))
    settled = {each.number: each.starts_on for each in problem.settings if each.starts_on is not None}
    return {number: dating.next(days[number], settled.get(number)) for number in sorted(days)}


def start_within_limit(problem: WaveProblem, earliest: date, days: int) -> date | None:
    """The first start from that day on with which a wave of so many working days keeps the limit; None without one."""
    if problem.starts_on is None:
        return None
    dating = _Dating(problem, _Clock.of(problem, problem.starts_on))
    first = dating.clock.dates.number(earliest)
    for start in range(first, max(first, dating.quiet_from()) + days + _LONG_AFTER):
        found = dating.clock.run(start, days)
        if found.calendar_days <= problem.limits.duration_days:
            return found.starts_on
    return None


@dataclass(frozen=True, slots=True)
class _Clock:
    """Runs a wave from a day on, counted from the plan's first working day."""

    dates: Dates
    migration: OpenDays

    @classmethod
    def of(cls, problem: WaveProblem, starts_on: date) -> _Clock:
        dates = Dates(problem.calendar, starts_on)
        return cls(dates, OpenDays(dates.closed(problem.blackouts)))

    def run(self, start: int, days: int) -> WaveDates:
        phases = phase_days(days)
        prepared = start + phases[WavePhase.DESIGN] + phases[WavePhase.PREPARATION]
        moved = self.migration.finish(self.migration.first(prepared), phases[WavePhase.MIGRATION])
        end = moved + phases[WavePhase.VALIDATION] + phases[WavePhase.CLOSURE]
        return WaveDates(self.dates.day(start), self.dates.day(end - 1), self.dates.day(moved - 1))


@dataclass(slots=True)
class _Dating:
    """Gives waves their dates in order; a later wave neither starts nor cuts over before an earlier one."""

    problem: WaveProblem
    clock: _Clock
    _given: list[WaveDates] = field(default_factory=list)

    def next(self, days: int, settled: date | None) -> WaveDates:
        """A person's date is kept whatever it collides with."""
        found = self._earliest(days) if settled is None else self.clock.run(self.clock.dates.number(settled), days)
        self._given.append(found)
        return found

    def _earliest(self, days: int) -> WaveDates:
        earliest = self._first_day()
        cut_over = max((each.cut_over_on for each in self._given), default=date.min)
        in_order = None
        for start in range(earliest, max(earliest, self.quiet_from()) + self._patience(days)):
            found = self.clock.run(start, days)
            if found.cut_over_on < cut_over:
                continue
            in_order = in_order or found
            if found.calendar_days <= self.problem.limits.duration_days:
                return found
        return in_order or self.clock.run(earliest, days)

    def _first_day(self) -> int:
        """The day on which fewer waves than may run beside each other are still running."""
        running = sorted((each.ends_on for each in self._given), reverse=True)
        beside = self.problem.limits.parallel_waves
        free = self.clock.dates.number(running[beside - 1] + timedelta(days=1)) if len(running) >= beside else 0
        return max([0, free, *(self.clock.dates.number(each.starts_on) for each in self._given)])

    def quiet_from(self) -> int:
        """The day from which there are neither blackouts nor holidays."""
        last = [each.ends_on for each in self.problem.blackouts] + list(self.problem.calendar.holidays)
        return self.clock.dates.number(max(last)) + 1 if last else 0

    def _patience(self, days: int) -> int:
        """How many starts are tried from then on: a week decides the length, the wave before decides the cut-over."""
        longest = max((calendar_days(each.starts_on, each.ends_on) for each in self._given), default=0)
        return days + longest + _LONG_AFTER
