from __future__ import annotations

import pytest

from domain.planning.checking.schedules import check_schedule
from domain.planning.project import Activity, Demand, Link, LinkKind, Pool, Project

PROJECT = Project(
    (
        Activity("A", 2, (Demand("P", 2),)),
        Activity("B", 3, (Demand("P", 1),), moving=True),
        Activity("C", 1, (Demand("P", 2),), not_before=1),
        Activity("D", 1, finish_by=9, pinned=8),
    ),
    (Link("A", "B"), Link("B", "C", 1), Link("C", "D", 0, LinkKind.FINISH_TO_FINISH)),
    (Pool("P", 2, available_from=0, available_until=8),),
    closed=((3, 5),),
)
GOOD = {"A": 0, "B": 2, "C": 7, "D": 8}


def test_a_schedule_that_keeps_everything_is_good() -> None:
    longer = Project(PROJECT.activities, PROJECT.links, (Pool("P", 2, available_until=9),), PROJECT.closed)

    assert check_schedule(longer, {**GOOD, "C": 8}) == ()


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, "C does not wait for B and 1 days more."),
        ({"C": 8}, "P is asked for 2 on day 8 and gives 0."),
        ({"D": 7}, "D is pinned to day 8, not day 7."),
        ({"D": 9}, "D is done too late, on day 9."),
        ({"C": 0}, "C starts too early, on day 0."),
        ({"B": 3}, "B starts on day 3, on which nothing may move."),
        ({"B": 1}, "B does not wait for A and 0 days more."),
        ({"B": 1}, "P is asked for 3 on day 1 and gives 2."),
        ({"C": 9}, "D does not wait for C and 0 days more."),
    ],
)
def test_each_thing_that_is_wrong_is_said(changed: dict[str, int], wrong: str) -> None:
    assert wrong in check_schedule(PROJECT, {**GOOD, **changed})


def test_a_schedule_has_the_plans_activities_and_no_others() -> None:
    starts = {"A": 0, "B": 2, "C": 8, "X": 1}

    assert check_schedule(PROJECT, starts) == (
        "D is in the plan or in the schedule, but not in both.",
        "X is in the plan or in the schedule, but not in both.",
    )
