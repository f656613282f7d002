"""Readiness gaps and completeness."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.application import Application, Component, Criticality, Environment, Readiness, Technology
from domain.facts import FACTS
from domain.known_facts import as_text, component_fact, fact_of, stored
from domain.readiness import applicable_facts, checked, completeness, missing_facts, readiness_gaps

BARE = Application("a", "a", "Ledger")
PLACEHOLDER = Component("c", "a", "ledger", "Ledger", "application")


def test_an_application_of_which_only_the_name_is_known_lists_every_gap() -> None:
    assert readiness_gaps(BARE, []) == (
        "It has neither a component nor a technology.",
        "Its criticality is unknown.",
        "Its environment is unknown.",
    )
    assert checked(BARE, []).readiness is Readiness.NOT_READY


def test_the_component_that_stands_for_what_is_not_known_counts() -> None:
    known = replace(BARE, criticality=Criticality.LOW, environment=Environment.TEST)

    assert readiness_gaps(BARE, [PLACEHOLDER]) == ("Its criticality is unknown.", "Its environment is unknown.")
    assert checked(known, [PLACEHOLDER]).readiness is Readiness.READY_FOR_ASSESSMENT


def test_name_part_criticality_and_environment_make_it_ready() -> None:
    known = replace(BARE, criticality=Criticality.LOW, environment=Environment.TEST)

    ready = checked(known, [replace(PLACEHOLDER, type="server")])

    assert (ready.readiness, ready.readiness_gaps) == (Readiness.READY_FOR_ASSESSMENT, ())
    assert checked(replace(known, technologies=(Technology("Java"),)), []).readiness is Readiness.READY_FOR_ASSESSMENT


@pytest.mark.parametrize("readiness", [Readiness.IN_ASSESSMENT, Readiness.PLANNED, Readiness.RETIRED])
def test_what_a_flow_decided_is_not_changed_by_rules(readiness: Readiness) -> None:
    assert checked(replace(BARE, readiness=readiness), []).readiness is readiness


def test_commercial_software_needs_no_source_code_and_custom_software_no_saas_form() -> None:
    commercial = replace(BARE, attributes={"commercial_product": True})
    custom = replace(BARE, attributes={"commercial_product": "in-house"})

    needed = {fact.key for fact in applicable_facts(commercial, [])}
    assert "saas_available" in needed
    assert not needed & {"source_available", "language"}
    needed = {fact.key for fact in applicable_facts(custom, [])}
    assert "source_available" in needed
    assert not needed & {"saas_available", "customization"}


def test_completeness_is_the_share_of_applicable_facts_that_are_known() -> None:
    applicable = len(applicable_facts(BARE, []))
    known = replace(BARE, criticality=Criticality.LOW, user_count=3)

    assert completeness(known, []) == round(3 / applicable, 4)
    assert set(missing_facts(BARE, [])) - set(missing_facts(known, [])) == {"criticality", "user_count"}


def test_a_fact_of_one_component_counts_as_known() -> None:
    server = Component("c", "a", "s", "s", "server", attributes={"cpu_percent": 3.5})

    assert "cpu_percent" not in missing_facts(BARE, [server])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.one_of(st.none(), st.text(max_size=9), st.integers())))
def test_completeness_is_a_share_whatever_the_attributes_hold(attributes: dict[str, Any]) -> None:
    application = replace(BARE, attributes=attributes)

    assert 0 <= completeness(application, []) <= 1


@pytest.mark.parametrize("unknown", [None, "", "unknown", "N/A", {}, []])
def test_unknown_null_and_absent_are_the_same(unknown: Any) -> None:
    assert fact_of(replace(BARE, attributes={"legal_block": unknown}), "legal_block") is None


def test_a_component_shares_what_is_said_of_its_application() -> None:
    application = replace(BARE, attributes={"regulated": "yes", "cpu_percent": 40})
    component = replace(PLACEHOLDER, attributes={"cpu_percent": 2})

    assert component_fact(application, component, "regulated") is True
    assert component_fact(application, component, "cpu_percent") == 2.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (4.5, "4.5"),
        (Decimal("12.50"), "12.50"),
        ((Technology("Java", "8"), Technology("C")), "Java 8, C"),
    ],
)
def test_values_are_shown_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_money_is_kept_as_text() -> None:
    assert stored(Decimal("12.50")) == "12.50"
    assert stored(("a", "b")) == ["a", "b"]
