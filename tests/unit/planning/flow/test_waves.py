from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from domain.application import Criticality, Environment, Readiness
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.decision import MoveGroupHint, RefactorDepth, Strategy
from domain.definition import Pattern
from domain.dependency import DependencyKind
from domain.errors import ErrorCode, Refused
from domain.flows.planning.configuration import BlackoutPeriod, MoveGroup
from domain.flows.planning.facts import planned_applications, starts_on
from domain.flows.planning.results import WavePlanned
from domain.flows.planning.waves import wave_problem
from domain.planning.plan import UsedDecision, UsedDependency
from domain.planning.ports import SolveCancelled
from domain.planning.waves.problem import PoolCapacity
from domain.source import Source
from domain.standard import ApprovalStatus, ExceptionKind, StandardException
from tests.unit.planning.flow.driving import (
    MONDAY,
    NOW,
    TODAY,
    Planning,
    application,
    component,
    decided,
    needs,
    plan,
    pool,
    soft,
)

WAVES = "wave_planning"


def item(application_id: str, severity: Severity, flow_id: str = "assessment", **fields: Any) -> TechDebtItem:
    usual = TechDebtItem(
        f"{flow_id}-{severity}",
        flow_id,
        application_id,
        DebtCategory.OBSOLESCENCE,
        severity,
        f"finding-{severity}",
        "Old",
        "It is old.",
        Decimal(8),
        1.0,
        Source.RULES,
    )
    return replace(usual, **fields)


# ── what a plan rests on


def test_an_application_is_known_by_its_hours_risk_priority_and_servers() -> None:
    parts = (component("a", "web", server_count="3"), component("a", "jobs"))
    planning = plan(
        application("a", criticality=Criticality.HIGH, regulated="yes", environment=Environment.TEST),
        "b",
        dependencies=[needs("a", "b"), needs("a", "directory", DependencyKind.SHARED_SERVICE), soft("b", "a")],
        components=parts,
        decisions=[decided("a", "100.01", Strategy.REFACTOR, depth=RefactorDepth.ARCHITECTURE)],
        debt=[item("a", Severity.CRITICAL), item("a", Severity.HIGH, "an-older-flow")],
    )

    found = planned_applications(planning.call(WAVES))[0]

    assert found.roles == {
        "architect": Decimal("15.00"),
        "engineer": Decimal("50.01"),
        "database": Decimal("15.00"),
        "test": Decimal("15.00"),
        "lead": Decimal("5.00"),
    }
    assert found.hours == Decimal("100.01")
    assert (found.dependencies, found.servers, found.servers_known) == (2, Fraction(4), True)
    # Criticality 2/3, complexity low (regulated and HIGH are 2 points), architecture 0.75, debt 3.9 of 10.
    assert found.risk == pytest.approx((2 / 3 + 0 + 0.75 + 0.39) / 4)
    # TEST 80, HIGH 20, regulated 10, 4 servers 40 x 0.8, 2 dependencies 70, REFACTOR 10 x 0.6.
    assert found.priority == Decimal(80 + 20 + 10 + 32 + 70 + 6)


def test_debt_of_the_newest_flow_counts_where_the_decisions_own_found_none() -> None:
    planning = plan("a", debt=[item("a", Severity.LOW, "flow-1"), item("a", Severity.CRITICAL, "flow-2")])

    # Criticality and complexity low, rehosted, debt 3.9 of 10.
    assert planned_applications(planning.call(WAVES))[0].risk == pytest.approx(0.39 / 4)


def test_debt_by_an_approved_exception_counts_by_half() -> None:
    planning = plan("a", debt=[item("a", Severity.CRITICAL, standard_id="tls")])
    approved = StandardException(
        "exception",
        "assessment",
        "a",
        ExceptionKind.EXCEPTION,
        "It is replaced next year.",
        "owner",
        NOW,
        "tls",
        status=ApprovalStatus.APPROVED,
    )
    planning.portfolio = replace(planning.portfolio, exceptions=(approved,))

    # 2.2 of 10 in place of 3.9.
    assert planned_applications(planning.call(WAVES))[0].risk == pytest.approx(0.22 / 4)


def test_debt_of_which_nothing_is_known_says_nothing_of_the_risk() -> None:
    planning = plan(application("a", criticality=Criticality.MISSION_CRITICAL))

    assert planned_applications(planning.call(WAVES))[0].risk == pytest.approx(1 / 3)


