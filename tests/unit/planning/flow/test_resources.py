"""Who works on the waves, by the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.application import Technology
from domain.debt import Severity
from domain.flows.planning.results import ResourcesAllocated
from domain.planning.choices import AllocationChoice, PlanChoices
from domain.planning.plan import PartChanged, SkillGap
from domain.source import Source
from tests.unit.planning.flow.driving import MONDAY, NOW, TODAY, Planning, application, component, decided, plan, pool
from tests.unit.planning.flow.staffing import FRIDAY, RESOURCES, allocation, hours, placed, wave


def test_hours_of_a_wave_are_split_by_role_and_given_to_its_pools() -> None:
    planning = placed((wave(1), ["a", "b"]), hours=100)

    result = planning.run(RESOURCES)

    assert hours(planning) == {
        ("wave-1", "architect"): Decimal("30.00"),
        ("wave-1", "engineer"): Decimal("100.00"),
        ("wave-1", "database"): Decimal("30.00"),
        ("wave-1", "test"): Decimal("30.00"),
        ("wave-1", "lead"): Decimal("10.00"),
    }
    assert result == ResourcesAllocated(TODAY, Decimal("200.00"), Decimal("20000.00"), 1, 0)
    row = allocation(planning, "wave-1", "engineer")
    assert (row.suggested, row.suggested_hours, row.cost) == (True, Decimal("100.00"), Decimal("10000.00"))
    assert (row.confidence, row.over_allocated) == (0.9, False)


def test_pools_of_one_role_share_by_what_they_give_in_the_waves_dates() -> None:
    # Of twenty working days one is there on all, at twice the hours, the other on the last ten.
    half = pool("engineer", 8, id="half", available_from=date(2026, 12, 7))
    pools = [pool("engineer", 16), half, pool("dba"), pool("architect"), pool("test"), pool("lead")]
    planning = placed((wave(1), ["a"]), hours=200, pools=pools)

    planning.run(RESOURCES)

    assert hours(planning)["wave-1", "engineer"] == Decimal("80.00")
    assert hours(planning)["wave-1", "half"] == Decimal("20.00")


def test_a_pool_that_is_not_there_in_the_waves_dates_gets_none_of_its_hours() -> None:
    later = pool("engineer", 80, id="later", available_from=date(2027, 1, 4))
    earlier = pool("engineer", 80, id="earlier", available_until=date(2026, 11, 22))
    planning = placed((wave(1), ["a"]), hours=100, pools=[pool("engineer", 1), later, earlier])

    planning.run(RESOURCES)

    assert hours(planning) == {("wave-1", "engineer"): Decimal("50.00")}


def test_who_leaves_before_a_wave_ends_is_asked_only_where_nobody_stays() -> None:
    leaving = pool("engineer", 80, id="leaving", available_until=date(2026, 12, 17))
    gone = pool("engineer", 80, id="gone", available_until=date(2026, 11, 20))
    staying = placed((wave(1), ["a"]), hours=100, pools=[pool("engineer", 1), leaving, gone])
    alone = placed((wave(1), ["a"]), hours=100, pools=[leaving, gone])

    staying.run(RESOURCES)
    alone.run(RESOURCES)

    assert hours(staying) == {("wave-1", "engineer"): Decimal("50.00")}
    assert hours(alone) == {("wave-1", "leaving"): Decimal("50.00")}


def test_where_none_is_there_hours_go_by_what_each_gives_a_day_and_are_flagged() -> None:
    pools = [pool("engineer", each, id=f"e{each}", available_from=date(2027, 1, 4)) for each in (10, 30)]
    planning = placed((wave(1), ["a"]), hours=100, pools=pools)

    result = planning.run(RESOURCES)

    assert hours(planning) == {("wave-1", "e10"): Decimal("12.50"), ("wave-1", "e30"): Decimal("37.50")}
    assert [row.over_allocated for row in planning.plan.allocations] == [True, True]
    assert result.over_allocated == 2


def test_shares_are_whole_hundredths_and_add_up() -> None:
    pools = [pool("engineer", 8, id=f"e{each}") for each in range(3)]
    planning = placed((wave(1), ["a"]), hours=2, pools=pools)

    planning.run(RESOURCES)

    assert sorted(hours(planning).values()) == [Decimal("0.33"), Decimal("0.33"), Decimal("0.34")]
    assert hours(planning)["wave-1", "e0"] == Decimal("0.34")


def test_holidays_are_nobodys_days() -> None:
    holidays = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]
    week = wave(1, MONDAY, date(2026, 11, 27))
    planning = placed((week, ["a"]), hours=2, pools=[pool("engineer", 8)], settings={"holidays": holidays})

    planning.run(RESOURCES)

    assert allocation(planning, "wave-1", "engineer").over_allocated


def test_more_than_a_pool_gives_in_the_waves_dates_is_named() -> None:
    # Twenty days of two hours; the engineer's half of 80 fits exactly, that of 82 does not.
    fits = placed((wave(1), ["a"]), hours=80, pools=[pool("engineer", 2)])
    over = placed((wave(1), ["a"]), hours=82, pools=[pool("engineer", 2)])

    fits.run(RESOURCES)
    over.run(RESOURCES)

    assert not allocation(fits, "wave-1", "engineer").over_allocated
    assert allocation(over, "wave-1", "engineer").over_allocated
    told = next(each for each in over.warnings[RESOURCES] if each.code == "OVER_ALLOCATED")
    named = "Engineer pool in wave 1 (41.00 hours)"
    asked = f"More is asked of pools than they can give in the wave's dates: {named}."
    assert told.message == f"{asked} The timeline takes more time where it can."
    assert told.details == {"allocations": [{"wave": 1, "pool": "Engineer pool", "hours": "41.00"}]}


def test_waves_beside_each_other_share_their_pools() -> None:
    # The second wave starts when half of the first is over: 20 of its 40 hours fall into the first one's dates.
    second = wave(2, date(2026, 12, 7), date(2027, 1, 1))
    pools = [pool("engineer", 3)]
    beside = placed((wave(1), ["a"]), (second, ["b"]), hours=82, pools=pools)
    behind = placed((wave(1), ["a"]), (wave(2, date(2026, 12, 21), date(2027, 1, 15)), ["b"]), hours=82, pools=pools)

    beside.run(RESOURCES)
    behind.run(RESOURCES)

    assert [row.over_allocated for row in beside.plan.allocations] == [True, True]
    assert [row.over_allocated for row in behind.plan.allocations] == [False, False]


def test_a_wave_on_which_nobody_works_takes_nothing_of_the_days_of_others() -> None:
    weekend = wave(2, date(2026, 11, 28), date(2026, 11, 29))
    planning = placed((wave(1), ["a"]), (weekend, ["b"]), hours=80, pools=[pool("engineer", 2)])

    planning.run(RESOURCES)

    assert [row.over_allocated for row in planning.plan.allocations] == [False, True]


def test_confidence_is_that_of_the_decisions_by_their_hours() -> None:
    decisions = [decided("a", 300, confidence=0.9), decided("b", 100, confidence=0.5)]
    planning = placed((wave(1), ["a", "b"]), decisions=decisions)

    planning.run(RESOURCES)

    assert {row.confidence for row in planning.plan.allocations} == {0.8}


def test_cost_is_hours_by_rate_half_up_to_the_currencys_smallest_unit() -> None:
    pools = [pool("engineer", 8, "33.33")]
    dollars = placed((wave(1), ["a"]), hours=1, pools=pools)
    yen = placed((wave(1), ["a"]), hours=1, pools=[pool("engineer", 8, 33)], currency="JPY")

    assert dollars.run(RESOURCES).cost == Decimal("16.67")
    assert yen.run(RESOURCES).cost == Decimal(17)


def test_a_role_without_a_pool_is_a_gap_and_nobodys_hours() -> None:
    planning = placed((wave(1), ["a"]), hours=100, pools=[pool("engineer", skills=("Cloud migration",))])

    result = planning.run(RESOURCES)

    assert result.hours == Decimal("50.00")
    assert planning.plan.resource_plan is not None
    gaps = planning.plan.resource_plan.skill_gaps
    assert [gap.skill for gap in gaps] == ["Role: architect", "Role: database", "Role: lead", "Role: test"]
    assert gaps[0] == SkillGap(
        skill="Role: architect",
        wave_id="wave-1",
        hours_needed=Decimal("15.00"),
        hours_available=Decimal(0),
        severity=Severity.CRITICAL,
        suggestion="Add a pool with the role architect, or give its 15.00 hours to another pool.",
    )
    told = planning.warnings[RESOURCES]
    assert [(each.code, each.details["role"]) for each in told] == [
        ("NO_POOL", "architect"),
        ("NO_POOL", "database"),
        ("NO_POOL", "lead"),
        ("NO_POOL", "test"),
    ]
    words = "No pool has the role architect: 15.00 hours are nobody's, and cost what an hour costs on average."
    assert (told[0].message, told[0].details["hours"], told[0].details["waves"]) == (words, "15.00", [1])


def test_a_role_of_other_words_gets_hours_only_by_a_person() -> None:
    planning = placed((wave(1), ["a"]), hours=100, pools=[pool("engineer"), pool("chef")])

    planning.run(RESOURCES)

    assert set(hours(planning)) == {("wave-1", "engineer")}


def test_skills_are_missing_by_the_hours_of_those_of_whom_they_are_asked() -> None:
    oracle = application("a", technologies=(Technology("Oracle Database", "12", "database"),))
    pools = [pool("engineer", 2, skills=(" cloud  MIGRATION ",)), pool("dba", 1, skills=("oracle database",))]
    planning = given(plan(oracle, application("b"), pools=pools, hours=200))

    planning.run(RESOURCES)

    assert planning.plan.resource_plan is not None
    gaps = [gap for gap in planning.plan.resource_plan.skill_gaps if not gap.skill.startswith("Role")]
    # Engineers move servers for half of 400 hours and can for 40; of one application's data work 20 of 30 can be done.
    assert [(gap.skill, gap.hours_needed, gap.hours_available, gap.severity) for gap in gaps] == [
        ("Cloud migration", Decimal("200.00"), Decimal(40), Severity.HIGH),
        ("Oracle Database", Decimal("30.00"), Decimal(20), Severity.MEDIUM),
    ]
    assert gaps[1].suggestion == (
        "Add 10.00 hours with Oracle Database to Wave 1, or move it to when Dba pool can give more."
    )


def test_a_skill_that_nobody_has_is_critical() -> None:
    decision = decided("a", 40, components=[])
    planning = placed((wave(1), ["a"]), decisions=[decision])

    planning.run(RESOURCES)

    assert planning.plan.resource_plan is not None
    (gap,) = planning.plan.resource_plan.skill_gaps
    assert (gap.skill, gap.severity) == ("Cloud migration", Severity.CRITICAL)
    assert gap.suggestion == "No pool has Cloud migration: train people of a pool in it, or add a pool that has it."
    told = planning.warnings[RESOURCES][0]
    assert (told.code, told.message) == ("SKILL_GAP", "1 skill missing in 1 wave: Cloud migration.")
    assert told.details == {"gaps": 1, "skills": ["Cloud migration"], "waves": [1]}


def test_the_database_role_goes_to_the_engineer_where_nothing_stores_data() -> None:
    part = component("a", "web", "service", Technology("nginx", None, "web_server"))
    planning = given(plan(application("a"), components=[part], hours=100))

    planning.run(RESOURCES)

    assert hours(planning)["wave-1", "engineer"] == Decimal("65.00")
    assert ("wave-1", "database") not in hours(planning)


def test_what_the_timeline_found_time_for_is_no_longer_too_much() -> None:
    planning = plan("a", "b", "c", hours=400, pools=[pool("engineer", 8)], max_apps_per_wave=1, max_parallel_waves=3)
    planning.through(RESOURCES)
    before = [row.over_allocated for row in planning.plan.allocations]

    planning.run("timeline_generation")

    assert before == [True, True, True]
    assert [row.over_allocated for row in planning.plan.allocations] == [False, False, False]


def test_who_leaves_in_the_middle_of_a_wave_does_not_stop_the_timeline() -> None:
    pools = [pool("engineer", 8), pool("engineer", 8, id="leaving", available_until=date(2026, 12, 10))]
    planning = plan("a", "b", hours=400, pools=pools, max_apps_per_wave=1)

    planning.through("timeline_generation")

    assert {row.pool_id for row in planning.plan.allocations} == {"engineer"}
    assert planning.results["timeline_generation"].resource_feasible


def test_proposed_pools_are_told_as_long_as_hours_rest_on_them() -> None:
    pools = [pool("engineer", suggested=True), pool("lead"), pool("chef", suggested=True)]
    planning = placed((wave(1), ["a"]), pools=pools)

    planning.run(RESOURCES)

    told = next(each for each in planning.warnings[RESOURCES] if each.code == "RESTS_ON_SUGGESTED_POOLS")
    assert told.message == "Hours and costs rest on proposed pools that nobody has confirmed: Engineer pool."


def test_the_same_again_changes_nothing() -> None:
    planning = placed((wave(1), ["a"]), (wave(2), ["b"]))
    planning.run(RESOURCES)
    before = planning.plan

    planning.run(RESOURCES)

    assert planning.plan == before
    assert planning.plan.resource_plan is not None
    assert planning.plan.resource_plan.version == 1


def test_what_changes_keeps_its_ids_and_counts_a_version() -> None:
    planning = placed((wave(1), ["a"]), (wave(2), ["b"]), pools=[pool("engineer"), pool("lead")])
    planning.run(RESOURCES)
    before = {(row.wave_id, row.pool_id): row.id for row in planning.plan.allocations}
    planning.portfolio = replace(planning.portfolio, pools=(pool("engineer"), pool("lead", removed=True)))

    planning.run(RESOURCES)

    after = {(row.wave_id, row.pool_id): row.id for row in planning.plan.allocations}
    assert after == {key: id for key, id in before.items() if key[1] == "engineer"}
    resources = planning.plan.resource_plan
    assert resources is not None
    assert resources.version == 2
    assert resources.last_change == PartChanged("ada", NOW, ("skill gaps", "pools", "allocations"))
    assert [each.id for each in resources.pools] == ["engineer"]


def test_what_people_chose_is_kept_and_stands_beside_what_the_rules_say() -> None:
    planning = chosen(placed((wave(1), ["a"]), hours=100), AllocationChoice(1, "engineer", Decimal("72.5"), "Slow."))

    planning.run(RESOURCES)

    row = allocation(planning, "wave-1", "engineer")
    assert (row.hours, row.suggested_hours, row.suggested) == (Decimal("72.5"), Decimal("50.00"), False)
    assert (row.cost, row.confidence) == (Decimal("7250.00"), 1.0)
    assert planning.plan.resource_plan is not None
    assert planning.plan.resource_plan.source is Source.USER


def test_a_choice_of_what_is_gone_is_left_out_and_told() -> None:
    gone = (AllocationChoice(7, "engineer", Decimal(5)), AllocationChoice(1, "nobody", Decimal(6)))
    planning = chosen(placed((wave(1), ["a"]), hours=100), *gone)

    planning.run(RESOURCES)

    assert allocation(planning, "wave-1", "engineer").hours == Decimal("50.00")
    assert planning.plan.resource_plan is not None
    assert planning.plan.resource_plan.source is Source.RULES
    told = next(each for each in planning.warnings[RESOURCES] if each.code == "CHOICE_LEFT_OUT")
    words = "Engineer pool in wave 7 (5 hours), a pool in wave 1 (6 hours)"
    assert told.message == f"Hours that a person gave are left out, as the wave or the pool is gone: {words}."
    assert planning.plan.choices is not None
    assert planning.plan.choices.allocations == gone


def test_an_engagement_without_pools_has_gaps_and_no_hours() -> None:
    planning = placed((wave(1), ["a"]), hours=100, pools=())

    result = planning.run(RESOURCES)

    assert (result.hours, result.cost, planning.plan.allocations) == (Decimal(0), Decimal("0.00"), ())
    assert planning.codes(RESOURCES) == ["SKILL_GAP", *["NO_POOL"] * 5]


def test_an_empty_wave_without_dates_needs_nobody() -> None:
    planning = placed((wave(1), ["a"]), (wave(2, None, None), []))

    planning.run(RESOURCES)

    assert {row.wave_id for row in planning.plan.allocations} == {"wave-1"}


def given(planning: Planning) -> Planning:
    """All its applications in one wave."""
    ids = [each.id for each in planning.portfolio.applications]
    waves = placed((wave(1, MONDAY, FRIDAY), ids)).plan
    planning.portfolio = replace(planning.portfolio, plan=waves)
    return planning


def chosen(planning: Planning, *choices: AllocationChoice) -> Planning:
    told = PlanChoices("flow", "flow", allocations=choices)
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, choices=told))
    return planning
