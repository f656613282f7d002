"""Hours that a person gives a pool in a wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.definition import Pattern
from domain.errors import ErrorCode, NotFound, Refused, StaleVersion
from domain.flows.planning.resources import AllocationGiven, override_allocation
from domain.planning.choices import AllocationChoice
from domain.planning.plan import PartChanged, ResourcePlan
from domain.source import Source
from tests.unit.planning.flow.driving import MONDAY, NOW, TODAY, Planning, decided, pool
from tests.unit.planning.flow.staffing import RESOURCES, allocation, hours, placed, wave


@pytest.fixture
def planning() -> Planning:
    waves = ((wave(1), ["a"]), (wave(2, date(2026, 12, 21), date(2027, 1, 15)), ["b"]))
    planning = placed(*waves, hours=100, pools=[pool("engineer", 5), pool("chef", 8, 50), pool("gone", removed=True)])
    planning.run(RESOURCES)
    return planning


def give(planning: Planning, pool_id: str, hours: str, wave_id: str = "wave-1", **fields: str) -> None:
    planning.change(RESOURCES, override_allocation, AllocationGiven(wave_id, pool_id, Decimal(hours), **fields), None)


def resources(planning: Planning) -> ResourcePlan:
    assert planning.plan.resource_plan is not None
    return planning.plan.resource_plan


def test_the_hours_are_kept_beside_what_the_rules_say(planning: Planning) -> None:
    give(planning, "engineer", "72.5", rationale=" Slow. ")

    row = allocation(planning, "wave-1", "engineer")
    assert (row.hours, row.suggested_hours, row.suggested) == (Decimal("72.5"), Decimal("50.00"), False)
    assert (row.cost, row.confidence, row.over_allocated) == (Decimal("7250.00"), 1.0, False)
    assert hours(planning)["wave-2", "engineer"] == Decimal("50.00")
    assert planning.results[RESOURCES].hours == Decimal("122.50")
    assert planning.results[RESOURCES].cost == Decimal("12250.00")


def test_it_is_told_by_whom_and_what_stood_before(planning: Planning) -> None:
    give(planning, "engineer", "72.5", rationale=" Slow. ")

    after = resources(planning)
    assert (after.source, after.version) == (Source.USER, 2)
    assert after.last_change == PartChanged("ada", NOW, ("Engineer pool in Wave 1",))
    (override,) = planning.overrides
    assert override.subject == after.id
    assert override.before == {"wave": 1, "pool": "Engineer pool", "hours": "50.00"}
    assert override.after == {"wave": 1, "pool": "Engineer pool", "hours": "72.5"}
    assert (override.phase, override.rationale) == (RESOURCES, "Slow.")


def test_it_is_learned_from(planning: Planning) -> None:
    give(planning, "engineer", "72.5", rationale="Slow.")

    (lesson,) = planning.lessons
    assert lesson.kind == "planning.resource_allocation"
    assert lesson.summary == "50.00 hours of the role engineer were suggested for wave 1, 72.5 chosen: Slow."
    assert (lesson.data["suggested"], lesson.data["chosen"], lesson.data["role"]) == ("50.00", "72.5", "engineer")


def test_what_earlier_plans_taught_is_told_and_changes_nothing(planning: Planning) -> None:
    give(planning, "engineer", "72.5")
    (lesson,) = planning.lessons
    own = Pattern(lesson.kind, lesson.summary, lesson.data, 0.75, id="p-0", key=lesson.key)
    learned = replace(own, id="p-1", data={**lesson.data, "flowId": "earlier"})
    other = replace(learned, id="p-2", key="others|1")
    later = placed((wave(1), ["a"]), hours=100)
    later.patterns = (own, other, learned)

    later.run(RESOURCES)

    told = [each.message for each in later.warnings[RESOURCES] if each.code == "LEARNED"]
    words = "50.00 hours of the role engineer were suggested for wave 1, 72.5 chosen."
    assert told == [f"Learned from an earlier plan: {words}"]
    assert later.used[RESOURCES] == ("p-1",)
    assert hours(later)["wave-1", "engineer"] == Decimal("50.00")


def test_any_pool_may_be_given_hours(planning: Planning) -> None:
    give(planning, "chef", "8")

    row = allocation(planning, "wave-1", "chef")
    assert (row.hours, row.suggested_hours, row.cost, row.suggested) == (
        Decimal(8),
        Decimal(0),
        Decimal("400.00"),
        False,
    )
    assert [each.id for each in resources(planning).pools] == ["chef", "engineer"]


def test_no_hours_are_kept_as_a_persons_word(planning: Planning) -> None:
    give(planning, "engineer", "0")

    row = allocation(planning, "wave-1", "engineer")
    assert (row.hours, row.suggested_hours, row.suggested, row.cost) == (Decimal(0), Decimal(50), False, Decimal(0))


def test_more_than_there_is_is_flagged_and_less_is_no_more(planning: Planning) -> None:
    give(planning, "engineer", "100.01")
    flagged = allocation(planning, "wave-1", "engineer").over_allocated, planning.codes(RESOURCES)
    give(planning, "engineer", "100")

    assert flagged == (True, ["SKILL_GAP", *["NO_POOL"] * 4, "OVER_ALLOCATED"])
    assert not allocation(planning, "wave-1", "engineer").over_allocated
    assert planning.codes(RESOURCES) == ["SKILL_GAP", *["NO_POOL"] * 4]


def test_a_wave_beside_is_flagged_with_it() -> None:
    planning = placed((wave(1), ["a"]), (wave(2), ["b"]), hours=100, pools=[pool("engineer", 5)])
    planning.run(RESOURCES)

    give(planning, "engineer", "51")

    assert [row.over_allocated for row in planning.plan.allocations] == [True, True]


def test_the_last_word_counts_and_replanning_keeps_it(planning: Planning) -> None:
    give(planning, "engineer", "10")
    give(planning, "engineer", "20")
    before = planning.plan

    planning.run(RESOURCES)

    assert planning.plan == before
    assert planning.plan.choices is not None
    assert planning.plan.choices.allocations == (AllocationChoice(1, "engineer", Decimal(20)),)
    assert allocation(planning, "wave-1", "engineer").hours == 20


def test_what_changed_outside_waits_for_a_run(planning: Planning) -> None:
    dearer = replace(pool("engineer", 50, 999), name="Staff", removed=True)
    others = tuple(each for each in planning.portfolio.pools if each.id != "engineer")
    newer = (decided("a", 400), decided("b", 400))
    planning.portfolio = replace(planning.portfolio, pools=(*others, dearer), accepted=newer)

    give(planning, "engineer", "101")

    row = allocation(planning, "wave-1", "engineer")
    assert (row.suggested_hours, row.cost, row.over_allocated) == (Decimal(50), Decimal("10100.00"), True)
    assert hours(planning)["wave-2", "engineer"] == Decimal("50.00")


def test_all_that_is_wrong_is_said_at_once_and_nothing_changes(planning: Planning) -> None:
    before = planning.portfolio

    with pytest.raises(Refused) as refused:
        give(planning, "nobody", "-1", "wave-9", rationale="x" * 10_001)

    assert told(refused.value) == [
        (ErrorCode.NOT_FOUND, ("waveId",), "There is no such wave in this plan."),
        (ErrorCode.NOT_FOUND, ("poolId",), "There is no such resource pool."),
        (ErrorCode.INVALID_INPUT, ("hours",), "Hours are nought or more, and at most 1,000,000."),
        (ErrorCode.INVALID_INPUT, ("rationale",), "This takes at most 10,000 characters."),
    ]
    assert planning.portfolio == before


@pytest.mark.parametrize("hours", ["-0.01", "1000000.01", "0.001", "999999.999999"])
def test_hours_that_nobody_works_are_refused(planning: Planning, hours: str) -> None:
    before = planning.portfolio

    with pytest.raises(Refused) as refused:
        give(planning, "engineer", hours)

    assert [each.path for each in refused.value.problems] == [("hours",)]
    assert planning.portfolio == before


def test_a_removed_pool_that_the_plan_does_not_use_is_not_there(planning: Planning) -> None:
    with pytest.raises(Refused) as refused:
        give(planning, "gone", "1")

    assert [each.path for each in refused.value.problems] == [("poolId",)]
    assert ("wave-1", "gone") not in hours(planning)


def test_who_comes_second_is_told_what_changed(planning: Planning) -> None:
    give(planning, "engineer", "60")
    before = planning.portfolio

    with pytest.raises(StaleVersion) as refused:
        planning.change(RESOURCES, override_allocation, AllocationGiven("wave-1", "engineer", Decimal(70)), 1)

    (problem,) = refused.value.problems
    assert problem.details is not None
    assert (problem.details["currentVersion"], problem.details["changedBy"]) == (2, "ada")
    assert problem.details["changed"] == ["Engineer pool in Wave 1"]
    assert planning.portfolio == before


def test_without_a_resource_plan_there_is_nothing_to_override() -> None:
    planning = placed((wave(1), ["a"]))

    with pytest.raises(NotFound):
        give(planning, "engineer", "1")

    assert planning.plan.allocations == ()


def test_the_result_stays_of_its_day(planning: Planning) -> None:
    call = planning.call(RESOURCES, as_of=MONDAY)

    revised = override_allocation(call, AllocationGiven("wave-1", "engineer", Decimal(1)), None)

    assert revised.outcome.result.as_of == TODAY


def told(refused: Refused) -> Sequence[tuple[ErrorCode, tuple[str, ...], str]]:
    return [(each.code, each.path, each.message) for each in refused.problems]