def test_applications_come_in_order_of_their_ids_and_only_those_that_move() -> None:
    planning = plan("c", "b", "a", decisions=[decided("b", strategy=Strategy.RETIRE)])

    assert [each.id for each in planned_applications(planning.call(WAVES))] == ["a", "c"]


def test_a_plan_starts_when_it_is_wanted_else_on_the_day_its_waves_were_planned() -> None:
    dated, undated = plan("a"), plan("a", starts_on=None)

    assert starts_on(dated.call(WAVES)) == MONDAY
    assert starts_on(undated.call(WAVES)) == TODAY
    undated.run(WAVES)
    later = undated.call("cost_estimation", as_of=date(2027, 3, 1))
    assert starts_on(later) == TODAY


# ── the problem


def test_pools_of_a_role_count_together_and_what_is_gone_does_not() -> None:
    pools = (
        pool("engineer", 16),
        pool("cloud engineer", "8.5"),
        pool("tester", 8, removed=True),
        pool("dba", 8, available_until=date(2026, 11, 22)),
        pool("architect", 0),
        pool("analyst", 40),
    )

    problem = wave_problem(plan("a", pools=pools).call(WAVES))

    assert problem.capacities == (PoolCapacity("engineer", Decimal("24.5")),)


def test_shared_services_and_what_leads_outside_tie_nobody() -> None:
    planning = plan(
        "a",
        "b",
        "c",
        dependencies=[
            needs("a", "b", DependencyKind.SHARED_SERVICE),
            needs("b", "c", DependencyKind.SHARED_SERVICE),
            needs("c", "b", DependencyKind.SHARED_SERVICE),
            needs("a", "outside"),
        ],
        max_apps_per_wave=1,
    )

    result = planning.run(WAVES)

    problem = wave_problem(planning.call(WAVES))
    assert (problem.hard, problem.soft) == ((), ())
    # They are told of, as all that lead from wave to wave, and break nothing.
    assert (result.cross_wave_dependencies, result.violations) == (3, 0)


def test_a_hinted_group_counts_once_however_many_decisions_name_it() -> None:
    circle = MoveGroupHint("Cycle of A, B", "They need each other.", ("a", "b"), 0.9)
    mine = tuple(MoveGroupHint("Payroll", "A person put it there.", (id,), 1.0) for id in "bc")
    planning = plan(
        "a",
        "b",
        "c",
        decisions=[
            decided("a", hints=(circle,)),
            decided("b", hints=(circle, mine[0])),
            decided("c", hints=(mine[1],)),
        ],
    )

    soft_ties = wave_problem(planning.call(WAVES)).soft

    assert [(each.hint, each.application_ids, each.weight) for each in soft_ties] == [
        ("Cycle of A, B", ("a", "b"), 90),
        ("Payroll", ("b", "c"), 100),
    ]


# ── the plan


def test_three_applications_at_two_per_wave_are_two_waves() -> None:
    planning = plan("a", "b", "c", max_apps_per_wave=2)

    result = planning.run(WAVES)

    assert result == WavePlanned(TODAY, 2, 3, 0, 0, 0, 0.0, rests_on_suggested_pools=False)
    assert sorted(len(ids) for ids in planning.waves.values()) == [1, 2]
    assert [(wave.name, wave.pilot) for wave in planning.plan.waves] == [("Pilot", True), ("Wave 2", False)]


def test_without_a_pilot_wish_no_wave_is_a_pilot() -> None:
    planning = plan("a", "b", "c", max_apps_per_wave=2, pilot_wave=False)

    planning.run(WAVES)

    assert [(wave.name, wave.pilot) for wave in planning.plan.waves] == [("Wave 1", False), ("Wave 2", False)]


