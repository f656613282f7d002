"""The timeline of a plan, its dates worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import Refused
from domain.flows.planning.configuration import BlackoutPeriod
from domain.flows.planning.results import TimelineGenerated
from domain.flows.planning.timeline import WrongTimeline, require_right
from domain.flows.planning.timeline_request import timeline_request
from domain.planning.choices import ActivityChoice, PlanChoices, WaveChoice
from domain.planning.ports import SolveCancelled
from domain.planning.timeline import plain_timeline
from domain.planning.waves.problem import Move
from domain.source import Source
from tests.unit.planning.flow.driving import TODAY, Planning, needs, plan, pool

PHASE = "timeline_generation"
ENOUGH = ("architect", "database", "test", "lead")


def two_waves(**configuration: Any) -> Planning:
    """Three applications of 100 hours move first, then one: 150 and 50 hours of engineers, who give six a day."""
    pools = (pool("engineer", 6), *(pool(role, 40) for role in ENOUGH))
    usual = {"max_apps_per_wave": 3, "hours": 100, "pools": pools}
    return plan("a", "b", "c", "d", **{**usual, **configuration})


def chosen(planning: Planning, **choices: Any) -> Planning:
    held = PlanChoices("flow", "flow", **choices)
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, choices=held))
    return planning


def dates(planning: Planning, wave: int) -> list[tuple[str, str, int]]:
    rows = sorted(planning.plan.activities, key=lambda each: each.number)
    return [(str(e.starts_on), str(e.ends_on), e.working_days) for e in rows if e.key.startswith(f"{wave:04}-")]


def refused(planning: Planning) -> list[str]:
    before = planning.plan
    with pytest.raises(Refused) as caught:
        planning.run(PHASE)
    assert planning.plan == before
    return [f"{problem.code}: {problem.message}" for problem in caught.value.problems]


def test_a_wave_lasts_as_long_as_the_pool_that_needs_most() -> None:
    """150 hours at six a day are 25 days, in parts of 5, 8, 7, 4 and 1; 50 hours are nine, so twenty."""
    planning = two_waves().through(PHASE)

    assert planning.results[PHASE] == TimelineGenerated(TODAY, date(2026, 11, 23), date(2027, 2, 5), 12, 5, True)
    assert dates(planning, 1) == [
        ("2026-11-23", "2026-11-27", 5),
        ("2026-11-30", "2026-12-09", 8),
        ("2026-12-10", "2026-12-18", 7),
        ("2026-12-21", "2026-12-24", 4),
        ("2026-12-25", "2026-12-25", 1),
        ("2026-12-28", "2027-01-08", 10),
    ]
    assert dates(planning, 2) == [
        ("2026-12-28", "2026-12-31", 4),
        ("2027-01-01", "2027-01-08", 6),
        ("2027-01-11", "2027-01-18", 6),
        ("2027-01-19", "2027-01-21", 3),
        ("2027-01-22", "2027-01-22", 1),
        ("2027-01-25", "2027-02-05", 10),
    ]


def test_only_the_first_hypercare_floats_and_the_critical_path_is_the_rest() -> None:
    planning = two_waves().through(PHASE)

    rows = {each.key: each for each in planning.plan.activities}
    floats = {key: row.float_days for key, row in rows.items() if row.float_days}
    assert floats == {"0001-5-hypercare": 20}
    assert (rows["0001-5-hypercare"].critical, rows["0001-5-hypercare"].latest_finish) == (False, date(2027, 2, 5))
    timeline = planning.plan.timeline
    assert timeline is not None
    assert timeline.critical_path == tuple(rows[key].id for key in sorted(rows) if key != "0001-5-hypercare")
    assert rows["0002-0-design"].predecessors == (rows["0001-4-closure"].id,)
    assert (timeline.source, timeline.resource_feasible, timeline.optimality_gap) == (Source.RULES, True, 0.0)


def test_the_milestones_and_the_waves_have_the_timelines_dates() -> None:
    planning = two_waves().through(PHASE)

    assert [(each.number, each.name, str(each.day)) for each in planning.plan.milestones] == [
        (1, "Cut-over of Pilot", "2026-12-18"),
        (2, "Half of the portfolio migrated", "2026-12-18"),
        (3, "Pilot complete", "2026-12-25"),
        (4, "Cut-over of Wave 2", "2027-01-18"),
        (5, "All applications migrated", "2027-01-18"),
    ]
    assert [(str(w.starts_on), str(w.cut_over_on), str(w.ends_on)) for w in planning.plan.waves] == [
        ("2026-11-23", "2026-12-18", "2026-12-25"),
        ("2026-12-28", "2027-01-18", "2027-01-22"),
    ]


def test_holidays_stop_all_work_and_a_blackout_what_moves() -> None:
    """Of the seven migration days two lie before the freeze, and nobody works on the holidays."""
    frozen = BlackoutPeriod(date(2026, 12, 14), date(2026, 12, 16))
    planning = two_waves(blackouts=(frozen,), settings={"holidays": ["2026-12-25", "2027-01-01"]})

    planning.through(PHASE)

    assert dates(planning, 1)[2:] == [
        ("2026-12-10", "2026-12-23", 7),
        ("2026-12-24", "2026-12-30", 4),
        ("2026-12-31", "2026-12-31", 1),
        ("2027-01-04", "2027-01-15", 10),
    ]


def test_a_wave_that_a_person_dated_waits_for_its_date() -> None:
    planning = chosen(two_waves(), waves=(WaveChoice(2, starts_on=date(2027, 1, 16)),)).through(PHASE)

    assert dates(planning, 2)[0] == ("2027-01-18", "2027-01-21", 4)


def test_what_a_person_set_of_an_activity_is_kept_by_every_run() -> None:
    planning = two_waves().through(PHASE)
    pinned = ActivityChoice("0001-2-migration", date(2026, 12, 21), 10)

    chosen(planning, activities=(pinned, ActivityChoice("0002-0-design", percent_complete=40))).run(PHASE)

    rows = {each.key: each for each in planning.plan.activities}
    assert dates(planning, 1)[2] == ("2026-12-21", "2027-01-01", 10)
    assert (rows["0001-2-migration"].pinned, rows["0002-0-design"].percent_complete) == (True, 40)
    assert planning.plan.timeline is not None
    assert planning.plan.timeline.source is Source.USER


def test_waves_side_by_side_share_a_pool_without_over_booking_it() -> None:
    planning = two_waves(max_parallel_waves=2).through(PHASE)

    timeline = planning.plan.timeline
    assert timeline is not None
    # Both would start at once were it not for the engineers, of whom the first wave needs all.
    assert (timeline.resource_feasible, timeline.ends_on) == (True, date(2027, 2, 5))
    assert planning.codes(PHASE) == []
    assert plain_timeline(timeline_request(planning.call(PHASE))).resource_feasible is False


def test_a_wave_cuts_over_no_earlier_than_what_it_needs() -> None:
    pools = tuple(pool(role, 400 if role != "engineer" else 12) for role in ("engineer", *ENOUGH))
    planning = plan(
        *"abcd", hours=200, pools=pools, max_apps_per_wave=3, max_parallel_waves=2, dependencies=[needs("d", "a")]
    )
    chosen(planning, activities=(ActivityChoice("0001-2-migration", working_days=30),)).through(PHASE)

    cut_overs = {wave.number: wave.cut_over_on for wave in planning.plan.waves}
    request = timeline_request(planning.call(PHASE))
    assert [wave.after for wave in request.waves] == [(), (1,)]
    assert cut_overs[2] is not None
    assert cut_overs[1] is not None
    assert cut_overs[2] >= cut_overs[1]


def test_what_a_person_moved_behind_those_who_need_it_is_dated_and_told() -> None:
    planning = plan(*"abcd", max_apps_per_wave=3, dependencies=[needs("a", "d")])
    chosen(planning, moves=(Move("a", 1), Move("d", 2))).through(PHASE)

    assert [(str(wave.cut_over_on)) for wave in planning.plan.waves] == ["2026-12-14", "2027-01-11"]
    assert planning.codes(PHASE) == ["DEPENDENCY_BROKEN"]
    assert planning.warnings[PHASE][0].details == {"waves": [{"wave": 1, "needs": 2}]}


def test_a_pool_that_leaves_too_early_is_refused_in_words() -> None:
    planning = two_waves(pools=(pool("engineer", 6, available_until=date(2027, 1, 5)), *map(pool, ENOUGH)))
    planning.through("resource_allocation")

    assert refused(planning) == [
        (
            "INFEASIBLE: Wave 2: preparation lasts until 2027-01-08 at the earliest, "
            "but Engineer pool, which it and 3 more activities need, is there only before 2027-01-06."
        )
    ]


def test_a_pin_on_a_holiday_is_refused_in_words() -> None:
    planning = two_waves(settings={"holidays": ["2026-12-25"]}).through("resource_allocation")
    chosen(planning, activities=(ActivityChoice("0001-2-migration", date(2026, 12, 25)),))

    assert refused(planning) == [
        "INFEASIBLE: Pilot: migration is pinned to 2026-12-25, which is no working day.",
    ]


def test_another_run_keeps_ids_and_what_did_not_change() -> None:
    planning = two_waves(max_parallel_waves=2).through(PHASE)
    before = planning.plan

    planning.run(PHASE)

    assert planning.plan == before


def test_what_is_gone_is_removed_and_the_rest_keeps_its_ids() -> None:
    planning = two_waves().through(PHASE)
    before = {each.key: each.id for each in planning.plan.activities}
    chosen(planning, moves=(Move("d", None),)).through(PHASE)

    after = {each.key: each.id for each in planning.plan.activities}
    assert after == {key: id for key, id in before.items() if key.startswith("0001")}
    assert [each.name for each in planning.plan.milestones] == [
        "Cut-over of Pilot",
        "Half of the portfolio migrated",
        "Last cut-over",
        "Pilot complete",
    ]
    assert planning.plan.milestones[2].description == "3 of 4 applications run in the target."
    assert planning.plan.timeline is not None
    assert planning.plan.timeline.version == 2
    assert planning.plan.timeline.last_change is not None


def test_what_the_dates_do_not_count_is_told() -> None:
    planning = two_waves(pools=(pool("engineer", 60),))
    chosen(planning, waves=(WaveChoice(7, name="Later", added=True),), activities=(ActivityChoice("0007-0-design"),))

    planning.through(PHASE)

    assert planning.codes(PHASE) == ["EMPTY_WAVE", "HOURS_WITHOUT_POOL", "CHOICE_LEFT_OUT"]
    assert planning.warnings[PHASE][1].details["hours"] == "200.00"


def test_two_waves_of_one_name_can_be_told_apart() -> None:
    names = (WaveChoice(1, name="Same"), WaveChoice(2, name="Same"))
    planning = chosen(two_waves(), waves=names).through(PHASE)

    assert [each.name for each in planning.plan.milestones if each.name.startswith("Cut")] == [
        "Cut-over of Same (1)",
        "Cut-over of Same (2)",
    ]


def test_a_run_that_is_no_longer_wanted_ends_in_the_middle_of_levelling() -> None:
    planning = two_waves(max_parallel_waves=2).through("resource_allocation")
    planning.ports.stopped = True

    with pytest.raises(SolveCancelled):
        planning.run(PHASE)


def test_a_wrong_timeline_is_never_saved() -> None:
    planning = two_waves().through("resource_allocation")
    request = timeline_request(planning.call(PHASE))
    draft = plain_timeline(request)
    wrong = replace(draft, bars=(replace(draft.bars[0], working_days=3), *draft.bars[1:]))

    with pytest.raises(WrongTimeline, match="Pilot: design lasts 3 working days, but has 5"):
        require_right(request, wrong)


def test_a_plan_in_which_nothing_moves_has_no_activities() -> None:
    planning = chosen(two_waves(), moves=tuple(Move(each, None) for each in "abcd")).through(PHASE)

    assert (planning.plan.activities, planning.plan.milestones) == ((), ())
    assert planning.results[PHASE].activities == 0


def test_the_hours_that_a_person_gave_decide_the_length() -> None:
    planning = two_waves().through("resource_allocation")
    given = tuple(
        replace(each, hours=Decimal(120)) if each.pool_id == "engineer" else each for each in planning.plan.allocations
    )
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, allocations=given))

    planning.run(PHASE)

    assert [days for *_, days in dates(planning, 1)][:5] == [4, 6, 6, 3, 1]


def test_a_wave_that_a_blackout_would_stretch_beyond_its_limit_starts_later() -> None:
    """It moves from 1 to 8 March and closes on the 12th; 40 calendar days before that begin on 1 February."""
    freeze = BlackoutPeriod(date(2026, 12, 1), date(2027, 2, 28), "Freeze")
    planning = plan("a", wave_duration_limit_days=40, blackouts=(freeze,)).through(PHASE)

    (wave,) = planning.plan.waves
    assert wave.starts_on is not None
    assert wave.ends_on is not None
    assert (wave.ends_on - wave.starts_on).days + 1 <= 40
    assert (str(wave.starts_on), str(wave.cut_over_on)) == ("2027-02-01", "2027-03-08")


def test_a_wave_that_a_person_dated_is_stretched_as_he_wants() -> None:
    freeze = BlackoutPeriod(date(2026, 12, 1), date(2027, 2, 28), "Freeze")
    planning = plan("a", wave_duration_limit_days=40, blackouts=(freeze,))

    planning = chosen(planning, waves=(WaveChoice(1, starts_on=date(2026, 12, 1)),)).through(PHASE)

    (wave,) = planning.plan.waves
    assert (str(wave.starts_on), str(wave.cut_over_on)) == ("2026-12-01", "2027-03-08")
