from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import ErrorCode, Refused
from domain.planning.calendar import Blackout, WorkingCalendar
from domain.planning.checking.timelines import check_timeline
from domain.planning.levelling import Budget, Levelled
from domain.planning.project import Project
from domain.planning.timeline import TimelineDraft, levelled_timeline, plain_timeline
from domain.planning.wave_phases import WavePhase, phase_days, wave_days
from domain.planning.wave_request import (
    ActivityChange,
    PlannedWave,
    TimelinePool,
    TimelineRequest,
    activity_id,
)
from solvers.levelling.search import solve

ENGINEERS = TimelinePool("e", "Engineers", Decimal(16))
MONDAY = date(2026, 12, 7)
PILOT = PlannedWave(1, "Pilot", 3, {"e": Decimal(160)}, pilot=True)
SECOND = PlannedWave(2, "Wave 2", 5, {"e": Decimal(400)})
REQUEST = TimelineRequest(MONDAY, (PILOT, SECOND), (ENGINEERS,))


class Searching:
    """The product's search, without the process around it."""

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        assert not cancelled()
        answer = solve((project, budget))
        if isinstance(answer, Levelled):
            return answer
        raise Refused(answer)


def levelled(request: TimelineRequest) -> TimelineDraft:
    return levelled_timeline(request, Searching(), Budget(3.0), lambda: False)


def bars(draft: TimelineDraft, wave: int) -> list[tuple[str, str, int]]:
    return [(str(bar.starts_on), str(bar.ends_on), bar.working_days) for bar in draft.bars if bar.wave == wave]


def refused(request: TimelineRequest) -> list[str]:
    with pytest.raises(Refused) as caught:
        levelled(request)
    return [f"{problem.code}: {problem.message}" for problem in caught.value.problems]


def pinned(id: str, day: date, working_days: int | None = None) -> TimelineRequest:
    return replace(REQUEST, changes={id: ActivityChange(day, working_days)})


def test_a_wave_lasts_as_long_as_the_pool_that_needs_most_and_at_least_twenty_days() -> None:
    assert wave_days([]) == 20
    assert wave_days([(Decimal(320), Decimal(16)), (Decimal(0), Decimal(0))]) == 20
    assert wave_days([(Decimal(320), Decimal(16)), (Decimal("320.01"), Decimal(16))]) == 21


@pytest.mark.parametrize(
    ("days", "phases"), [(20, [4, 6, 6, 3, 1]), (25, [5, 8, 7, 4, 1]), (27, [5, 9, 8, 4, 1]), (33, [7, 10, 9, 5, 2])]
)
def test_phases_end_at_their_share_of_the_days_half_up(days: int, phases: list[int]) -> None:
    assert list(phase_days(days).values()) == phases


def test_waves_follow_each_other_and_hypercare_lies_beside_the_next() -> None:
    draft = plain_timeline(REQUEST)

    assert bars(draft, 1) == [
        ("2026-12-07", "2026-12-10", 4),
        ("2026-12-11", "2026-12-18", 6),
        ("2026-12-21", "2026-12-28", 6),
        ("2026-12-29", "2026-12-31", 3),
        ("2027-01-01", "2027-01-01", 1),
        ("2027-01-04", "2027-01-15", 10),
    ]
    assert bars(draft, 2)[0] == ("2027-01-04", "2027-01-08", 5)
    assert bars(draft, 2)[-1] == ("2027-02-08", "2027-02-19", 10)
    assert (draft.starts_on, draft.ends_on, draft.resource_feasible) == (MONDAY, date(2027, 2, 19), True)
    assert check_timeline(REQUEST, draft) == ()


def test_the_critical_path_goes_from_wave_to_wave_and_hypercare_floats() -> None:
    draft = plain_timeline(REQUEST)

    hypercare = next(bar for bar in draft.bars if bar.id == activity_id(1, WavePhase.HYPERCARE))
    assert draft.critical_path == tuple(bar.id for bar in draft.bars if bar.id != hypercare.id)
    assert (hypercare.float_days, hypercare.critical) == (25, False)
    assert hypercare.latest_finish == date(2027, 2, 19)
    assert hypercare.predecessors == (activity_id(1, WavePhase.CLOSURE),)


