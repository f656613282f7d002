from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.psplib_generator import Recipe, generate
from domain.errors import ErrorCode, Refused
from domain.planning.checking.schedules import check_schedule
from domain.planning.critical_path import critical_path, scheduled_path
from domain.planning.levelling import Budget, Levelled, level
from domain.planning.project import Activity, Demand, Link, LinkKind, Pool, Project
from domain.planning.resource_links import with_resource_links
from solvers.levelling.search import solve
from tests.unit.planning.projects import dated_projects, projects

BUDGET = Budget(4.0)
FEW = settings(max_examples=40)


class InProcess:
    """The product's search, without the process around it."""

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        assert not cancelled()
        answer = solve((project, budget))
        if isinstance(answer, Levelled):
            return answer
        raise Refused(answer)


def levelled(project: Project) -> Levelled:
    return level(project, InProcess(), BUDGET, lambda: False)


def refused(project: Project) -> list[str]:
    with pytest.raises(Refused) as caught:
        levelled(project)
    assert {problem.code for problem in caught.value.problems} == {ErrorCode.INFEASIBLE}
    return [problem.message for problem in caught.value.problems]


def shortest(project: Project, horizon: int = 60) -> int | None:
    """By trying every start of every activity, in the order of ids, which links keep."""
    best = horizon + 1

    def place(index: int, starts: Mapping[str, int]) -> None:
        nonlocal best
        placed = replace(
            project,
            activities=project.activities[:index],
            links=tuple(link for link in project.links if {link.predecessor, link.successor} <= starts.keys()),
        )
        ends = [project.days(each).finish(starts[each.id], each.duration) for each in placed.activities]
        if max(ends, default=0) >= best or check_schedule(placed, starts):
            return
        if index == len(project.activities):
            best = max(ends, default=0)
            return
        for start in range(best + 1):
            place(index + 1, {**starts, project.activities[index].id: start})

    place(0, {})
    return best if best <= horizon else None


def test_three_that_need_the_same_two_people_take_turns() -> None:
    three = tuple(Activity(id, days, (Demand("P", 2),)) for id, days in (("A", 2), ("B", 3), ("C", 4)))
    project = Project((*three, Activity("D", 9)), (), (Pool("P", 2),))

    found = levelled(project)

    assert critical_path(project).length == 9
    assert (found.makespan, found.bound, found.gap, found.proven) == (9, 9, 0.0, True)
    assert check_schedule(project, found.starts) == ()


def test_a_schedule_that_over_books_nothing_is_the_earliest_one() -> None:
    project = Project((Activity("A", 2, (Demand("P", 1),)), Activity("B", 3, (Demand("P", 1),))), (), (Pool("P", 2),))

    assert levelled(project).starts == {"A": 0, "B": 0}


def test_work_waits_until_its_pool_is_there_and_moves_over_a_blackout() -> None:
    activities = (
        Activity("A", 3, (Demand("P", 1),), moving=True),
        Activity("B", 2, (Demand("P", 1),)),
    )
    project = Project(activities, (), (Pool("P", 1, available_from=2),), closed=((4, 6),))

    found = levelled(project)

    # B does its work while A rests.
    assert found.starts == {"A": 2, "B": 4}
    assert (found.makespan, found.bound) == (7, 7)


def test_what_moves_in_no_time_waits_for_a_day_on_which_something_may_move() -> None:
    """As two ask for one pool at once, the solver decides."""
    work = (
        Activity("A", 3, (Demand("P", 1),), not_before=2),
        Activity("B", 1, (Demand("P", 1),)),
        Activity("C", 0, moving=True),
    )
    links = (Link("A", "B", kind=LinkKind.FINISH_TO_FINISH), Link("B", "C"))

    found = levelled(Project(work, links, (Pool("P", 1),), closed=((6, 7),)))

    assert found.starts == {"A": 2, "B": 5, "C": 7}


def test_the_gap_is_the_share_that_is_not_proven() -> None:
    assert Levelled({}, makespan=50, bound=45).gap == 0.1
    assert Levelled({}, makespan=0, bound=0).gap == 0.0


def test_more_than_a_pool_ever_gives_is_refused_by_name() -> None:
    project = Project(
        (Activity("A", 2, (Demand("P", 30_000), Demand("X", 1))), Activity("B", 0, (Demand("P", 90_000),))),
        (),
        (Pool("P", 20_000, "Engineers", parts=10_000, measure="hours"),),
    )

    assert refused(project) == [
        "A needs 3 hours a day of Engineers, which gives 2 hours.",
        "A needs X, which is no pool of the plan.",
    ]


