from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.planning.calendar import Blackout, Dates, WorkingCalendar, calendar_days

CHRISTMAS = WorkingCalendar((date(2026, 12, 25), date(2027, 1, 1), date(2026, 12, 26)))
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(WorkingCalendar, st.lists(DAYS, max_size=40).map(tuple))


def test_working_days_go_over_the_end_of_the_year_without_holidays_and_weekends() -> None:
    # Thursday the 24th, Monday the 28th to Thursday the 31st, Monday the 4th.
    assert CHRISTMAS.working_days(date(2026, 12, 24), date(2027, 1, 4)) == 6
    assert CHRISTMAS.add(date(2026, 12, 24), 5) == date(2027, 1, 4)
    assert CHRISTMAS.add(date(2027, 1, 4), -5) == date(2026, 12, 24)
    assert calendar_days(date(2026, 12, 24), date(2027, 1, 4)) == 12


def test_a_day_off_stands_for_the_working_day_that_follows() -> None:
    assert CHRISTMAS.add(date(2026, 12, 25), 0) == date(2026, 12, 28)
    assert CHRISTMAS.add(date(2026, 12, 29), 0) == date(2026, 12, 29)
    assert [CHRISTMAS.works(date(2026, 12, day)) for day in (24, 25, 26, 27, 28)] == [True, False, False, False, True]


def test_no_days_lie_between_a_day_and_an_earlier_one() -> None:
    assert CHRISTMAS.working_days(date(2027, 1, 4), date(2026, 12, 24)) == 0


def test_a_leap_day_is_a_day() -> None:
    assert WorkingCalendar().working_days(date(2028, 2, 28), date(2028, 3, 1)) == 3


def test_a_plan_that_starts_on_a_day_off_counts_from_the_next_working_day() -> None:
    dates = Dates(CHRISTMAS, date(2026, 12, 25))

    assert [dates.day(number) for number in (0, 1, 4)] == [date(2026, 12, 28), date(2026, 12, 29), date(2027, 1, 4)]
    assert dates.number(date(2026, 12, 24)) == -1


def test_blackouts_take_the_working_days_between_their_first_and_last() -> None:
    dates = Dates(CHRISTMAS, date(2026, 12, 21))
    freeze = Blackout(date(2026, 12, 24), date(2027, 1, 3))
    weekend = Blackout(date(2027, 1, 9), date(2027, 1, 10))

    assert dates.closed([freeze, weekend]) == ((3, 8),)


def test_a_blackout_that_ends_before_it_starts_is_no_blackout() -> None:
    with pytest.raises(ValueError, match="ends no earlier"):
        Blackout(date(2027, 1, 2), date(2027, 1, 1))


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_numbers_count_the_days_that_one_would_count_by_hand(calendar: WorkingCalendar, first: date, span: int) -> None:
    days = [first + timedelta(days=offset) for offset in range(span + 1)]
    worked = [day for day in days if day.weekday() < 5 and day not in calendar.holidays]

    assert calendar.working_days(first, days[-1]) == len(worked)
    assert [calendar.day(calendar.number(first) + index) for index in range(len(worked))] == worked
    assert [day for day in days if calendar.works(day)] == worked
