from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.application import Readiness
from domain.decision import Strategy
from domain.errors import ErrorCode, Refused
from domain.flows.planning.configuration import BlackoutPeriod, MoveGroup
from tests.unit.planning.flow.driving import Planning, application, decided, plan

NOT_READY, INVALID = ErrorCode.NOT_READY, ErrorCode.INVALID_INPUT
DAY = date(2026, 12, 24)


def problems(planning: Planning) -> list[tuple[str, str, str]]:
    """Code, path below `configuration.planning` and message of all that is wrong; a refusal changes nothing."""
    before = planning.portfolio
    with pytest.raises(Refused) as refused:
        planning.open()
    assert (planning.portfolio, planning.history) == (before, [])
    assert {each.path[:2] for each in refused.value.problems} == {("configuration", "planning")}
    return [(each.code, ".".join(each.path[2:]), each.message) for each in refused.value.problems]


def test_a_start_leaves_applications_as_they_are() -> None:
    planning = plan("a", application("b", readiness=Readiness.PLANNED, planned_by="another-flow"))
    before = planning.portfolio

    planning.open()

    assert (planning.portfolio, planning.history) == (before, [])


EVERYTHING = [
    (
        NOT_READY,
        "applicationIds.0",
        "A has no accepted decision: accept one in an assessment, or set its readiness with one.",
    ),
    (INVALID, "applicationIds.2", "It is named twice."),
    (NOT_READY, "applicationIds.3", "C is to be retired: it is decommissioned, not moved."),
    (NOT_READY, "applicationIds.4", "Raw is not ready: it has not been assessed."),
    (ErrorCode.NOT_FOUND, "applicationIds.5", "There is no such application."),
    (INVALID, "maxAppsPerWave", "A wave takes at least 1 application."),
    (INVALID, "waveDurationLimitDays", "A wave may last 30 to 3,650 days."),
    (INVALID, "contingencyPercentage", "The contingency is 0 to 100 percent, with at most 6 decimals."),
    (INVALID, "maxParallelWaves", "At least 1 wave runs at a time."),
    (INVALID, "startsOn", "2126-01-01 is more than 10 years away."),
    (INVALID, "blackouts.1.endsOn", "A blackout ends no earlier than it starts, on 2027-01-06."),
    (INVALID, "moveGroups.1.applicationIds.0", "B is in the move group Payroll already; groups are disjoint."),
    (INVALID, "moveGroups.1.applicationIds.3", "It is named twice."),
    (INVALID, "moveGroups.2.name", "A name has 1 to 200 printable characters."),
    (INVALID, "moveGroups.2.applicationIds", "A move group has at least 1 application."),
]


def test_everything_is_refused_at_once_where_it_stands() -> None:
    planning = plan(
        "a",
        "b",
        "c",
        application("raw", readiness=Readiness.NOT_READY),
        decisions=[decided("c", strategy=Strategy.RETIRE)],
        max_apps_per_wave=0,
        wave_duration_limit_days=29,
        contingency_percentage=Decimal("100.5"),
        max_parallel_waves=0,
        starts_on=date(2126, 1, 1),
        blackouts=(
            BlackoutPeriod(date(2026, 12, 24), date(2026, 12, 24)),
            BlackoutPeriod(date(2027, 1, 6), date(2026, 12, 24)),
        ),
        move_groups=(
            MoveGroup(("a", "b"), "Payroll"),
            MoveGroup(("b", "stranger", "c", "c")),
            MoveGroup((), " "),
        ),
    )
    planning.configuration = replace(planning.configuration, application_ids=("a", "b", "a", "c", "raw", "stranger"))
    planning.portfolio = replace(planning.portfolio, accepted=planning.portfolio.accepted[1:])

    assert problems(planning) == EVERYTHING


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"max_apps_per_wave": 1}, None),
        ({"max_apps_per_wave": -1}, "maxAppsPerWave"),
        ({"wave_duration_limit_days": 30}, None),
        ({"wave_duration_limit_days": 3_651}, "waveDurationLimitDays"),
        ({"contingency_percentage": Decimal(0)}, None),
        ({"contingency_percentage": Decimal(100)}, None),
        ({"contingency_percentage": Decimal("12.123456")}, None),
        ({"contingency_percentage": Decimal("1E+1")}, None),
        ({"contingency_percentage": Decimal("12.1234567")}, "contingencyPercentage"),
        ({"contingency_percentage": Decimal("-0.1")}, "contingencyPercentage"),
        ({"starts_on": date(2016, 1, 1)}, None),
        ({"starts_on": date(2015, 12, 31)}, "startsOn"),
        ({"starts_on": date.max}, "startsOn"),
        ({"blackouts": (BlackoutPeriod(date(2026, 1, 1), date.max),)}, "blackouts.0.endsOn"),
        ({"blackouts": (BlackoutPeriod(DAY, DAY, "x" * 10_000),)}, None),
        ({"blackouts": (BlackoutPeriod(DAY, DAY, "x" * 10_001),)}, "blackouts.0.reason"),
    ],
)
def test_numbers_and_dates_have_limits(changes: dict[str, Any], path: str | None) -> None:
    planning = plan("a", **changes)

    if path is None:
        planning.open()
    else:
        assert [where for _, where, _ in problems(planning)] == [path]


