"""Working days and dates: Monday to Friday without holidays, and when nothing may move."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

HOURS_PER_DAY = 8
_WEEK, _WORKING_WEEK = 7, 5


@dataclass(frozen=True, slots=True)
class Blackout:
    """From its first to its last day nothing migrates and nothing cuts over; everything else goes on."""

    starts_on: date
    ends_on: date
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("A blackout ends no earlier than it starts.")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days have numbers without gaps, so that counting days is subtraction; two calendars number differently.

    The first Monday there is, 0001-01-01, is number 0 where it is no holiday.
    """

    holidays: tuple[date, ...] = ()
    # Weekday numbers of the holidays that fall on weekdays, and the working-day number at each.
    _closed: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _number_at: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed = sorted({_weekdays_before(day) for day in self.holidays if day.weekday() < _WORKING_WEEK})
        object.__setattr__(self, "_closed", tuple(closed))
        object.__setattr__(self, "_number_at", tuple(weekday - before for before, weekday in enumerate(closed)))

    def works(self, day: date) -> bool:
        return self.number(day) < self._number_after(day)

    def number(self, day: date) -> int:
        """How many working days lie before that day: the number of the first one on or after it."""
        weekdays = _weekdays_before(day)
        return weekdays - bisect_left(self._closed, weekdays)

    def day(self, number: int) -> date:
        """The working day of that number."""
        return _weekday(number + bisect_right(self._number_at, number))

    def add(self, day: date, working_days: int) -> date:
        """That many working days after the day, or before it; a day off counts as the working day that follows it."""
        return self.day(self.number(day) + working_days)

    def working_days(self, first: date, last: date) -> int:
        """How many there are from the first to the last day inclusive; 0 where they are the other way round."""
        return max(0, self._number_after(last) - self.number(first))

    def _number_after(self, day: date) -> int:
        weekdays = _weekdays_before(day) + (day.weekday() < _WORKING_WEEK)
        return weekdays - bisect_left(self._closed, weekdays)


@dataclass(frozen=True, slots=True)
class Dates:
    """A plan's days, counted from its first working day, and their dates."""

    calendar: WorkingCalendar
    starts_on: date

    def day(self, number: int) -> date:
        return self.calendar.day(self.calendar.number(self.starts_on) + number)

    def number(self, day: date) -> int:
        """Negative before the plan starts; of a day off, the number of the working day that follows."""
        return self.calendar.number(day) - self.calendar.number(self.starts_on)

    def closed(self, blackouts: Iterable[Blackout]) -> tuple[tuple[int, int], ...]:
        """The numbers that blackouts take, as ranges without their ends; those without a working day are left out."""
        ranges = [(self.number(each.starts_on), self._number_after(each.ends_on)) for each in blackouts]
        return tuple((first, end) for first, end in ranges if first < end)

    def _number_after(self, day: date) -> int:
        return self.number(day) + self.calendar.works(day)


def calendar_days(first: date, last: date) -> int:
    """From the first to the last day inclusive, whatever days they are."""
    return (last - first).days + 1


def _weekdays_before(day: date) -> int:
    weeks, weekday = divmod(day.toordinal() - 1, _WEEK)
    return weeks * _WORKING_WEEK + min(weekday, _WORKING_WEEK)


def _weekday(number: int) -> date:
    weeks, weekday = divmod(number, _WORKING_WEEK)
    return date.fromordinal(weeks * _WEEK + weekday + 1)