def test_holidays_stop_all_work_and_blackouts_only_what_moves() -> None:
    request = replace(
        REQUEST,
        calendar=WorkingCalendar((date(2026, 12, 25), date(2027, 1, 1))),
        blackouts=(Blackout(date(2026, 12, 23), date(2027, 1, 5), "Year end"),),
    )

    draft = plain_timeline(request)

    # Two migration days before the freeze, four after it.
    assert bars(draft, 1)[2:5] == [
        ("2026-12-21", "2027-01-11", 6),
        ("2027-01-12", "2027-01-14", 3),
        ("2027-01-15", "2027-01-15", 1),
    ]
    assert check_timeline(request, draft) == ()


def test_milestones_are_the_pilot_the_cut_overs_half_and_all() -> None:
    draft = plain_timeline(REQUEST)

    assert [(each.number, each.name, str(each.date)) for each in draft.milestones] == [
        (1, "Cut-over of Pilot", "2026-12-28"),
        (2, "Pilot complete", "2027-01-01"),
        (3, "Cut-over of Wave 2", "2027-01-29"),
        (4, "Half of the portfolio migrated", "2027-01-29"),
        (5, "All applications migrated", "2027-01-29"),
    ]


def test_half_is_reached_with_the_first_cut_over_that_moves_at_least_half() -> None:
    draft = plain_timeline(replace(REQUEST, waves=(replace(PILOT, applications=5), SECOND)))

    assert [str(each.date) for each in draft.milestones if each.name.startswith("Half")] == ["2026-12-28"]


def test_while_some_are_in_no_wave_neither_half_nor_all_is_reached_too_early() -> None:
    request = replace(REQUEST, portfolio=17)

    draft = plain_timeline(request)

    assert [(each.name, str(each.date)) for each in draft.milestones][2:] == [
        ("Cut-over of Wave 2", "2027-01-29"),
        ("Last cut-over", "2027-01-29"),
    ]
    assert draft.milestones[-1].description == "8 of 17 applications run in the target."
    assert check_timeline(request, draft) == ()
    assert check_timeline(REQUEST, draft) == ("All is migrated on another day than the last cut-over.",)


def test_a_wave_without_applications_takes_no_time() -> None:
    request = replace(REQUEST, waves=(PILOT, replace(SECOND, applications=0)))

    assert {bar.wave for bar in plain_timeline(request).bars} == {1}
    assert check_timeline(request, plain_timeline(request)) == ()


def test_two_waves_at_once_share_a_pool_without_over_booking_it() -> None:
    request = replace(REQUEST, max_parallel_waves=2)

    plain, draft = plain_timeline(request), levelled(request)

    assert (plain.ends_on, plain.resource_feasible) == (date(2027, 1, 22), False)
    assert (draft.ends_on, draft.resource_feasible) == (date(2027, 2, 19), True)
    assert draft.levelled is not None
    assert draft.levelled.proven
    assert check_timeline(request, draft) == ()
    assert check_timeline(request, replace(plain, resource_feasible=True)) != ()


def test_two_waves_at_once_with_people_enough_need_no_levelling() -> None:
    enough = replace(ENGINEERS, hours_per_day=Decimal(32))
    waves = (PILOT, SECOND, replace(SECOND, number=3, name="Wave 3", hours={"e": Decimal(160)}))
    request = replace(REQUEST, waves=waves, pools=(enough,), max_parallel_waves=2)

    draft = levelled(request)

    assert [str(bar.starts_on) for bar in draft.bars if bar.phase is WavePhase.DESIGN] == [
        "2026-12-07",
        "2026-12-07",
        "2027-01-04",
    ]
    assert draft.levelled is not None
    assert (draft.levelled.seconds, draft.levelled.proven, check_timeline(request, draft)) == (0.0, True, ())


def test_a_wave_cuts_over_no_earlier_than_the_one_it_needs() -> None:
    needs = replace(SECOND, number=2, hours={}, after=(1,))
    first = replace(PILOT, hours={"e": Decimal(480)})
    request = replace(REQUEST, waves=(first, needs), max_parallel_waves=2)

    cut_overs = {bar.wave: bar.ends_on for bar in levelled(request).bars if bar.phase is WavePhase.MIGRATION}

    assert cut_overs == {1: date(2027, 1, 7), 2: date(2027, 1, 7)}


