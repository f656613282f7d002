"""Severities and scores of technical debt, exactly as the field's rules say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.application import Criticality
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.debt_severity import (
    Exposure,
    mean_score,
    relieved_standards,
    score,
    single_point_severity,
    standard_severity,
    support_severity,
)
from domain.end_of_life import EndOfLife
from domain.source import Source
from domain.standard import ApprovalStatus, ExceptionKind, StandardException
from tests.unit.assessment.portfolios import NOW, TODAY

PLAIN = Exposure()
PUBLIC = Exposure(internet_facing=True)
REGULATED = Exposure(regulated=True)
VITAL = Exposure(criticality=Criticality.MISSION_CRITICAL)


def support(ends_on: date, *, certain: bool = True) -> EndOfLife:
    return EndOfLife("Java", "8", ends_on, "recalled", certain)


@pytest.mark.parametrize(
    ("ends_on", "exposure", "severity"),
    [
        (date(2026, 11, 20), PLAIN, Severity.HIGH),
        (date(2026, 11, 20), REGULATED, Severity.HIGH),
        (date(2026, 11, 20), PUBLIC, Severity.CRITICAL),
        (date(2026, 11, 20), VITAL, Severity.CRITICAL),
        (date(2026, 11, 20), Exposure(criticality=Criticality.HIGH), Severity.HIGH),
        (date(2026, 11, 21), VITAL, Severity.MEDIUM),
        (date(2027, 11, 21), PUBLIC, Severity.MEDIUM),
        (date(2027, 11, 22), PUBLIC, None),
    ],
)
def test_end_of_support(ends_on: date, exposure: Exposure, severity: Severity | None) -> None:
    assert support_severity(support(ends_on), exposure, TODAY) is severity


def test_an_uncertain_date_never_makes_more_than_medium() -> None:
    assert support_severity(support(date(2010, 1, 1), certain=False), VITAL, TODAY) is Severity.MEDIUM


def test_a_year_from_the_29th_of_february_ends_on_the_28th() -> None:
    assert support_severity(support(date(2029, 2, 28)), PLAIN, date(2028, 2, 29)) is Severity.MEDIUM
    assert support_severity(support(date(2029, 3, 1)), PLAIN, date(2028, 2, 29)) is None


@pytest.mark.parametrize(
    ("mandatory", "exposure", "severity"),
    [
        (True, PLAIN, Severity.HIGH),
        (True, VITAL, Severity.HIGH),
        (True, PUBLIC, Severity.CRITICAL),
        (True, REGULATED, Severity.CRITICAL),
        (False, PUBLIC, Severity.MEDIUM),
    ],
)
def test_standards_and_controls(mandatory: bool, exposure: Exposure, severity: Severity) -> None:
    assert standard_severity(mandatory=mandatory, exposure=exposure) is severity


@pytest.mark.parametrize(
    ("criticality", "severity"),
    [
        (Criticality.MISSION_CRITICAL, Severity.MEDIUM),
        (Criticality.HIGH, Severity.MEDIUM),
        (Criticality.MEDIUM, Severity.LOW),
        (None, Severity.LOW),
    ],
)
def test_single_points_of_failure(criticality: Criticality | None, severity: Severity) -> None:
    assert single_point_severity(Exposure(criticality=criticality)) is severity


def item(finding: str, severity: Severity, component: str | None = None, standard: str | None = None) -> TechDebtItem:
    return TechDebtItem(
        id=f"{finding}-{component}",
        flow_id="flow",
        application_id="a",
        category=DebtCategory.OBSOLESCENCE,
        severity=severity,
        finding=finding,
        title=finding,
        evidence=finding,
        remediation_hours=Decimal(1),
        confidence=1.0,
        source=Source.RULES,
        component_id=component,
        standard_id=standard,
    )


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], 0.0),
        ([item("x", Severity.CRITICAL)], 3.9),  # w = 4
        ([item("x", Severity.HIGH)], 2.2),  # w = 2
        ([item("x", Severity.MEDIUM)], 1.2),  # w = 1
        ([item("x", Severity.LOW)], 0.6),  # w = 0.5
        ([item("x", Severity.HIGH, "1"), item("x", Severity.CRITICAL, "2")], 4.2),  # w = 4 x 1.1
        ([item("x", Severity.HIGH, c) for c in "1234"], 2.6),  # w = 2 x 1.2
        ([item(f, Severity.CRITICAL) for f in "abcd"], 8.6),  # w = 16
        ([replace(item("x", Severity.CRITICAL), dismissed=True)], 0.0),
    ],
)
def test_score(items: list[TechDebtItem], expected: float) -> None:
    assert score(items) == expected


def test_what_is_under_an_approved_exception_counts_half() -> None:
    assert score([item("x", Severity.CRITICAL, standard="s")], {"s"}) == score([item("x", Severity.HIGH)])


def test_a_finding_that_is_excepted_in_some_places_only_counts_whole() -> None:
    places = [item("x", Severity.CRITICAL, "1", "s"), item("x", Severity.CRITICAL, "2")]

    assert score(places, {"s"}) == 4.2  # w = 4 x 1.1
    assert score(places[:1], {"s"}) == 2.2  # w = 4 / 2


def exception(**fields: Any) -> StandardException:
    usual = StandardException("e", "flow", "a", ExceptionKind.EXCEPTION, "why", "ada", NOW, "s")
    return replace(usual, **{"status": ApprovalStatus.APPROVED, **fields})


def test_only_approved_exceptions_of_the_application_that_have_not_expired_relieve() -> None:
    assert relieved_standards([exception(expires_on=TODAY)], "a", TODAY) == {"s"}
    assert relieved_standards([exception()], "b", TODAY) == set()
    assert relieved_standards([exception(expires_on=date(2026, 11, 20))], "a", TODAY) == set()
    assert relieved_standards([exception(status=ApprovalStatus.PROPOSED)], "a", TODAY) == set()
    assert relieved_standards([exception(kind=ExceptionKind.MODIFICATION)], "a", TODAY) == set()


def test_the_reports_score_is_the_mean_half_up() -> None:
    assert mean_score([1.0, 2.5]) == 1.8
    assert mean_score([]) == 0.0


@settings(deadline=None)
@given(
    st.lists(
        st.builds(item, st.sampled_from("abcdef"), st.sampled_from(Severity), st.sampled_from(["1", "2", None])),
        max_size=20,
    )
)
def test_scores_stay_between_nought_and_ten_and_do_not_depend_on_order(items: list[TechDebtItem]) -> None:
    assert 0 <= score(items) <= 10
    assert score(items) == score(items[::-1])
