from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode, Refused
from domain.planning.calendar import Dates, WorkingCalendar
from domain.planning.checking.schedules import check_schedule
from domain.planning.critical_path import critical_path
from domain.planning.project import Activity, Link, LinkKind, Project
from tests.unit.planning.projects import projects

# Worked out by hand: C leaves two days between itself and E.
BY_HAND = Project(
    (Activity("A", 3), Activity("B", 4), Activity("C", 2), Activity("D", 5), Activity("E", 1), Activity("F", 2)),
    (Link("A", "B"), Link("A", "C"), Link("B", "D"), Link("C", "E", lag=2), Link("D", "F"), Link("E", "F")),
)


def refused(project: Project) -> list[str]:
    with pytest.raises(Refused) as caught:
        critical_path(project)
    assert {problem.code for problem in caught.value.problems} == {ErrorCode.INFEASIBLE}
    return [problem.message for problem in caught.value.problems]


def pinned(project: Project, id: str, day: int) -> Project:
    activities = tuple(replace(each, pinned=day) if each.id == id else each for each in project.activities)
    return replace(project, activities=activities)


def test_times_and_floats_of_an_example_worked_out_by_hand() -> None:
    path = critical_path(BY_HAND)

    times = {
        id: (each.earliest_start, each.earliest_finish, each.latest_start, each.latest_finish)
        for id, each in path.times.items()
    }
    floats = {id: (each.total_float, each.free_float) for id, each in path.times.items()}
    assert times == {
        "A": (0, 3, 0, 3),
        "B": (3, 7, 3, 7),
        "C": (3, 5, 7, 9),
        "D": (7, 12, 7, 12),
        "E": (7, 8, 11, 12),
        "F": (12, 14, 12, 14),
    }
    assert floats == {"A": (0, 0), "B": (0, 0), "C": (4, 0), "D": (0, 0), "E": (4, 4), "F": (0, 0)}
    assert (path.length, path.path) == (14, ("A", "B", "D", "F"))


def test_a_link_from_finish_to_finish_holds_back_the_end_alone() -> None:
    long_and_short = (Activity("long", 10), Activity("short", 3), Activity("after", 1))
    links = (Link("long", "short", 1, LinkKind.FINISH_TO_FINISH), Link("short", "after"))

    path = critical_path(Project(long_and_short, links))

    assert (path.times["short"].earliest_start, path.times["short"].earliest_finish) == (8, 11)
    assert (path.length, path.path) == (12, ("long", "short", "after"))


def test_what_may_not_move_on_closed_days_takes_longer_and_everything_else_does_not() -> None:
    activities = (Activity("prepare", 2), Activity("move", 4, moving=True), Activity("train", 4))
    links = (Link("prepare", "move"), Link("prepare", "train"))

    path = critical_path(Project(activities, links, closed=((3, 6),)))

    assert (path.times["move"].earliest_start, path.times["move"].earliest_finish) == (2, 9)
    assert (path.times["train"].earliest_finish, path.times["train"].total_float) == (6, 3)


def test_a_closed_day_can_leave_float_to_the_start_and_none_to_the_end() -> None:
    """The work may as well begin after the blackout, but it cannot end any later."""
    project = Project((Activity("move", 4, moving=True), Activity("end", 1)), (Link("move", "end"),), closed=((1, 3),))

    times = critical_path(pinned(project, "end", 6)).times["move"]

    assert (times.earliest_start, times.earliest_finish) == (0, 6)
    assert (times.latest_start, times.latest_finish, times.total_float) == (0, 6, 0)


def test_what_has_float_before_a_closed_day_is_not_on_the_path() -> None:
    activities = (Activity("prepare", 2), Activity("move", 2, moving=True), Activity("end", 1))
    links = (Link("prepare", "move"), Link("move", "end"))

    path = critical_path(Project(activities, links, closed=((1, 5),)))

    assert (path.times["prepare"].total_float, path.times["move"].total_float) == (3, 0)
    assert path.path == ("move", "end")


@given(projects())
def test_nothing_on_the_path_has_float(project: Project) -> None:
    path = critical_path(project)

    assert all(path.times[id].critical for id in path.path)


def test_a_pinned_activity_stays_and_what_comes_before_it_has_float_up_to_it() -> None:
    path = critical_path(pinned(BY_HAND, "D", 9))

    assert (path.times["D"].earliest_start, path.times["D"].total_float) == (9, 0)
    assert (path.times["B"].total_float, path.length) == (2, 16)


def test_a_pin_collides_with_what_must_come_before_it() -> None:
    named = replace(BY_HAND, dates=Dates(WorkingCalendar(), date(2026, 12, 28)))

    assert refused(pinned(named, "D", 5)) == [
        "D is pinned to 2027-01-04, but cannot start before 2027-01-06: B lasts until 2027-01-05."
    ]


def test_a_pin_lies_neither_before_the_plan_nor_on_a_closed_day_nor_before_its_date() -> None:
    project = Project(
        (
            Activity("early", 1, pinned=-1),
            Activity("closed", 1, moving=True, pinned=4),
            Activity("dated", 1, not_before=3, pinned=2),
        ),
        closed=((4, 5),),
    )

    assert refused(project) == [
        "closed is pinned to day 4, on which nothing may move.",
        "dated is pinned to day 2, but cannot start before day 3: that is its own first day.",
        "early is pinned to day -1, but cannot start before day 0: the plan starts then.",
    ]


def test_a_latest_finish_collides_with_what_comes_before() -> None:
    late = tuple(replace(each, finish_by=6) if each.id == "E" else each for each in BY_HAND.activities)

    assert refused(replace(BY_HAND, activities=late)) == [
        "E must be done before day 6, but lasts until day 7: C lasts until day 4 and 2 days must pass."
    ]


def test_a_ring_is_named_by_those_in_it_and_by_no_other() -> None:
    ring = replace(BY_HAND, links=(*BY_HAND.links, Link("F", "B")))

    assert refused(ring) == ["Each waits for the others: B, D, F."]


def test_all_that_is_senseless_is_said_at_once() -> None:
    links = (Link("A", "B", lag=-1), Link("A", "A"), Link("A", "X"))

    assert refused(Project((Activity("A", 1), Activity("B", -2), Activity("A", 1)), links)) == [
        "A is there 2 times.",
        "The lag from A to B is -1 days; a lag is 0 or more.",
        "A waits for itself.",
        "A link names X, which is not in the plan.",
        "B lasts -2 days.",
    ]


def test_nothing_to_do_takes_no_time() -> None:
    assert (critical_path(Project(())).length, critical_path(Project(())).path) == (0, ())


@given(projects(), st.integers(0, 10_000))
def test_the_order_of_the_input_changes_nothing(project: Project, seed: int) -> None:
    activities, links = list(project.activities), list(project.links)
    Random(seed).shuffle(activities)
    Random(seed).shuffle(links)

    assert critical_path(replace(project, activities=tuple(activities), links=tuple(links))) == critical_path(project)


@given(projects())
def test_the_earliest_and_the_latest_schedule_keep_every_link_and_end_together(project: Project) -> None:
    unlimited = replace(project, pools=(), activities=tuple(replace(each, demands=()) for each in project.activities))

    path = critical_path(unlimited)

    earliest = {id: times.earliest_start for id, times in path.times.items()}
    latest = {id: times.latest_start for id, times in path.times.items()}
    assert check_schedule(unlimited, earliest) == ()
    assert check_schedule(unlimited, latest) == ()
    assert max((times.latest_finish for times in path.times.values()), default=0) == path.length
    assert all(0 <= times.free_float <= times.total_float for times in path.times.values())
