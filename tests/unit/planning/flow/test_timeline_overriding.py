"""What people set of activities: pins, lengths and progress, in the order that levelling found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import ErrorCode, NotFound, Refused, StaleVersion
from domain.flows.planning.revised import Revised
from domain.flows.planning.timeline import override_activity
from domain.flows.planning.timeline_editing import ActivityGiven
from domain.planning.choices import ActivityChoice
from domain.planning.plan import PlanActivity
from domain.source import Source
from tests.unit.planning.flow.driving import NOW, TODAY, Planning, plan, pool
from tests.unit.planning.flow.test_timeline import PHASE, two_waves


@pytest.fixture
def planning() -> Planning:
    return two_waves().through(PHASE)


def row(planning: Planning, key: str) -> PlanActivity:
    return next(each for each in planning.plan.activities if each.key == key)


def edit(
    planning: Planning, key: str, *, version: int | None = None, rationale: str | None = None, **given: Any
) -> Revised:
    wanted = ActivityGiven(row(planning, key).id, given, rationale)
    return planning.change(PHASE, override_activity, wanted, version)


def refused(planning: Planning, key: str, **given: Any) -> list[tuple[str, tuple[str, ...], str]]:
    before = planning.portfolio
    with pytest.raises(Refused) as caught:
        edit(planning, key, **given)
    assert planning.portfolio == before
    return [(str(each.code), each.path, each.message) for each in caught.value.problems]


def dates(planning: Planning, *keys: str) -> list[tuple[str, str]]:
    return [(str(row(planning, key).starts_on), str(row(planning, key).ends_on)) for key in keys]


def test_a_longer_activity_moves_what_follows_and_the_waves_dates(planning: Planning) -> None:
    edit(planning, "0001-2-migration", working_days=9, rationale="Two data centres.")

    assert dates(planning, "0001-2-migration", "0001-3-validation", "0002-0-design") == [
        ("2026-12-10", "2026-12-22"),
        ("2026-12-23", "2026-12-28"),
        ("2026-12-30", "2027-01-04"),
    ]
    wave = planning.wave(1)
    assert (str(wave.cut_over_on), str(wave.ends_on)) == ("2026-12-22", "2026-12-29")
    assert [str(each.day) for each in planning.plan.milestones if each.name == "Cut-over of Pilot"] == ["2026-12-22"]
    assert planning.results[PHASE].ends_on == date(2027, 2, 9)
    timeline = planning.plan.timeline
    assert timeline is not None
    assert (timeline.source, timeline.version, timeline.optimality_gap) == (Source.USER, 2, None)
    assert (timeline.resource_feasible, planning.codes(PHASE)) == (True, [])
    assert timeline.last_change is not None
    assert (timeline.last_change.by, timeline.last_change.at, timeline.last_change.fields) == (
        "ada",
        NOW,
        ("Pilot: migration: workingDays",),
    )


def test_the_change_is_recorded_chosen_and_learned(planning: Planning) -> None:
    revised = edit(planning, "0001-2-migration", working_days=9, rationale=" Two data centres. ")

    assert planning.plan.choices is not None
    assert planning.plan.choices.activities == (
        ActivityChoice("0001-2-migration", working_days=9, rationale="Two data centres."),
    )
    assert planning.plan.timeline is not None
    assert revised.subject == planning.plan.timeline.id
    before, after = revised.override.before, revised.override.after
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {
        "endsOn": ("2026-12-18", "2026-12-22"),
        "workingDays": (7, 9),
    }
    lesson = planning.lessons[-1]
    assert (lesson.kind, lesson.summary) == (
        "planning.timeline_generation",
        "migration of a wave: 7 working days were planned, 9 chosen: Two data centres.",
    )


def test_a_pinned_activity_starts_on_its_day_and_what_comes_before_floats(planning: Planning) -> None:
    edit(planning, "0002-0-design", starts_on=date(2027, 1, 4))

    assert dates(planning, "0001-4-closure", "0002-0-design") == [
        ("2026-12-25", "2026-12-25"),
        ("2027-01-04", "2027-01-07"),
    ]
    assert (row(planning, "0002-0-design").pinned, row(planning, "0001-4-closure").float_days) == (True, 5)
    timeline = planning.plan.timeline
    assert timeline is not None
    assert timeline.critical_path[0] == row(planning, "0002-0-design").id


def test_a_pin_and_a_length_are_taken_back_by_null_and_left_by_what_is_not_named(planning: Planning) -> None:
    before = planning.plan

    edit(planning, "0002-0-design", starts_on=date(2027, 1, 4), working_days=6)
    edit(planning, "0002-0-design", percent_complete=10)
    held = row(planning, "0002-0-design")
    edit(planning, "0002-0-design", starts_on=None, working_days=None, percent_complete=None)

    assert (held.pinned, held.working_days, held.percent_complete) == (True, 6, 10)
    assert (planning.plan.activities, planning.plan.milestones) == (before.activities, before.milestones)
    assert planning.plan.waves == before.waves
    assert planning.plan.choices is not None
    assert planning.plan.choices.activities == ()
    assert planning.plan.timeline is not None
    assert (planning.plan.timeline.source, planning.plan.timeline.version) == (Source.RULES, 4)


def test_progress_moves_nothing(planning: Planning) -> None:
    before, result = planning.plan, planning.results[PHASE]

    edit(planning, "0001-0-design", percent_complete=30)

    changed = row(planning, "0001-0-design")
    assert (changed.percent_complete, changed.actual_start, changed.actual_end) == (30, TODAY, None)
    assert [each for each in planning.plan.activities if each != changed] == [
        each for each in before.activities if each.key != changed.key
    ]
    assert (planning.plan.waves, planning.plan.milestones, planning.results[PHASE]) == (
        before.waves,
        before.milestones,
        result,
    )
    assert planning.plan.timeline is not None
    assert (planning.plan.timeline.version, planning.plan.timeline.source) == (2, Source.RULES)
    assert planning.plan.timeline.optimality_gap == 0.0
    assert [lesson.kind for lesson in planning.lessons] == ["planning.wave_planning"]


def test_what_is_done_ends_today_and_nought_clears_it(planning: Planning) -> None:
    edit(planning, "0001-0-design", percent_complete=100)
    done = row(planning, "0001-0-design")
    edit(planning, "0001-0-design", percent_complete=90)
    nearly = row(planning, "0001-0-design")
    edit(planning, "0001-0-design", percent_complete=0)
    cleared = row(planning, "0001-0-design")

    told = [(each.percent_complete, each.actual_start, each.actual_end) for each in (done, nearly, cleared)]
    assert told == [(100, TODAY, TODAY), (90, TODAY, None), (0, None, None)]


def test_progress_tells_again_what_was_warned_of(planning: Planning) -> None:
    edit(planning, "0001-0-design", working_days=1)
    assert planning.codes(PHASE) == ["NOT_RESOURCE_FEASIBLE"]

    edit(planning, "0001-0-design", percent_complete=10)

    assert planning.codes(PHASE) == ["NOT_RESOURCE_FEASIBLE"]


def test_too_short_for_its_hours_is_kept_and_told_honestly(planning: Planning) -> None:
    edit(planning, "0001-0-design", working_days=1)

    assert planning.plan.timeline is not None
    assert planning.plan.timeline.resource_feasible is False
    assert planning.results[PHASE].resource_feasible is False
    assert [warning.message for warning in planning.warnings[PHASE]] == [
        "Pools are asked for more than they give: Engineer pool from 2026-11-23."
    ]


def test_another_run_keeps_what_over_books_a_pool_and_tells_it_again(planning: Planning) -> None:
    edit(planning, "0001-0-design", working_days=1)
    before = planning.plan

    planning.run(PHASE)

    assert (planning.plan.activities, planning.codes(PHASE)) == (before.activities, ["NOT_RESOURCE_FEASIBLE"])


def test_another_run_refuses_a_pin_that_what_is_before_it_has_outgrown(planning: Planning) -> None:
    edit(planning, "0002-0-design", starts_on=date(2027, 1, 4))
    planning.settings["holidays"] = [f"2026-12-{day:02}" for day in range(1, 19)]
    before = planning.plan

    with pytest.raises(Refused) as caught:
        planning.run(PHASE)

    assert caught.value.problems[0].message.startswith(
        "Wave 2: design is pinned to 2027-01-04, but cannot start before"
    )
    assert planning.plan == before


def test_a_collision_of_pins_is_refused_and_nothing_changes(planning: Planning) -> None:
    edit(planning, "0002-0-design", starts_on=date(2027, 1, 4))

    assert refused(planning, "0001-2-migration", working_days=20) == [
        (
            "INFEASIBLE",
            ("workingDays",),
            (
                "Wave 2: design is pinned to 2027-01-04, but cannot start before 2027-01-14: "
                "Pilot: closure lasts until 2027-01-13."
            ),
        )
    ]
    assert refused(planning, "0002-0-design", starts_on=date(2027, 1, 9)) == [
        ("INFEASIBLE", ("startsOn",), "Wave 2: design is pinned to 2027-01-09, which is no working day.")
    ]


def test_all_that_is_wrong_is_told_at_once(planning: Planning) -> None:
    assert refused(planning, "0001-0-design", working_days=0, percent_complete=101, rationale="x" * 10_001) == [
        ("INVALID_INPUT", ("rationale",), "This takes at most 10,000 characters."),
        ("INVALID_INPUT", ("workingDays",), "An activity lasts 1 to 26,000 working days."),
        ("INVALID_INPUT", ("percentComplete",), "Progress is 0 to 100 percent."),
    ]
    assert [code for code, *_ in refused(planning, "0001-0-design")] == ["INVALID_INPUT"]


def test_an_activity_that_is_not_there_and_a_timeline_that_is_not() -> None:
    planning = two_waves().through("resource_allocation")
    with pytest.raises(NotFound):
        planning.change(PHASE, override_activity, ActivityGiven("x", {"working_days": 3}), None)

    planning.run(PHASE)
    with pytest.raises(Refused) as caught:
        planning.change(PHASE, override_activity, ActivityGiven("x", {"working_days": 3}), None)

    assert [(each.code, each.path) for each in caught.value.problems] == [(ErrorCode.NOT_FOUND, ("activityId",))]


def test_who_saw_an_older_timeline_is_told_what_changed(planning: Planning) -> None:
    edit(planning, "0001-2-migration", working_days=9)
    before = planning.portfolio

    with pytest.raises(StaleVersion) as stale:
        edit(planning, "0001-2-migration", version=1, working_days=10)

    details = stale.value.problems[0].details
    assert details is not None
    assert (details["currentVersion"], details["changed"]) == (2, ["Pilot: migration: workingDays"])
    assert planning.portfolio == before


def side_by_side() -> Planning:
    """Of two waves at once each needs more than half of the engineers: the second waits for the first."""
    pools = (pool("engineer", 10), *(pool(role, 400) for role in ("architect", "database", "test", "lead")))
    return plan(*"abcdef", hours=100, pools=pools, max_apps_per_wave=3, max_parallel_waves=2).through(PHASE)


def test_the_order_that_levelling_found_is_kept() -> None:
    planning = side_by_side()
    first = [each.key for each in sorted(planning.plan.activities, key=lambda each: (each.starts_on, each.key))]

    edit(planning, first[0], working_days=row(planning, first[0]).working_days + 5)

    again = [each.key for each in sorted(planning.plan.activities, key=lambda each: (each.starts_on, each.key))]
    assert planning.plan.timeline is not None
    assert planning.plan.timeline.resource_feasible is True
    assert again == first


def test_where_a_pin_breaks_that_order_pools_are_over_booked_and_it_is_told() -> None:
    planning = side_by_side()
    late = max(planning.plan.activities, key=lambda each: (each.phase == "design", each.starts_on))
    assert str(late.starts_on) > "2026-11-23"

    edit(planning, late.key, starts_on=date(2026, 11, 23))

    assert planning.plan.timeline is not None
    assert planning.plan.timeline.resource_feasible is False
    assert planning.codes(PHASE) == ["NOT_RESOURCE_FEASIBLE"]
    assert row(planning, late.key).starts_on == date(2026, 11, 23)


def test_a_change_tomorrow_moves_no_first_day() -> None:
    """Without a day to start on a plan starts on the day it is planned, whenever somebody changes it."""
    planning = two_waves(starts_on=None).through(PHASE)
    first = row(planning, "0001-0-design")
    tomorrow = planning.call(PHASE, ports=None, as_of=date(2026, 12, 1))

    revised = override_activity(tomorrow, ActivityGiven(first.id, {"percent_complete": 50, "working_days": 6}), None)

    changed = next(each for each in revised.outcome.saves if isinstance(each, PlanActivity) and each.id == first.id)
    assert (changed.starts_on, changed.actual_start) == (first.starts_on, first.starts_on)
    assert revised.outcome.result.as_of == TODAY