def test_waves_say_how_much_they_are_when_and_why() -> None:
    planning = plan(
        "a", "b", hours=1_000, max_apps_per_wave=1, dependencies=[needs("a", "b")], pools=(pool("engineer", 20),)
    )

    planning.run(WAVES)

    first, second = planning.plan.waves
    assert (first.effort_hours, first.duration_days, first.risk_score) == (Decimal(1_000), 25, 0.0)
    # 25 working days from Monday, 23 November; the cut-over is the last migration day, the 20th.
    assert (first.starts_on, first.cut_over_on, first.ends_on) == (
        date(2026, 11, 23),
        date(2026, 12, 18),
        date(2026, 12, 25),
    )
    assert second.starts_on == date(2026, 12, 28)
    assert first.rationale == (
        "1 application of 1,000 hours in 25 working days, which the role engineer needs; risk 0.00; "
        "1 of low risk with few dependencies, as a pilot likes them."
    )
    assert [(each.application_id, each.wave_id, each.because) for each in planning.plan.placed] == [
        ("a", second.id, "It needs B, which moves by wave 1."),
        ("b", first.id, "Its risk of 0.00 and 1 dependency suit the pilot."),
    ]


def test_holidays_of_the_engagement_and_blackouts_are_kept() -> None:
    planning = plan(
        "a",
        settings={"holidays": ["2026-12-24", "2026-12-25"]},
        blackouts=(BlackoutPeriod(date(2026, 12, 7), date(2026, 12, 11), "Year end"),),
    )

    planning.run(WAVES)

    # Migration is days 11 to 16 of 20, and waits for a week from 7 December on.
    wave = planning.wave(1)
    assert (wave.starts_on, wave.cut_over_on, wave.ends_on) == (
        date(2026, 11, 23),
        date(2026, 12, 21),
        date(2026, 12, 29),
    )


def test_the_plan_remembers_what_it_was_made_from() -> None:
    planning = plan("a", "b", dependencies=[needs("a", "b"), needs("a", "outside")])

    planning.run(WAVES)

    found = planning.plan.wave_plan
    assert found is not None
    assert found.decisions == (
        UsedDecision("a", "decision-a", 1, Strategy.REHOST, Decimal(20)),
        UsedDecision("b", "decision-b", 1, Strategy.REHOST, Decimal(20)),
    )
    assert found.dependencies == (UsedDependency("a>b", "a", "b", DependencyKind.HARD),)
    assert (found.source, found.version, found.last_change, found.time_limited) == (Source.RULES, 1, None, False)


def test_what_needs_each_other_moves_together() -> None:
    planning = plan(*"abcd", dependencies=[needs("a", "c"), needs("c", "d"), needs("d", "a")], max_apps_per_wave=3)

    planning.run(WAVES)

    assert {"a", "c", "d"} in planning.waves.values()
    assert "VIOLATION" not in planning.codes(WAVES)


def test_a_given_group_moves_together_where_a_soft_tie_would_have_it_otherwise() -> None:
    planning = plan(
        *"abcd",
        dependencies=[soft("a", "b"), soft("c", "d")],
        max_apps_per_wave=2,
        move_groups=(MoveGroup(("a", "d"), "Payroll"),),
    )

    result = planning.run(WAVES)

    assert sorted(map(sorted, planning.waves.values())) == [["a", "d"], ["b", "c"]]
    assert result.cross_wave_dependencies == 2


def test_an_application_that_is_too_long_gets_a_wave_of_its_own_and_a_violation() -> None:
    planning = plan(
        "a",
        "b",
        "long",
        decisions=[decided("long", 2_000)],
        wave_duration_limit_days=30,
        pools=(pool("engineer", 8),),
    )

    result = planning.run(WAVES)

    assert {"long"} in planning.waves.values()
    assert result.violations == 1
    number = planning.plan.numbers["long"]
    told = [each for each in planning.warnings[WAVES] if each.code == "VIOLATION"]
    assert [(each.message, each.details["applicationIds"]) for each in told] == [
        (f"Wave {number} lasts 173 calendar days; the limit is 30.", ["long"])
    ]


def test_who_has_no_accepted_decision_any_more_is_in_no_wave_and_told() -> None:
    planning = plan("a", "b", "c", decisions=[decided("c", strategy=Strategy.RETAIN)])
    planning.portfolio = replace(planning.portfolio, accepted=planning.portfolio.accepted[1:])

    result = planning.run(WAVES)

    assert planning.waves == {1: {"b"}}
    assert (result.placed, result.unassigned) == (1, 2)
    assert [each.message for each in planning.warnings[WAVES] if each.code == "NOT_PLANNED"] == [
        "A is in no wave: no accepted decision says that it moves.",
        "C is in no wave: no accepted decision says that it moves.",
    ]


