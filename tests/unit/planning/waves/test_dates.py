from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.planning.calendar import Blackout, WorkingCalendar
from domain.planning.checking.waves import check_waves
from domain.planning.waves.dates import WaveDates, most_days, wave_dates
from domain.planning.waves.placement import arranged
from domain.planning.waves.problem import WaveLimits, WaveProblem, WaveSetting
from tests.unit.planning.waves.problems import apps

MONDAY = date(2027, 1, 4)
PLAN = WaveProblem(apps("abc"), limits=WaveLimits(1, 30), starts_on=MONDAY)


def test_a_wave_of_twenty_days_takes_four_weeks_and_cuts_over_after_sixteen_days() -> None:
    assert wave_dates(PLAN, {1: 20}) == {1: WaveDates(MONDAY, date(2027, 1, 29), date(2027, 1, 25))}


def test_waves_follow_each_other_and_run_beside_each_other_where_they_may() -> None:
    one_at_a_time = wave_dates(PLAN, {1: 20, 2: 20, 3: 20})
    two = wave_dates(replace(PLAN, limits=WaveLimits(1, 30, parallel_waves=2)), {1: 20, 2: 20, 3: 20})

    assert [each.starts_on for each in one_at_a_time.values()] == [MONDAY, date(2027, 2, 1), date(2027, 3, 1)]
    assert [each.starts_on for each in two.values()] == [MONDAY, MONDAY, date(2027, 2, 1)]


def test_a_wave_waits_until_a_blackout_no_longer_stretches_it_beyond_its_limit() -> None:
    blackout = Blackout(date(2027, 1, 18), date(2027, 1, 29))

    dates = wave_dates(replace(PLAN, blackouts=(blackout,)), {1: 20})[1]

    # Ten days of preparation before the blackout's end, and 30 calendar days in all.
    assert dates.starts_on == date(2027, 1, 14)
    assert dates.cut_over_on == date(2027, 2, 8)
    assert dates.calendar_days == 30


def test_a_short_wave_beside_a_long_one_does_not_cut_over_first() -> None:
    beside = replace(PLAN, limits=WaveLimits(1, 90, parallel_waves=2))

    dates = wave_dates(beside, {1: 40, 2: 20})

    assert dates[1].cut_over_on == date(2027, 2, 16)
    assert dates[2].cut_over_on >= dates[1].cut_over_on
    assert dates[2].starts_on == date(2027, 1, 26)


def test_a_persons_date_is_kept() -> None:
    dated = replace(PLAN, settings=(WaveSetting(2, starts_on=date(2027, 1, 11)),))

    dates = wave_dates(dated, {1: 20, 2: 20})

    assert dates[2].starts_on == date(2027, 1, 11)
    assert [violation.code for violation in check_waves(dated, arranged(dated, {"a": 1, "b": 1, "c": 2}))] == [
        "TOO_MANY",
        "TOO_MANY_AT_ONCE",
    ]


def test_without_a_start_there_are_no_dates() -> None:
    assert wave_dates(replace(PLAN, starts_on=None), {1: 20}) == {}


def test_the_limit_in_calendar_days_holds_so_many_working_days() -> None:
    assert most_days(PLAN) == 22
    assert most_days(replace(PLAN, limits=WaveLimits(1, 90))) == 65
    assert most_days(PLAN, date(2027, 1, 7)) == 22
    assert most_days(PLAN, date(2027, 1, 8)) == 21


DAYS = st.integers(0, 120).map(lambda days: MONDAY + timedelta(days=days))


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 30)), max_size=3),
    st.lists(DAYS, max_size=5),
    st.lists(st.integers(20, 22), min_size=1, max_size=4),
    st.integers(1, 3),
    DAYS,
)
def test_dates_keep_every_limit_whatever_is_in_their_way(
    blackouts: list[tuple[date, int]], holidays: list[date], days: list[int], parallel: int, starts_on: date
) -> None:
    problem = replace(
        PLAN,
        limits=WaveLimits(1, 30, parallel),
        blackouts=tuple(Blackout(first, first + timedelta(days=length)) for first, length in blackouts),
        calendar=WorkingCalendar(tuple(holidays)),
        starts_on=starts_on,
    )

    dates = wave_dates(problem, dict(enumerate(days, 1)))

    assert all(each.calendar_days <= 30 for each in dates.values())
    cut_overs = [each.cut_over_on for each in dates.values()]
    assert cut_overs == sorted(cut_overs)
    placed = arranged(problem, {id: wave for wave, id in zip(dates, "abc", strict=False)})
    assert check_waves(replace(problem, candidates=problem.candidates[: len(dates)]), placed) == ()
