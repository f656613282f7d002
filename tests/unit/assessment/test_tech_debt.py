"""What the rules of technical debt find, and its evidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Criticality, Technology
from domain.debt import DebtCategory, Severity
from domain.dependency import DependencyKind
from domain.portfolio import Portfolio
from domain.source import Source
from domain.standard import (
    ApprovalStatus,
    ArchitectureStandard,
    ExceptionKind,
    StandardException,
    SupportedVersion,
)
from domain.tech_debt import first_look, full_look, replaced
from domain.templates import GENERAL, applied, templates
from domain.versions import meets
from tests.unit.assessment.portfolios import NOW, application, call, component, needs, new_id

JAVA_7 = Technology("Java", "7", "runtime")
WINDOWS = Technology("Windows Server", "2008 R2", "operating_system")


def standards() -> tuple[ArchitectureStandard, ...]:
    return applied(templates()[GENERAL], (), new_id=new_id, by="ada", at=NOW)


def found(portfolio: Portfolio, *, full: bool = False) -> list[tuple[str, str | None, Severity]]:
    items = full_look(call(portfolio), standards()) if full else first_look(call(portfolio))
    return [(item.finding, item.component_id, item.severity) for item in items]


def test_the_first_look_sees_the_end_of_support_of_each_component() -> None:
    portfolio = Portfolio(
        applications=(application("web", technologies=(JAVA_7, WINDOWS), internet_facing=True),),
        components=(component("web", "shop", "service", JAVA_7), component("web", "admin", "service", JAVA_7)),
    )

    assert found(portfolio) == [
        ("end-of-support:Java 7", "web-admin", Severity.CRITICAL),
        ("end-of-support:Java 7", "web-shop", Severity.CRITICAL),
        ("end-of-support:Windows Server 2008 R2", None, Severity.CRITICAL),
    ]


def test_the_evidence_names_the_product_the_date_and_its_source() -> None:
    portfolio = Portfolio(applications=(application("batch", technologies=(JAVA_7,)),))

    [item] = first_look(call(portfolio))

    assert item.title == "Java 7 is past its end of support"
    assert item.evidence == "Batch runs Java 7; support of Java 7 ended on 2022-07-31 (source: recalled)."
    assert (item.category, item.source, item.remediation_hours) == (
        DebtCategory.OBSOLESCENCE,
        Source.RULES,
        Decimal(40),
    )


def test_an_owner_nobody_knows_is_a_finding() -> None:
    assert found(Portfolio(applications=(application("orphan", business_owner=None),))) == [
        ("ownership", None, Severity.LOW)
    ]


def test_cycles_of_hard_dependencies_are_found_and_soft_ones_are_not() -> None:
    apps = tuple(application(name) for name in ("a", "b", "c"))
    edges = (needs("a", "b"), needs("b", "a"), needs("b", "c"), needs("c", "b", DependencyKind.SOFT))

    items = first_look(call(Portfolio(applications=apps, dependencies=edges)))

    assert [(item.application_id, item.finding) for item in items] == [("a", "cycle"), ("b", "cycle")]
    assert items[0].evidence == "A needs B and is needed by them, directly or through others."


@pytest.mark.parametrize(("consumers", "findings"), [(7, []), (8, [("fan-in", None, Severity.LOW)])])
def test_fan_in_counts_from_eight(consumers: int, findings: list[object]) -> None:
    portfolio = Portfolio(
        applications=(application("hub"),),
        neighbours=tuple(application(f"n{i}") for i in range(consumers)),
        dependencies=tuple(needs(f"n{i}", "hub") for i in range(consumers)),
    )

    assert found(portfolio) == findings


def test_shared_services_and_what_is_gone_do_not_couple() -> None:
    portfolio = Portfolio(
        applications=(application("hub"),),
        neighbours=tuple(application(f"n{i}", vanished=i > 7) for i in range(12)),
        dependencies=tuple(needs(f"n{i}", "hub", DependencyKind.SHARED_SERVICE) for i in range(8))
        + tuple(needs(f"n{i}", "hub") for i in range(8, 12)),
    )

    assert found(portfolio) == []


def test_the_full_look_measures_by_the_standards() -> None:
    portfolio = Portfolio(
        applications=(application("pay", regulated="yes", tls="no", criticality=Criticality.HIGH, redundant=False),),
        components=(component("pay", "core", "service", Technology("Java", "11.0.2", "runtime"), api_p95_ms=250),),
    )

    assert found(portfolio, full=True) == [
        ("control:api-latency", "pay-core", Severity.MEDIUM),
        ("control:tls-1.2", None, Severity.CRITICAL),
        ("single-point", None, Severity.MEDIUM),
        ("standard:java-version:Java 11.0.2", "pay-core", Severity.CRITICAL),
    ]


def test_owasp_is_asked_of_what_the_internet_reaches_only() -> None:
    inside = Portfolio(applications=(application("in", owasp_tested=False),))
    outside = Portfolio(applications=(application("out", owasp_tested=False, internet_facing=True),))

    assert found(inside, full=True) == []
    assert found(outside, full=True) == [("control:owasp-top-10", None, Severity.MEDIUM)]


def test_one_server_that_others_need_is_a_single_point_of_failure() -> None:
    portfolio = Portfolio(
        applications=(application("hub", server_count="1"),),
        neighbours=(application("n"),),
        dependencies=(needs("n", "hub", DependencyKind.SOFT),),
    )

    assert found(portfolio, full=True) == [("single-point", None, Severity.LOW)]


def test_an_approved_modification_changes_what_holds_for_one_application() -> None:
    java = standards()[0]
    modification = StandardException(
        "e", "flow", "pay", ExceptionKind.MODIFICATION, "Vendor supports 11.", "ada", NOW, java.id,
        supported_versions=(SupportedVersion("Java", ">=11"),), status=ApprovalStatus.APPROVED,
    )  # fmt: skip
    portfolio = Portfolio(
        applications=(application("pay", technologies=(Technology("Java", "11", "runtime"),)),),
        exceptions=(modification,),
    )

    assert full_look(call(portfolio), (java,)) == ()
    proposed = replace(portfolio, exceptions=(replace(modification, status=ApprovalStatus.PROPOSED),))
    assert len(full_look(call(proposed), (java,))) == 1


def test_an_approved_addition_holds_for_its_application() -> None:
    addition = StandardException(
        "e", "flow", "pay", ExceptionKind.ADDITION, "PCI", "ada", NOW,
        supported_versions=(SupportedVersion("Tomcat", ">=10"),), status=ApprovalStatus.APPROVED,
    )  # fmt: skip
    tomcat = (Technology("Tomcat", "9.0", "middleware"),)
    portfolio = Portfolio(
        applications=(application("pay", technologies=tomcat), application("other", technologies=tomcat)),
        exceptions=(addition,),
    )

    below = [item for item in full_look(call(portfolio), ()) if item.finding.startswith("standard")]

    assert [(item.application_id, item.standard_id) for item in below] == [("pay", None)]


def test_a_second_run_keeps_ids_dismissals_and_what_a_person_wrote() -> None:
    portfolio = Portfolio(applications=(application("web", technologies=(JAVA_7, WINDOWS)),))
    java, windows = full_look(call(portfolio), ())
    dismissed = replace(java, dismissed=True, dismissed_by="ada", dismissed_reason="Gone soon.")
    written = replace(windows, severity=Severity.LOW, source=Source.USER)
    gone = replace(java, id="gone", finding="end-of-support:Java 5")
    again = call(replace(portfolio, debt=(dismissed, written, gone)))

    items = full_look(again, ())

    assert items == (dismissed,)
    assert replaced(again, items) == (gone,)


def test_the_same_portfolio_gives_the_same_findings() -> None:
    portfolio = Portfolio(
        applications=(application("web", technologies=(JAVA_7,)),),
        components=(component("web", "b"), component("web", "a")),
    )

    assert found(portfolio) == found(replace(portfolio, components=portfolio.components[::-1]))


@pytest.mark.parametrize(
    ("version", "specifier", "expected"),
    [
        ("17.0.2", ">=17", True),
        ("11", ">=17", False),
        ("17.0.2", "==17", True),
        ("17.0.2", ">17", False),
        ("2008 R2", ">=2019", False),
        ("10.11", ">=10.6", True),
        ("9", ">=8,<12", True),
        ("12.1", ">=8,<12", False),
        ("8", "8", True),
        ("8", "~=8", None),
        ("", ">=8", None),
    ],
)
def test_versions_against_specifiers(version: str, specifier: str, expected: bool | None) -> None:
    assert meets(version, specifier) is expected