def test_a_plan_in_which_nothing_moves_is_not_ready() -> None:
    planning = plan("a")
    planning.portfolio = replace(planning.portfolio, accepted=())
    before = planning.portfolio

    with pytest.raises(Refused) as refused:
        planning.run(WAVES)

    assert [each.code for each in refused.value.problems] == [ErrorCode.NOT_READY]
    assert (planning.portfolio, planning.results) == (before, {})


def test_a_stale_decision_and_unknown_servers_are_told() -> None:
    planning = plan(
        "a",
        "b",
        components=[component("a", "web", server_count="2")],
        decisions=[decided("b", changed_facts=("Users",))],
    )

    planning.run(WAVES)

    assert [(each.code, each.details) for each in planning.warnings[WAVES]] == [
        ("UNKNOWN_SERVERS", {"applicationIds": ["b"]}),
        ("STALE_DECISION", {"applicationIds": ["b"]}),
    ]


def test_a_cancelled_run_ends_without_a_plan() -> None:
    planning = plan("a")
    planning.ports.stopped = True

    with pytest.raises(SolveCancelled):
        planning.run(WAVES)

    assert planning.plan.wave_plan is None


@pytest.mark.parametrize("order", ["abcdef", "fedcba", "cafebd"])
def test_the_order_of_applications_decides_nothing(order: str) -> None:
    edges = [needs("a", "b"), soft("c", "d"), soft("e", "a"), needs("f", "c")]
    planning = plan(*order, dependencies=edges if order[0] == "a" else edges[::-1], max_apps_per_wave=2)

    planning.run(WAVES)

    assert planning.waves == {1: {"c", "d"}, 2: {"b", "f"}, 3: {"a", "e"}}


# ── what earlier plans taught


def test_sizes_of_waves_are_learned() -> None:
    planning = plan(*"abc", dependencies=[soft("a", "b")], max_apps_per_wave=2)

    planning.run(WAVES)

    assert [(each.kind, each.key, each.summary, each.data) for each in planning.lessons] == [
        (
            "planning.wave_planning",
            "size|2",
            "3 applications with 0.33 ties each went into 2 waves of 1.5.",
            {
                "learned": "size",
                "flowId": "flow",
                "maxAppsPerWave": 2,
                "applications": 3,
                "waves": 2,
                "meanApplications": 1.5,
                "dependencyDensity": 0.33,
            },
        )
    ]


def test_what_was_moved_in_an_earlier_plan_is_recalled_and_moves_nothing() -> None:
    moved = Pattern(
        "planning.wave_planning", "…", {"learned": "move", "proposed": 1, "chosen": None}, 0.75, "p-1", "move|a"
    )
    sizes = Pattern("planning.wave_planning", "40 went into 9.", {"learned": "size"}, 0.75, "p-2", "size|5")
    foreign = Pattern("planning.wave_planning", "…", {"learned": "move"}, 0.75, "p-3", "move|elsewhere")
    planning, plain = plan("a", "b"), plan("a", "b")
    own = replace(sizes, data={"learned": "size", "flowId": "flow"}, id="p-4")
    planning.patterns = (moved, sizes, foreign, own)

    planning.run(WAVES)
    plain.run(WAVES)

    assert planning.waves == plain.waves
    assert planning.used[WAVES] == ("p-1", "p-2")
    because = {each.application_id: each.because for each in planning.plan.placed}
    assert because["a"].endswith("suit the pilot. In an earlier plan a person moved it from wave 1 to no wave.")
    assert planning.plan.wave_plan
    assert planning.plan.wave_plan.rationale.endswith(". Learned from an earlier plan: 40 went into 9.")


def test_planning_an_application_that_is_planned_elsewhere_is_a_scenario() -> None:
    planning = plan(application("a", readiness=Readiness.PLANNED, planned_by="another-flow"))

    planning.open()
    planning.run(WAVES)

    assert planning.waves == {1: {"a"}}
    assert planning.portfolio.applications[0].planned_by == "another-flow"


def test_a_plan_is_the_same_for_everybody_who_makes_it() -> None:
    def made() -> Planning:
        planning = plan(*"abcdefg", dependencies=[soft("a", "g"), needs("b", "c")], max_apps_per_wave=3)
        planning.run(WAVES)
        return planning

    one, other = made(), made()

    assert one.plan.waves == other.plan.waves
    assert one.plan.placed == other.plan.placed
