"""What a plan costs: every line of a small one, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domain.flows.planning.costs import estimate_costs
from domain.planning.plan import CostCategory, CostLine, SkillGap, UsedPool
from domain.source import Source
from tests.unit.planning.flow.costed import SHOP, WIKI, allocated, small_plan, wave
from tests.unit.planning.flow.driving import Planning, plan

COSTS = "cost_estimation"


def estimated(planning: Planning) -> Planning:
    planning.run(COSTS)
    return planning


def lines(planning: Planning) -> dict[str, CostLine]:
    return {line.key: line for line in sorted(planning.plan.cost_lines, key=lambda line: line.position)}


def amounts(planning: Planning, category: CostCategory) -> dict[str, str]:
    return {key: str(line.amount) for key, line in lines(planning).items() if line.category is category}


def test_labor_is_hours_at_the_rate_of_their_pool_and_at_the_tables_where_there_is_none() -> None:
    planning = estimated(small_plan())

    # Hours of 100 likely part into 15, 50, 15, 15 and 5; those of 120 into 18, 60, 18, 18 and 6.
    assert amounts(planning, CostCategory.LABOR) == {
        "labor:0001:architect": "1800.00",  # 15 x 120
        "labor:0001:engineer": "5000.00",  # 50 x 100
        "labor:0001:role:database": "1815.00",  # 15 x 121
        "labor:0001:role:lead": "605.00",  # 5 x 121
        "labor:0001:role:test": "1380.00",  # 15 x 92
        "labor:0002:architect": "2160.00",  # 18 x 120
        "labor:0002:engineer": "6000.00",  # 60 x 100
        "labor:0002:role:database": "2178.00",  # 18 x 121
        "labor:0002:role:lead": "726.00",  # 6 x 121
        "labor:0002:role:test": "1656.00",  # 18 x 92
    }
    unstaffed = lines(planning)["labor:0001:role:database"]
    assert unstaffed.provenance == (
        "Hours by the decisions and the split into roles; no pool has the role database, so they are at 121 USD an "
        "hour by the table of role rates of 2026-01-01 (ours). Low and high as the decisions' 80 and 150 hours are to "
        "the likely 100."
    )


def test_low_and_high_follow_the_decisions_hours() -> None:
    planning = estimated(small_plan())

    engineers = lines(planning)["labor:0001:engineer"]
    tools = lines(planning)["tooling:0001"]
    assert (engineers.low_amount, engineers.high_amount) == (Decimal("4000.00"), Decimal("7500.00"))
    assert tools.low_amount == tools.amount == tools.high_amount


def test_what_is_bought_is_priced_by_the_rate_card() -> None:
    planning = estimated(small_plan())

    found = {
        key: (str(line.quantity), line.unit, str(line.unit_cost), str(line.amount))
        for key, line in lines(planning).items()
        if line.category not in (CostCategory.LABOR, CostCategory.DUAL_RUNNING)
    }
    assert found == {
        # 2 servers for 39 days: 2 x 39 x 12 / 365 = 2.564 months.
        "infrastructure:0001": ("2.56", "server-months", "90", "230.40"),
        "infrastructure:0002": ("1.28", "server-months", "90", "115.20"),
        "licensing:0002": ("50", "users", "60", "3000.00"),
        "tooling:0001": ("2", "servers", "150", "300.00"),
        "tooling:0002": ("1", "servers", "150", "150.00"),
        # 190 hours are missing, 160 are what one person has in 20 days.
        "training:Kubernetes": ("2", "people", "1800", "3600.00"),
        "data_transfer:0001": ("100", "GB", "0.05", "5.00"),
        "data_transfer:0002": ("10", "GB", "0.05", "0.50"),
        "other:0001": ("2", "servers", "120", "240.00"),
        "other:0002": ("2", "servers", "120", "240.00"),
    }


def test_an_application_runs_twice_from_preparation_to_the_end_of_hypercare() -> None:
    planning = estimated(small_plan())

    assert amounts(planning, CostCategory.DUAL_RUNNING) == {
        # Rehosted: 2 x 3000 + 100 x 1.20 = 6120 a year; (6120 x 39 + 10000 x 21) / 365.
        "dual_running:shop": "1229.26",
        # Repurchased: 50 x 480 = 24000 a year; (24000 x 39 + 30000 x 28) / 365.
        "dual_running:crm": "4865.75",
    }
    assert lines(planning)["dual_running:shop"].provenance == (
        "The target at 6120.00 a year for the 39 calendar days from preparation to cut-over, and what runs today at "
        "10000 a year for the 21 from it to the end of hypercare. Days by the timeline. The target: 2 servers at 3000 "
        "and 100 GB at 1.20 a year by the rate card of 2026-01-01 (ours, unconfirmed); today: its annual cost in the "
        "inventory."
    )


def test_sums() -> None:
    planning = estimated(small_plan())

    cost = planning.plan.cost
    assert cost is not None
    # Labour 10600 + 12720 = 23320; dual running 6095.01; all else 7881.10.
    assert str(cost.subtotal) == "37296.11"
    assert (str(cost.contingency), str(cost.total)) == ("5594.42", "42890.53")  # 15% is 5594.4165
    # Low labour 18656, high 34980: 32632.11 + 4894.82 and 48956.11 + 7343.42.
    assert (str(cost.low), str(cost.high)) == ("37526.93", "56299.53")
    assert cost.unassigned == 0
    # 10000 + 30000 and 6120 + 24000; the wiki is left out.
    assert (cost.current_run_rate, cost.target_run_rate) == (Decimal(40_000), Decimal("30120.00"))
    assert cost.payback_months == float(Decimal("42890.53") / Decimal(9_880) * 12)
    assert (cost.source, cost.version) == (Source.RULES, 1)


def test_what_is_not_in_it_is_said() -> None:
    planning = estimated(small_plan())

    assert planning.codes(COSTS) == ["RUN_RATES_UNKNOWN", "DATA_VOLUME_UNKNOWN", "SERVERS_ASSUMED"]
    said = [each.message for each in planning.warnings[COSTS]]
    assert said[0] == (
        "1 of 3 applications left out of run-rates, payback and dual running, for want of annual cost or data volume: "
        "Wiki."
    )
    assert said[2] == "Servers that nobody has counted are taken as one a component: Crm."


def test_without_any_run_rate_there_is_neither_rate_nor_payback() -> None:
    planning = estimated(small_plan(replace(SHOP, annual_cost=None), WIKI))

    cost = planning.plan.cost
    assert cost is not None
    assert (cost.current_run_rate, cost.target_run_rate, cost.payback_months) == (None, None, None)


def test_a_target_that_costs_as_much_never_pays_back() -> None:
    planning = estimated(small_plan(replace(SHOP, annual_cost=Decimal(6_120))))

    cost = planning.plan.cost
    assert cost is not None
    assert (cost.current_run_rate, cost.target_run_rate) == (Decimal(6_120), Decimal("6120.00"))
    assert cost.payback_months is None


def test_a_skill_that_several_waves_lack_belongs_to_none_of_them() -> None:
    planning = small_plan()
    resources = planning.plan.resource_plan
    assert resources is not None
    gap = resources.skill_gaps[0]
    gaps = (replace(gap, wave_id="wave-1", hours_needed=Decimal(400)), gap, SkillGap(
        "Role: test", "wave-1", Decimal(15), Decimal(0), gap.severity, "Add a pool."))  # fmt: skip
    planning._planned(resource_plan=replace(resources, skill_gaps=gaps))

    estimated(planning)

    training = lines(planning)["training:Kubernetes"]
    assert (training.wave_id, training.quantity) == (None, Decimal(3))  # 390 hours of 160
    assert planning.plan.cost is not None
    assert planning.plan.cost.unassigned == Decimal("5400.00")
    assert [key for key in lines(planning) if key.startswith("training")] == ["training:Kubernetes"]


def test_an_application_without_a_wave_costs_nothing() -> None:
    planning = small_plan()
    planning._planned(placed=tuple(each for each in planning.plan.placed if each.application_id != "crm"))

    estimated(planning)

    assert "dual_running:crm" not in lines(planning)
    assert "licensing:0002" not in lines(planning)
    assert planning.plan.cost is not None
    assert planning.plan.cost.current_run_rate == Decimal(10_000)


def test_before_a_wave_has_dates_nothing_runs_twice() -> None:
    planning = small_plan()
    planning._planned(activities=())

    estimated(planning)

    assert not {"dual_running:shop", "infrastructure:0001"} & set(lines(planning))


def test_a_currency_that_the_card_lacks_takes_its_dollars_and_says_so() -> None:
    planning = estimated(small_plan(currency="HUF"))

    assert lines(planning)["tooling:0001"].unit_cost == Decimal(150)
    assert "at 150 USD per server" in lines(planning)["tooling:0001"].provenance
    assert "RATE_CARD_CURRENCY" in planning.codes(COSTS)


def test_an_amount_has_its_currencys_smallest_unit() -> None:
    planning = estimated(small_plan(currency="JPY"))

    assert lines(planning)["tooling:0001"].amount == Decimal(45_000)
    assert {line.amount.as_tuple().exponent for line in planning.plan.cost_lines} == {0}
    assert planning.plan.cost is not None
    assert planning.plan.cost.total.as_tuple().exponent == 0


def test_the_same_again_changes_nothing() -> None:
    planning = estimated(small_plan())
    before = planning.plan

    outcome = estimate_costs(planning.call(COSTS))

    assert outcome.saves == ()
    assert outcome.removes == ()
    assert planning.plan == before


def test_lines_keep_their_ids_and_what_is_gone_is_removed() -> None:
    planning = estimated(small_plan())
    before = {key: line.id for key, line in lines(planning).items()}
    planning._planned(
        allocations=tuple(
            allocated(1, "engineer", 55) if each.id == "engineer-1" else each
            for each in planning.plan.allocations
            if each.id != "architect-2"
        )
    )

    estimated(planning)

    after = {key: line.id for key, line in lines(planning).items()}
    assert set(before) - set(after) == {"labor:0002:architect"}
    assert set(after) - set(before) == {"labor:0002:role:architect"}
    assert {key: after[key] for key in before if key in after} == {key: before[key] for key in before if key in after}
    assert planning.plan.cost is not None
    assert planning.plan.cost.version == 2
    assert planning.plan.cost.last_change is not None
    assert planning.plan.cost.last_change.fields[0] == "lines"


def test_the_order_of_what_is_known_decides_nothing() -> None:
    planning, turned = small_plan(), small_plan()
    turned.portfolio = replace(
        turned.portfolio,
        applications=tuple(reversed(turned.portfolio.applications)),
        accepted=tuple(reversed(turned.portfolio.accepted)),
        pools=tuple(reversed(turned.portfolio.pools)),
    )
    turned._planned(
        waves=tuple(reversed(turned.plan.waves)),
        placed=tuple(reversed(turned.plan.placed)),
        allocations=tuple(reversed(turned.plan.allocations)),
        activities=tuple(reversed(turned.plan.activities)),
    )

    assert estimated(turned).plan.cost_lines == estimated(planning).plan.cost_lines
    assert turned.plan.cost == planning.plan.cost


def test_hours_that_a_person_gives_to_an_empty_wave_cost_the_same_low_and_high() -> None:
    planning = small_plan()
    planning._planned(
        waves=(*planning.plan.waves, wave(3)),
        allocations=(*planning.plan.allocations, allocated(3, "engineer", 8, suggested=False)),
    )

    estimated(planning)

    extra = lines(planning)["labor:0003:engineer"]
    assert extra.low_amount == extra.amount == extra.high_amount == Decimal("800.00")
    assert extra.provenance == (
        "Hours that a person set, at the rate of the pool Engineer pool. Low and high are the same: no decision says "
        "otherwise."
    )


def test_rates_are_those_that_the_plan_remembers() -> None:
    planning = small_plan()
    resources = planning.plan.resource_plan
    assert resources is not None
    used = UsedPool("engineer", "Engineer pool", "engineer", Decimal(40), Decimal(95))
    planning._planned(resource_plan=replace(resources, pools=(used,)))

    estimated(planning)

    assert lines(planning)["labor:0001:engineer"].unit_cost == Decimal(95)
    assert lines(planning)["labor:0001:architect"].unit_cost == Decimal(120)


def test_days_are_those_of_the_timeline() -> None:
    """Of twenty working days from 23 November the fifth begins preparation; the sixteenth ends migration."""
    alone = replace(SHOP, annual_cost=Decimal(36_500))

    planning = plan(alone, hours=100).through("cost_estimation")

    twice = lines(planning)["dual_running:shop"]
    assert "for the 17 calendar days from preparation" in twice.provenance  # 27 November to 14 December
    assert "for the 18 from it to the end of hypercare" in twice.provenance  # to 1 January
    assert twice.amount == Decimal("2085.04")  # (6120 x 17 + 36500 x 18) / 365
