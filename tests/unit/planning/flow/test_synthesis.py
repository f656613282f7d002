"""A plan in short: totals, the summary, and what should be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.debt import Severity
from domain.flows.planning.configuration import BlackoutPeriod
from domain.flows.planning.synthesis import synthesize
from domain.planning.plan import PlanSynthesis, Priority, Recommendation, Timeline
from domain.planning.waves.violation import Violation
from domain.source import Source
from tests.unit.planning.flow.costed import CRM, DECISIONS, SHOP, WIKI, small_plan
from tests.unit.planning.flow.driving import NOW, Planning

COSTS, SYNTHESIS = "cost_estimation", "synthesis"


def summed(planning: Planning) -> PlanSynthesis:
    planning.run(COSTS)
    planning.run(SYNTHESIS)
    assert planning.plan.synthesis is not None
    return planning.plan.synthesis


def recommended(planning: Planning) -> dict[str, Recommendation]:
    return {each.title: each for each in summed(planning).recommendations}


def test_totals() -> None:
    found = summed(small_plan())

    assert (found.total_applications, found.total_waves, found.skill_gaps) == (3, 2, 1)
    # 2026-11-30 to 2027-04-09, both counted.
    assert found.total_duration_days == 131
    assert str(found.total_cost) == "42890.53"
    assert (found.completed_at, found.source, found.version) == (NOW, Source.RULES, 1)


def test_a_summary_to_paste_into_a_mail() -> None:
    assert summed(small_plan()).summary == (
        "3 applications move in 2 waves, from 2026-11-30 to 2027-04-09 (131 calendar days, hypercare included). "
        "The plan costs 42,890.53 USD: 23,320.00 for labour, 13,976.11 for everything else and 5,594.42 (15%) for "
        "contingency. As the hours turn out low or high, it is 37,526.93 to 56,299.53 USD. "
        "What moves runs for 40,000.00 USD a year today and for 30,120.00 USD in the target, as far as both are known; "
        "that pays it back in 52.1 months. "
        "Still open: 1 skill gap."
    )


def test_a_plan_that_moves_nothing_says_so() -> None:
    planning = small_plan()
    planning._planned(placed=(), allocations=(), activities=(), resource_plan=None)

    found = summed(planning)

    assert (found.total_waves, found.total_duration_days, found.total_cost) == (0, 0, Decimal(0))
    assert found.summary.startswith("None of the plan's 3 applications is in a wave. The plan costs 0")
    assert not [each for each in planning.lessons if each.kind == "planning.wave_planning"]


def test_most_urgent_comes_first() -> None:
    planning = small_plan()
    assert planning.plan.wave_plan is not None
    planning._planned(
        wave_plan=replace(planning.plan.wave_plan, violations=(Violation("LIMIT", "Wave 1 holds too many."),)),
        allocations=tuple(
            replace(each, over_allocated=each.id == "engineer-2") for each in planning.plan.allocations
        ),
    )  # fmt: skip

    found = summed(planning).recommendations

    assert [(each.title, each.priority) for each in found] == [
        ("Mend 1 broken constraint", Priority.URGENT),
        ("Relieve 1 over-booked pool", Priority.URGENT),
        ("Close 1 skill gap", Priority.HIGH),
        ("Shorten the payback", Priority.MEDIUM),
    ]
    assert found[0].detail == "Wave 1 holds too many."
    assert found[1].detail.startswith("Engineer pool in Wave 2: more hours than there are.")
    assert found[2].detail == "Kubernetes in Wave 2: Train people."


def test_a_pool_that_is_over_booked_in_two_waves_is_one_pool() -> None:
    planning = small_plan()
    engineers = ("engineer-1", "engineer-2")
    over = tuple(replace(each, over_allocated=each.id in engineers) for each in planning.plan.allocations)
    planning._planned(allocations=over)

    found = recommended(planning)["Relieve 1 over-booked pool"]

    assert found.detail.startswith("Engineer pool in Wave 1, Engineer pool in Wave 2: more hours than there are.")
    assert planning.plan.synthesis is not None
    assert planning.plan.synthesis.summary.endswith("Still open: 1 over-booked pool, 1 skill gap.")


def test_a_summary_hides_no_day_on_which_a_pool_is_over_booked() -> None:
    planning = small_plan()
    dates = date(2026, 11, 23), date(2027, 4, 9)
    timeline = Timeline("t", "flow", "Timeline", *dates, (), resource_feasible=False, source=Source.USER)
    planning._planned(timeline=timeline, resource_plan=None)

    found = summed(planning)

    assert found.summary.endswith("Still open: days on which a pool is over-booked.")
    assert "Relieve the over-booked pools" in {each.title for each in found.recommendations}


def plan_parts(**parts: Any) -> Planning:
    planning = small_plan()
    planning._planned(**parts)
    return planning


def test_an_application_without_a_wave_is_named() -> None:
    planning = small_plan()
    planning._planned(placed=tuple(each for each in planning.plan.placed if each.application_id != "crm"))

    found = recommended(planning)["Put 1 application into waves"]

    assert (found.detail, found.priority) == (
        "They move in no wave, and are in no date and no cost: Crm.",
        Priority.HIGH,
    )
    assert planning.plan.synthesis is not None
    assert planning.plan.synthesis.summary.startswith("2 of 3 applications move in 2 waves")


def test_what_does_not_move_any_more_is_named() -> None:
    planning = small_plan()
    planning.portfolio = replace(planning.portfolio, accepted=DECISIONS[:2])

    assert recommended(planning)["Take 1 application out of the plan"].detail.endswith(": Wiki.")


def test_decisions_that_rest_on_old_facts_or_are_close_are_named() -> None:
    planning = small_plan()
    shop, crm, wiki = DECISIONS
    decided = (replace(shop, changed_facts=("Servers",)), replace(crm, too_close_to_call=True), wiki)
    planning.portfolio = replace(planning.portfolio, accepted=decided)

    found = recommended(planning)

    assert found["Look again at 1 decision"].detail.startswith("Facts changed since they were decided: Shop.")
    assert found["Settle 1 close decision"].detail.endswith(": Crm.")


def test_pools_that_nobody_confirmed_are_named() -> None:
    planning = small_plan()
    engineers, architects = planning.portfolio.pools
    planning.portfolio = replace(planning.portfolio, pools=(replace(engineers, suggested=True), architects))

    assert "Engineer pool" in recommended(planning)["Confirm the proposed pools"].detail


@pytest.mark.parametrize(
    ("today", "title"),
    [
        (Decimal(6_000), "Make the case without a payback"),
        (Decimal(7_000), "Shorten the payback"),
        (None, "Learn the run-rates"),
    ],
)
def test_payback(today: Decimal | None, title: str) -> None:
    planning = small_plan(replace(SHOP, annual_cost=today), WIKI)

    assert title in recommended(planning)


def test_a_short_payback_is_not_worth_a_word() -> None:
    planning = small_plan(replace(SHOP, annual_cost=Decimal(100_000)))

    assert not [title for title in recommended(planning) if "payback" in title or "run-rates" in title]


def test_one_wave_that_holds_most_is_worth_dividing() -> None:
    more = [replace(SHOP, id=f"shop-{n}", key=f"shop-{n}", name=f"Shop {n}") for n in range(6)]
    planning = small_plan(CRM, *more)
    placed = tuple(
        replace(each, wave_id="wave-2" if each.application_id == "crm" else "wave-1") for each in planning.plan.placed
    )
    planning._planned(placed=placed)

    assert recommended(planning)["Divide Wave 1"].detail.startswith("6 of 7 applications cut over together.")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 12, 24), date(2026, 12, 31), "The migration of Wave 1 stops for the blackout from 2026-12-24"),
        (date(2027, 1, 15), date(2027, 1, 20), "Wave 1 cuts over on 2027-01-08, shortly before the blackout"),
    ],
)
def test_blackouts_that_press_a_wave_are_named(first: date, last: date, said: str) -> None:
    planning = small_plan(blackouts=(BlackoutPeriod(first, last),))

    assert recommended(planning)["Give 1 wave room before a blackout"].detail.startswith(said)


def test_a_blackout_that_leaves_a_week_is_none_of_its_business() -> None:
    planning = small_plan(blackouts=(BlackoutPeriod(date(2027, 1, 16), date(2027, 1, 20)),))

    assert not [title for title in recommended(planning) if "blackout" in title]


def test_a_plan_without_a_pilot_or_with_overruled_constraints_hears_of_it() -> None:
    planning = small_plan()
    assert planning.plan.wave_plan is not None
    planning._planned(
        waves=tuple(replace(each, pilot=False) for each in planning.plan.waves),
        wave_plan=replace(planning.plan.wave_plan, waived=("Wave 1 is full.",)),
    )

    found = recommended(planning)

    assert found["Begin with a pilot"].priority is Priority.LOW
    assert found["Check 1 constraint that moves overruled"].detail == "Wave 1 is full."


def test_small_gaps_are_less_urgent() -> None:
    planning = small_plan()
    resources = planning.plan.resource_plan
    assert resources is not None
    gap = resources.skill_gaps[0]
    planning._planned(resource_plan=replace(resources, skill_gaps=(gap, replace(gap, severity=Severity.LOW))))

    assert [each.priority for each in summed(planning).recommendations if each.title == "Close 1 skill gap"] == [
        Priority.HIGH,
        Priority.MEDIUM,
    ]


def test_how_large_waves_came_out_is_learned() -> None:
    planning = small_plan()

    summed(planning)

    lesson = planning.lessons[-1]
    assert lesson.kind == "planning.wave_planning"
    assert (lesson.data["applications"], lesson.data["waves"], lesson.data["meanApplications"]) == (3, 2, 1.5)
    assert lesson.data["dependencyDensity"] == 0


def test_the_same_again_is_the_same_version() -> None:
    planning = small_plan()
    before = summed(planning)
    later = NOW + timedelta(hours=1)

    again = planning.call(SYNTHESIS, now=later)
    planning._take(SYNTHESIS, synthesize(again))

    assert planning.plan.synthesis == replace(before, completed_at=later)


def test_what_changed_is_one_version_more() -> None:
    planning = small_plan()
    before = summed(planning)
    planning.portfolio = replace(planning.portfolio, accepted=DECISIONS[:2])

    after = summed(planning)

    assert (after.id, after.version) == (before.id, 2)
    assert after.last_change is not None
    assert "recommendations" in after.last_change.fields
