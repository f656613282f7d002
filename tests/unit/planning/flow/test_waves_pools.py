from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.planning.proposed_pools import Staffing, propose_pools, role_rate
from domain.planning.roles import WorkRole
from domain.reference_data import read_csv
from domain.resource_pool import ResourcePool
from tests.unit.planning.flow.driving import TODAY, plan, pool

A, E, D, T, L = WorkRole


def proposed(staffing: Staffing, currency: str = "USD", as_of: date = TODAY) -> tuple[ResourcePool, ...]:
    numbers = count(1)
    return propose_pools(staffing, currency, as_of, lambda: f"pool-{next(numbers)}")


def test_as_many_people_as_the_fewest_waves_keep_busy() -> None:
    # Two waves of 65 working days in 90 calendar days: a person gives 1,040 hours.
    staffing = Staffing(
        {A: Decimal(1040), E: Decimal("3120.01"), D: Decimal("1040.01"), T: Decimal(1), L: Decimal(0)}, 10, 5, 90
    )

    assert [(each.role, int(each.hours_per_day)) for each in proposed(staffing)] == [
        ("architect", 8),
        ("engineer", 32),
        ("database", 16),
        ("test", 8),
        ("lead", 8),
    ]


def test_a_wave_of_thirty_days_has_twenty_two_working_days() -> None:
    # 22 days of 8 hours are 176.
    assert Staffing({E: Decimal(176)}, 3, 3, 30).headcount(E) == 1
    assert Staffing({E: Decimal("176.01")}, 3, 3, 30).headcount(E) == 2


@given(
    hours=st.decimals(0, 100_000, places=2),
    applications=st.integers(1, 1_000),
    most=st.integers(1, 1_000),
    days=st.integers(30, 3_650),
)
def test_there_are_people_enough_and_nobody_too_many(hours: Decimal, applications: int, most: int, days: int) -> None:
    staffing = Staffing({E: hours}, applications, most, days)
    waves = -(-applications // most)
    each = waves * 8 * (days // 7 * 5 + min(days % 7, 5))

    people = staffing.headcount(E)

    assert people * each >= hours
    assert people == 1 or (people - 1) * each < hours


def test_proposed_pools_are_named_skilled_and_to_be_confirmed() -> None:
    pools = proposed(Staffing({}, 1, 5, 90), "CHF")

    assert pools[1] == ResourcePool(
        id="pool-2",
        name="Engineers",
        role="engineer",
        hours_per_day=Decimal(8),
        hourly_rate=Decimal(133),
        skills=(
            "Cloud migration",
            "Linux administration",
            "Managed platforms",
            "System administration",
            "Windows administration",
        ),
        suggested=True,
    )
    assert all(each.suggested and each.skills for each in pools)


def test_ordinary_skills_are_ones_that_migrations_take() -> None:
    taken = {row["skill"] for row in read_csv("skills")}
    ordinary = {skill for each in proposed(Staffing({}, 1, 5, 90))[:3] for skill in each.skills}

    assert ordinary <= taken


@pytest.mark.parametrize(
    ("currency", "as_of", "expected"),
    [
        ("USD", date(2026, 11, 21), ("USD", 109, date(2026, 1, 1))),
        ("USD", date(2025, 12, 31), ("USD", 105, date(2025, 1, 1))),
        ("USD", date(2020, 1, 1), ("USD", 105, date(2025, 1, 1))),
        ("JPY", date(2026, 11, 21), ("JPY", 11_400, date(2026, 1, 1))),
        ("XAU", date(2026, 11, 21), ("USD", 109, date(2026, 1, 1))),
        ("CHF", date(2025, 6, 1), ("USD", 105, date(2025, 1, 1))),
    ],
)
def test_rates_are_dated_and_fall_back_to_dollars(currency: str, as_of: date, expected: tuple[str, int, date]) -> None:
    rate = role_rate(E, currency, as_of)

    assert (rate.currency, int(rate.hourly), rate.valid_from) == expected
    assert rate.source == "ours"


def test_every_currency_has_a_rate_for_every_role() -> None:
    rows = read_csv("role_rates")
    dated = {(row["from"], row["currency"]) for row in rows}

    assert {(row["from"], row["currency"], row["role"]) for row in rows} == {
        (*each, str(role)) for each in dated for role in WorkRole
    }
    assert {(row["from"], row["currency"]) for row in read_csv("blended_rates")} == dated


def test_an_engagement_without_pools_gets_five_and_is_told() -> None:
    planning = plan("a", "b", pools=(), hours=2_000, max_apps_per_wave=1, currency="XAU")

    result = planning.run("wave_planning")

    # 4,000 hours in two waves of 65 days: 600, 2,000, 600, 600 and 200 hours for 1,040 a person.
    assert [(each.role, int(each.hours_per_day)) for each in planning.portfolio.pools] == [
        ("architect", 8),
        ("engineer", 16),
        ("database", 8),
        ("test", 8),
        ("lead", 8),
    ]
    assert result.rests_on_suggested_pools
    assert planning.codes("wave_planning") == ["SUGGESTED_POOLS", "NO_RATE", "UNKNOWN_SERVERS"]


def test_proposed_pools_are_kept_when_waves_are_planned_again() -> None:
    planning = plan("a", "b", pools=())
    planning.run("wave_planning")
    before = planning.portfolio.pools

    planning.run("wave_planning")

    assert planning.portfolio.pools == before


def test_an_engagement_with_pools_gets_none_and_roles_without_one_are_told() -> None:
    planning = plan("a", pools=(pool("engineer"), pool("analyst")))

    result = planning.run("wave_planning")

    assert [each.role for each in planning.portfolio.pools] == ["engineer", "analyst"]
    assert not result.rests_on_suggested_pools
    told = {each.details["role"]: each.details["hours"] for each in planning.warnings["wave_planning"][:4]}
    assert told == {"architect": "3.00", "database": "3.00", "test": "3.00", "lead": "1.00"}
    assert planning.codes("wave_planning")[:4] == ["NO_POOL"] * 4


def test_removed_pools_are_no_pools() -> None:
    planning = plan("a", pools=(pool("engineer", removed=True),))

    planning.run("wave_planning")

    assert [each.role for each in planning.portfolio.pools if not each.removed] == [
        "architect",
        "engineer",
        "database",
        "test",
        "lead",
    ]
