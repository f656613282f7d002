"""Pools as people keep them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import NotFound, Refused, StaleVersion
from domain.pool_edit import PoolGiven, remove_pool, save_pool
from domain.resource_pool import ResourcePool

FIRST, LAST = date(2027, 1, 4), date(2027, 3, 31)
HELD = ResourcePool(
    "pool-1", "Team", "engineer", Decimal(40), Decimal("99.50"), ("Java",), FIRST, LAST, suggested=True, version=3
)


def wanted(**fields: Any) -> PoolGiven:
    usual = PoolGiven("Team", "engineer", Decimal(40), Decimal("99.50"), ("Java",))
    return replace(usual, **fields)


def save(given: PoolGiven, before: ResourcePool | None = None, currency: str = "USD") -> ResourcePool:
    return save_pool(given, before, currency, lambda: "new")


def paths(given: PoolGiven, before: ResourcePool | None = None, currency: str = "USD") -> list[tuple[str, ...]]:
    with pytest.raises(Refused) as refused:
        save(given, before, currency)
    return [each.path for each in refused.value.problems]


def test_a_new_pool_is_a_persons_own() -> None:
    given = wanted(name=" Team ", given={"available_from": FIRST})

    assert save(given) == ResourcePool(
        "new", "Team", "engineer", Decimal(40), Decimal("99.50"), ("Java",), available_from=FIRST
    )


def test_skills_are_there_once_whatever_their_capitals() -> None:
    assert save(wanted(skills=("Java", " java ", "SQL  Server", "sql server"))).skills == ("Java", "SQL  Server")


def test_what_is_not_named_stays_and_none_takes_away() -> None:
    after = save(wanted(given={"available_until": None}), HELD)

    assert (after.available_from, after.available_until, after.version) == (FIRST, None, 4)


def test_saving_a_proposed_pool_as_it_is_confirms_it() -> None:
    assert save(wanted(), HELD) == replace(HELD, suggested=False, version=4)


def test_the_same_again_is_no_change() -> None:
    own = replace(HELD, suggested=False)

    assert save(wanted(), own) == own


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": "  "}, ("name",)),
        ({"name": "x" * 201}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"role": ""}, ("role",)),
        ({"role": "a\x00b"}, ("role",)),
        ({"hours_per_day": Decimal(0)}, ("hoursPerDay",)),
        ({"hours_per_day": Decimal("24000.000001")}, ("hoursPerDay",)),
        ({"hours_per_day": Decimal("0.0000001")}, ("hoursPerDay",)),
        ({"hourly_rate": Decimal("-0.01")}, ("hourlyRate",)),
        ({"hourly_rate": Decimal(10) ** 9}, ("hourlyRate",)),
        ({"hourly_rate": Decimal("1.001")}, ("hourlyRate",)),
        ({"given": {"available_from": LAST, "available_until": FIRST}}, ("availableUntil",)),
        ({"skills": ("x",) * 101}, ("skills",)),
        ({"skills": ("Java", "")}, ("skills", "1")),
        ({"skills": ("x" * 101,)}, ("skills", "0")),
    ],
)
def test_what_no_pool_can_be_is_refused_where_it_stands(fields: dict[str, Any], path: tuple[str, ...]) -> None:
    assert paths(wanted(**fields)) == [path]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 200, "role": "y" * 200},
        {"hours_per_day": Decimal(24_000)},
        {"hours_per_day": Decimal("0.000001")},
        {"hourly_rate": Decimal(0)},
        {"given": {"available_from": FIRST, "available_until": FIRST}},
        {"skills": tuple(f"skill {n}" for n in range(100))},
        {"skills": ("x" * 100,)},
        {"skills": ()},
    ],
)
def test_what_a_pool_can_just_be_is_kept(fields: dict[str, Any]) -> None:
    after = save(wanted(**fields))

    kept = {**{key: value for key, value in fields.items() if key != "given"}, **fields.get("given", {})}
    assert {name: getattr(after, name) for name in kept} == kept


def test_everything_wrong_is_said_at_once() -> None:
    given = wanted(name="", role="", hours_per_day=Decimal(-1), hourly_rate=Decimal(-1), skills=("",))

    assert paths(given) == [("name",), ("role",), ("skills", "0"), ("hoursPerDay",), ("hourlyRate",)]


def test_a_first_day_after_the_last_that_is_held_is_refused() -> None:
    assert paths(wanted(given={"available_from": date(2027, 4, 1)}), HELD) == [("availableFrom",)]


def test_a_rate_is_as_fine_as_its_currency() -> None:
    assert paths(wanted(hourly_rate=Decimal("1.5")), currency="JPY") == [("hourlyRate",)]
    assert save(wanted(hourly_rate=Decimal("1.555")), currency="KWD").hourly_rate == Decimal("1.555")


def test_who_comes_second_is_told() -> None:
    with pytest.raises(StaleVersion) as refused:
        save_pool(wanted(), HELD, "USD", lambda: "new", expected_version=2)

    assert refused.value.problems[0].details == {"expectedVersion": 2, "currentVersion": 3, "changed": ["pool"]}


def test_a_removed_pool_stays_and_is_not_there_any_more() -> None:
    after = remove_pool(HELD, 3)

    assert after == replace(HELD, removed=True, version=4)
    with pytest.raises(NotFound):
        remove_pool(after)
    with pytest.raises(NotFound):
        save(wanted(), after)


def test_removing_what_somebody_changed_is_refused() -> None:
    with pytest.raises(StaleVersion):
        remove_pool(HELD, 2)