def test_pins_that_over_book_a_pool_are_refused_with_the_day() -> None:
    pinned = tuple(Activity(id, 2, (Demand("P", 2),), pinned=day) for id, day in (("A", 1), ("B", 2)))

    assert refused(Project(pinned, (), (Pool("P", 3),))) == [
        "A and B are pinned so that they need 4 of P on day 2, which gives 3."
    ]


def test_a_pool_that_is_gone_too_early_is_refused_by_name() -> None:
    project = Project((Activity("A", 4, (Demand("P", 1),)),), (), (Pool("P", 1, available_until=3),))

    assert refused(project) == [
        "A lasts until day 3 at the earliest, but P, which it needs, is there only before day 3."
    ]


def test_what_cannot_be_kept_together_is_named_and_nothing_else() -> None:
    """One day too much work lies before the pin; the other pool and the other pin have no part in it."""
    activities = (
        Activity("A", 3, (Demand("P", 1),)),
        Activity("B", 3, (Demand("P", 1),)),
        Activity("C", 1, (Demand("P", 1), Demand("Q", 1)), pinned=5),
        Activity("D", 2, (Demand("Q", 1),), pinned=9),
    )
    links = (Link("A", "C"), Link("B", "C"))

    assert refused(Project(activities, links, (Pool("P", 1), Pool("Q", 1)))) == [
        "These cannot be kept together: P gives 1 a day; C is pinned to day 5."
    ]


def test_a_lag_and_a_link_between_ends_are_kept_when_pools_are_scarce() -> None:
    activities = tuple(Activity(id, 3, (Demand("P", 1),)) for id in ("A", "B", "C"))
    links = (Link("A", "C", 2), Link("C", "B", 0, LinkKind.FINISH_TO_FINISH))

    found = levelled(Project(activities, links, (Pool("P", 1),)))

    assert found.starts == {"A": 0, "C": 5, "B": 8}
    assert found.proven


def test_when_the_clock_ends_the_search_it_says_so_and_what_was_found_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    project = generate(Recipe(60, 1.5, 0.5, 0.2), 1)
    clock = count(0.0, 100.0)
    monkeypatch.setattr("solvers.levelling.search.time.monotonic", lambda: next(clock))

    found = levelled(project)

    assert found.time_limited
    assert found.bound < found.makespan
    assert check_schedule(project, found.starts) == ()


def test_the_same_work_comes_to_the_same_schedule() -> None:
    project = generate(Recipe(60, 1.5, 0.5, 0.2), 1)

    found = [replace(level(project, InProcess(), Budget(1.0), lambda: False), seconds=0.0) for _ in range(2)]

    assert found[0] == found[1]
    assert found[0].makespan <= 86


@given(projects())
@FEW
def test_within_its_float_nothing_over_books_a_pool(project: Project) -> None:
    unbroken = replace(project, closed=())
    found = levelled(unbroken)

    path = scheduled_path(with_resource_links(unbroken, found.starts), found.starts)

    assert check_schedule(unbroken, {id: times.latest_start for id, times in path.times.items()}) == ()
    assert path.length == found.makespan


@given(projects())
@FEW
def test_a_levelled_schedule_is_good_and_no_shorter_than_the_critical_path(project: Project) -> None:
    found = levelled(project)

    assert check_schedule(project, found.starts) == ()
    assert critical_path(project).length <= found.bound <= found.makespan


@given(projects(most=5), st.integers(0, 1_000))
@FEW
def test_the_order_of_the_input_changes_nothing(project: Project, seed: int) -> None:
    activities, links, pools = list(project.activities), list(project.links), list(project.pools)
    random = Random(seed)
    random.shuffle(activities)
    random.shuffle(links)
    random.shuffle(pools)

    same = replace(project, activities=tuple(activities), links=tuple(links), pools=tuple(pools))

    assert replace(levelled(same), seconds=0.0) == replace(levelled(project), seconds=0.0)


@given(projects(most=4))
@settings(max_examples=25)
def test_the_proven_optimum_is_what_trying_everything_finds(project: Project) -> None:
    found = levelled(project)

    assert found.proven
    assert found.makespan == shortest(project)


@given(dated_projects())
@settings(max_examples=60)
def test_with_pins_it_is_refused_exactly_where_trying_everything_finds_nothing(project: Project) -> None:
    found = shortest(project, 30)

    if found is None:
        assert refused(project)
    else:
        assert levelled(project).makespan == found


@given(projects(most=5))
@FEW
def test_one_unit_more_never_makes_the_optimum_longer(project: Project) -> None:
    richer = replace(project, pools=tuple(replace(pool, units=pool.units + 1) for pool in project.pools))

    assert levelled(richer).makespan <= levelled(project).makespan
