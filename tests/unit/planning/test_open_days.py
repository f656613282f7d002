from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.planning.days import OpenDays

RANGES = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 6)).map(lambda at: (at[0], sum(at))), max_size=6)
OPEN = RANGES.map(lambda ranges: OpenDays(tuple(ranges)))


def test_work_rests_over_closed_days() -> None:
    days = OpenDays(((3, 5), (8, 9)))

    assert list(days.pieces(1, 6)) == [(1, 3), (5, 8), (9, 10)]
    assert days.finish(1, 6) == 10
    assert days.latest_start(10, 6) == 1
    assert days.first(3) == 5


def test_work_that_ends_before_a_closed_day_is_done_before_it() -> None:
    days = OpenDays(((3, 5),))

    assert (days.finish(1, 2), days.latest_start(5, 2), days.earliest_start(4, 2)) == (3, 1, 2)


def test_ranges_that_overlap_or_touch_are_one() -> None:
    assert OpenDays(((7, 9), (1, 3), (2, 4), (4, 5), (6, 6))).closed == ((1, 5), (7, 9))


def test_what_takes_no_day_starts_and_ends_at_once_on_an_open_day() -> None:
    days = OpenDays(((3, 5),))

    assert (days.finish(2, 0), days.latest_start(4, 0), days.earliest_start(4, 0)) == (2, 2, 5)


@given(OPEN, st.integers(0, 40), st.integers(1, 12))
def test_work_takes_the_next_open_days(days: OpenDays, day: int, duration: int) -> None:
    opened = [number for number in range(-40, 120) if not any(first <= number < end for first, end in days.closed)]
    worked = [number for number in opened if number >= day][:duration]

    start = days.first(day)

    assert start == worked[0]
    assert [number for first, end in days.pieces(start, duration) for number in range(first, end)] == worked
    assert days.finish(start, duration) == worked[-1] + 1
    assert days.latest_start(day, duration) == max(each for each in opened if days.finish(each, duration) <= day)
    assert days.earliest_start(day, duration) == min(each for each in opened if days.finish(each, duration) >= day)