def test_a_plan_takes_between_one_and_a_thousand_applications() -> None:
    none = plan("a")
    none.configuration = replace(none.configuration, application_ids=())

    assert problems(none) == [(INVALID, "applicationIds", "A plan takes 1 to 1,000 applications; these are 0.")]
    plan(*(f"app{number}" for number in range(1_000))).open()
    assert problems(plan(*(f"app{number}" for number in range(1_001)))) == [
        (INVALID, "applicationIds", "A plan takes 1 to 1,000 applications; these are 1,001.")
    ]


def test_a_group_of_more_than_a_wave_is_infeasible_and_named() -> None:
    planning = plan("a", "b", "c", max_apps_per_wave=2, move_groups=(MoveGroup(("a", "b", "c"), "Payroll"),))

    assert problems(planning) == [
        (
            ErrorCode.INFEASIBLE,
            "moveGroups.0",
            "The move group Payroll has 3 applications; a wave takes at most 2.",
        )
    ]


def test_a_group_names_applications_of_the_plan() -> None:
    planning = plan("a", "b", move_groups=(MoveGroup(("a", "elsewhere")),))

    assert problems(planning) == [(INVALID, "moveGroups.0.applicationIds.1", "This application is not in the plan.")]


@pytest.mark.parametrize(
    ("readiness", "words"),
    [
        (Readiness.DISCOVERED, "A has not been assessed."),
        (Readiness.READY_FOR_ASSESSMENT, "A has not been assessed."),
        (Readiness.IN_ASSESSMENT, "A is in an assessment that has not ended."),
        (Readiness.RETAINED, "A stays where it is: its decision is RETAIN."),
        (Readiness.MIGRATING, "A is being migrated."),
        (Readiness.MIGRATED, "A has been migrated."),
        (Readiness.RETIRED, "A has been retired."),
    ],
)
def test_what_is_not_ready_says_why(readiness: Readiness, words: str) -> None:
    assert problems(plan(application("a", readiness=readiness))) == [(NOT_READY, "applicationIds.0", words)]


def test_a_decision_to_retain_is_not_planned() -> None:
    planning = plan("a", decisions=[decided("a", strategy=Strategy.RETAIN)])

    assert problems(planning) == [(NOT_READY, "applicationIds.0", "A stays where it is: its decision is RETAIN.")]


def test_ending_a_plan_in_force_gives_its_applications_back() -> None:
    planning = plan(
        application("mine", readiness=Readiness.PLANNED, planned_by="flow"),
        application("other", readiness=Readiness.PLANNED, planned_by="another-flow"),
        application(
            "assessed", readiness=Readiness.IN_ASSESSMENT, readiness_before=Readiness.PLANNED, planned_by="flow"
        ),
        application("moving", readiness=Readiness.MIGRATING, planned_by="flow"),
        "free",
    )

    planning.close()

    assert {
        each.id: (each.readiness, each.readiness_before, each.planned_by, each.version)
        for each in planning.portfolio.applications
    } == {
        "mine": (Readiness.READY_FOR_PLANNING, None, None, 2),
        "other": (Readiness.PLANNED, None, "another-flow", 1),
        "assessed": (Readiness.IN_ASSESSMENT, Readiness.READY_FOR_PLANNING, None, 2),
        "moving": (Readiness.MIGRATING, None, "flow", 1),
        "free": (Readiness.READY_FOR_PLANNING, None, None, 1),
    }
    assert [(c.application_id, c.field, c.before, c.after, c.by, c.flow_id) for c in planning.history] == [
        ("mine", "readiness", "PLANNED", "READY_FOR_PLANNING", "ada", "flow")
    ]