def test_waves_that_need_each_other_out_of_order_are_refused() -> None:
    request = replace(REQUEST, waves=(replace(PILOT, after=(2,)), SECOND))

    ring = "Pilot: migration, Pilot: validation, Pilot: closure, Wave 2: design, Wave 2: preparation, Wave 2: migration"
    assert refused(request) == [f"INFEASIBLE: Each waits for the others: {ring}."]


def test_a_wave_waits_for_its_date_and_for_its_pool() -> None:
    later = replace(ENGINEERS, available_from=date(2026, 12, 21))
    request = replace(REQUEST, waves=(PILOT, replace(SECOND, not_before=date(2027, 1, 30))), pools=(later,))

    draft = levelled(request)

    assert (bars(draft, 1)[0][0], bars(draft, 2)[0][0]) == ("2026-12-21", "2027-02-01")
    assert check_timeline(request, draft) == ()


def test_a_pool_that_leaves_too_early_is_named() -> None:
    gone = replace(ENGINEERS, available_until=date(2027, 1, 31))

    assert refused(replace(REQUEST, pools=(gone,))) == [
        (
            "INFEASIBLE: Wave 2: validation lasts until 2027-02-04 at the earliest, "
            "but Engineers, which it and 1 more activity need, is there only before 2027-02-01."
        )
    ]


def test_a_pinned_activity_starts_on_its_day_and_all_that_follows_moves_with_it() -> None:
    request = pinned(activity_id(1, WavePhase.MIGRATION), date(2026, 12, 28), 3)

    draft = levelled(request)

    assert bars(draft, 1)[2:4] == [("2026-12-28", "2026-12-30", 3), ("2026-12-31", "2027-01-04", 3)]
    assert [bar.name for bar in draft.bars if bar.pinned] == ["Pilot: migration"]
    assert check_timeline(request, draft) == ()


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (
            pinned(activity_id(2, WavePhase.DESIGN), date(2026, 12, 30)),
            (
                "Wave 2: design is pinned to 2026-12-30, but cannot start before 2027-01-04: "
                "Pilot: closure lasts until 2027-01-01."
            ),
        ),
        (
            pinned(activity_id(1, WavePhase.DESIGN), date(2026, 12, 4)),
            "Pilot: design is pinned to 2026-12-04, but cannot start before 2026-12-07: the plan starts then.",
        ),
        (
            pinned(activity_id(1, WavePhase.MIGRATION), date(2027, 1, 2)),
            "Pilot: migration is pinned to 2027-01-02, which is no working day.",
        ),
        (
            replace(
                pinned(activity_id(1, WavePhase.MIGRATION), date(2027, 1, 4)),
                blackouts=(Blackout(date(2027, 1, 4), date(2027, 1, 8)),),
            ),
            "Pilot: migration is pinned to 2027-01-04, on which nothing may move.",
        ),
        (
            replace(REQUEST, changes={activity_id(2, WavePhase.DESIGN): ActivityChange(working_days=2)}),
            "Wave 2: design needs 40 hours a day of Engineers, which gives 16 hours.",
        ),
        (
            replace(REQUEST, waves=(replace(PILOT, hours={"e": Decimal("1e9")}),)),
            "The waves need 62500000 working days one after the other, more than 26000.",
        ),
        (
            replace(REQUEST, blackouts=(Blackout(MONDAY, date.max),)),
            "A blackout ends on 9999-12-31, over 100 years after the plan's start.",
        ),
        (replace(REQUEST, pools=()), "Pilot needs 160 hours of e, which is no pool of the plan."),
    ],
)
def test_what_cannot_be_is_refused_and_says_what_it_collides_with(request_: TimelineRequest, why: str) -> None:
    assert refused(request_)[0] == f"INFEASIBLE: {why}"


def test_an_activity_of_no_days_is_refused() -> None:
    request = replace(REQUEST, changes={activity_id(1, WavePhase.DESIGN): ActivityChange(working_days=0)})

    assert refused(request) == [f"{ErrorCode.INVALID_INPUT}: An activity lasts at least one working day."]


def test_a_change_of_an_activity_that_is_no_longer_there_is_left_alone() -> None:
    gone = {activity_id(9, WavePhase.DESIGN): ActivityChange(date(2026, 12, 25), 0), "what": ActivityChange(MONDAY)}

    assert plain_timeline(replace(REQUEST, changes=gone)) == plain_timeline(REQUEST)
