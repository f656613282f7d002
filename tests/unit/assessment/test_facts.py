"""Facts: their list, their column names, and reading their text."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.application import Application, Technology
from domain.fact import FactType, Unreadable
from domain.fact_reading import read
from domain.facts import FACTS, HEADERS, header_key


def test_every_header_names_one_fact() -> None:
    for fact in FACTS.values():
        for header in fact.headers:
            assert header == header_key(header)
            assert HEADERS[header] == fact.key


def test_every_field_is_one_of_the_application() -> None:
    fields = {field.name for field in dataclasses.fields(Application)}

    assert {fact.field for fact in FACTS.values() if fact.field} <= fields


def test_every_condition_names_a_fact() -> None:
    assert {fact.only_if[0] for fact in FACTS.values() if fact.only_if} == {"commercial_product"}


def test_every_alias_is_a_choice() -> None:
    for fact in FACTS.values():
        if fact.type is FactType.CHOICE:
            assert set(fact.aliases.values()) <= set(fact.choices)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Application Name", "name"),
        ("*OS name", "operating_system"),
        ("*Memory (In MB)", "memory_mb"),
        ("server_os_version", "operating_system"),
        ("r_type", "sixr_wish"),
        ("CPU.NumberOfCores", "cores"),
        ("Business Service", "department"),
        ("Data Center", "hosting"),
    ],
)
def test_headers_of_real_inventories_are_known(header: str, key: str) -> None:
    assert HEADERS[header_key(header)] == key


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("user_count", "1,234", 1234),
        ("user_count", "1.234", 1234),
        ("user_count", "1 234 567", 1234567),
        ("user_count", "12.0", 12),
        ("user_count", "0", 0),
        ("annual_cost", "$1,234.56", Decimal("1234.56")),
        ("annual_cost", "1.234,50 EUR", Decimal("1234.50")),
        ("annual_cost", "250k", Decimal(250000)),
        ("annual_cost", "USD 1.5M", Decimal(1500000)),
        ("cpu_percent", "4.5 %", 4.5),
        ("data_volume_gb", "1.234", 1.234),
        ("legal_block", "Yes", True),
        ("legal_block", "0", False),
        ("commercial_product", "COTS", True),
        ("commercial_product", "in-house", False),
        ("contract_end", "2027-03-31", date(2027, 3, 31)),
        ("contract_end", "31/03/2027", date(2027, 3, 31)),
        ("contract_end", "03/31/2027", date(2027, 3, 31)),
        ("contract_end", "5 Mar 2027", date(2027, 3, 5)),
        ("contract_end", "2027-03-31 00:00:00", date(2027, 3, 31)),
        ("criticality", "Tier-1", "MISSION_CRITICAL"),
        ("criticality", "mission critical", "MISSION_CRITICAL"),
        ("criticality", "1 - Mission Critical", "MISSION_CRITICAL"),
        ("criticality", "Tier 2 (gold)", "HIGH"),
        ("environment", "PRD", "PRODUCTION"),
        ("environment", "pre-prod", "STAGING"),
        ("customization", "none", "NONE"),
        ("integration_kinds", "REST; file; MQ ;rest", ("REST", "file", "MQ", "rest")),
        ("integration_kinds", "none", ()),
        ("sixr_wish", "Relocate", "REHOST"),
        ("sixr_wish", "re-architect", "REFACTOR/ARCHITECTURE"),
        ("sixr_wish", "TBC", None),
        ("operating_system", "Win2k8 R2", (Technology("Windows Server", "2008 R2", "operating_system"),)),
    ],
)
def test_text_becomes_a_value(key: str, text: str, value: Any) -> None:
    assert read(FACTS[key], text) == value


@pytest.mark.parametrize("text", ["", "  ", "unknown", "N/A", "null", "?", "tbd", "-"])
@pytest.mark.parametrize("key", sorted(FACTS))
def test_unknown_null_and_absent_are_the_same(key: str, text: str) -> None:
    assert read(FACTS[key], text) is None


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("user_count", "12.5", "Users needs a whole number; '12.5' is none."),
        ("user_count", "-3", "Users cannot be negative; '-3' is."),
        ("user_count", "9,999,999,999", "Users cannot be as large as '9,999,999,999'."),
        ("user_count", "many", "Users needs a whole number; 'many' is none."),
        ("annual_cost", "NaN", "Annual cost needs an amount of money; 'NaN' is none."),
        ("annual_cost", "1.234", "Annual cost could be 1234 or 1.234; write it without a separator."),
        ("cpu_percent", "120", "Mean CPU use over 30 days needs a percentage from 0 to 100; '120' is none."),
        ("contract_end", "03/04/2027", "End of contract: '03/04/2027' could be two dates; write it as 2027-03-31."),
        ("contract_end", "31/31/2027", "End of contract: '31/31/2027' is no date; write it as 2027-03-31."),
        ("legal_block", "perhaps", "Law or regulation forbids moving it needs yes or no; 'perhaps' is neither."),
        (
            "criticality",
            "huge",
            "Criticality needs one of MISSION_CRITICAL, HIGH, MEDIUM, LOW; 'huge' is none of them.",
        ),
    ],
)
def test_unreadable_text_says_why(key: str, text: str, reason: str) -> None:
    assert read(FACTS[key], text) == Unreadable(text, reason)


@settings(deadline=None)
@given(st.sampled_from(sorted(FACTS)), st.text(max_size=60))
def test_no_text_breaks_reading(key: str, text: str) -> None:
    read(FACTS[key], text)


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=2**31 - 1))
def test_thousands_separators_do_not_change_a_number(number: int) -> None:
    assert read(FACTS["user_count"], f"{number:,}") == number
