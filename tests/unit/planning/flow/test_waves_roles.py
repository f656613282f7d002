from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Component, Technology
from domain.decision import ComponentTreatment, HoursRange, Strategy
from domain.planning.roles import ALL_ROLES, WorkRole, role_of, roles_needed, split
from tests.unit.planning.flow.driving import application, component, decided

A, E, D, T, L = WorkRole
POSTGRES = Technology("PostgreSQL", "15", "database")
JAVA = Technology("Java", "17", "language")
LINUX = Technology("Ubuntu", "22.04", "operating_system")


def hours(text: str, needed: frozenset[WorkRole] = ALL_ROLES) -> dict[WorkRole, str]:
    return {role: str(own) for role, own in split(Decimal(text), needed).items()}


def test_hours_part_into_roles_by_their_shares() -> None:
    assert hours("20") == {A: "3.00", E: "10.00", D: "3.00", T: "3.00", L: "1.00"}


def test_the_engineer_does_what_a_role_would_that_is_not_needed() -> None:
    assert hours("20", ALL_ROLES - {D}) == {A: "3.00", E: "13.00", T: "3.00", L: "1.00"}
    assert hours("20", frozenset()) == {E: "20.00"}


def test_hundredths_that_are_left_go_to_the_largest_remainders_the_earlier_role_first() -> None:
    assert hours("0.03") == {A: "0.01", E: "0.02", D: "0.00", T: "0.00", L: "0.00"}
    assert hours("10.01") == {A: "1.50", E: "5.01", D: "1.50", T: "1.50", L: "0.50"}
    assert hours("33.33") == {A: "5.00", E: "16.66", D: "5.00", T: "5.00", L: "1.67"}


@given(
    st.decimals(0, 1_000_000, places=2),
    st.frozensets(st.sampled_from(list(WorkRole))),
)
def test_roles_add_up_to_the_hours_and_none_is_more_than_a_hundredth_off(
    total: Decimal, needed: frozenset[WorkRole]
) -> None:
    found = split(total, needed)

    assert sum(found.values()) == total
    assert found.keys() == needed | {E}
    for role, percent in {A: 15, D: 15, T: 15, L: 5}.items():
        if role in needed:
            assert abs(found[role] - total * percent / 100) < Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("architect", A),
        ("Solution Architects", A),
        ("Cloud engineer", E),
        ("Developers", E),
        ("Database Administrator", D),
        ("DBA", D),
        ("data engineer", D),
        ("QA", T),
        ("Test engineer", T),
        ("Project Manager", L),
        ("lead", L),
        ("Business analyst", None),
        ("", None),
    ],
)
def test_pools_call_their_roles_as_they_like(text: str, role: WorkRole | None) -> None:
    assert role_of(text) is role


@pytest.mark.parametrize("role", list(WorkRole))
def test_a_role_is_known_by_its_own_name(role: WorkRole) -> None:
    assert role_of(role) is role


def test_who_stores_no_data_needs_nobody_for_databases() -> None:
    parts = (component("a", "web", "service", JAVA),)

    assert roles_needed(application("a"), parts, decided("a")) == {A, E, T, L}


@pytest.mark.parametrize(
    "parts",
    [
        (component("a", "web", "service", JAVA, POSTGRES),),
        (component("a", "web", "service", JAVA), component("a", "store", "database")),
        (component("a", "web", "service", JAVA, data_volume_gb="12"),),
        (component("a", "web", "service", LINUX),),
        (),
    ],
    ids=["product", "kind of part", "data volume", "only an operating system", "nothing known"],
)
def test_who_stores_data_or_may_does(parts: tuple[Component, ...]) -> None:
    assert roles_needed(application("a"), parts, decided("a")) == ALL_ROLES


def test_a_database_that_ends_is_nobodys_work() -> None:
    web, store = component("a", "web", "service", JAVA), component("a", "store", "database", POSTGRES)
    effort = HoursRange(Decimal(1), Decimal(2), Decimal(3))
    treatments = tuple(
        ComponentTreatment(part.id, part.id, strategy, strategy, "Given.", effort)
        for part, strategy in ((web, Strategy.REHOST), (store, Strategy.RETIRE))
    )

    decision = decided("a", treatments=treatments)

    assert roles_needed(application("a"), (web, store), decision) == {A, E, T, L}
