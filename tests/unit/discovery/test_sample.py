from __future__ import annotations

from collections import Counter
from functools import cache

from domain.application import Application, Readiness
from domain.debt import Severity
from domain.decision import Decision
from domain.dependency import DependencyKind
from domain.flows.discovery.results import InventoryResult
from domain.inventory import CleansingFinding
from tests.unit.discovery.assessing import assess
from tests.unit.discovery.driving import SAMPLE, Discovery, discover


@cache
def sample() -> Discovery:
    discovery = discover(SAMPLE.read_bytes())
    discovery.drive()
    return discovery


@cache
def decisions() -> dict[str, Decision]:
    return assess(discovery_of_its_own().engagement)


def discovery_of_its_own() -> Discovery:
    discovery = discover(SAMPLE.read_bytes())
    discovery.drive()
    return discovery


def decided(rule: str) -> set[str]:
    return {name for name, found in decisions().items() if rule in found.rules}


def test_every_row_is_read_and_every_column_but_two_fills_a_fact() -> None:
    summary, mapping = sample().results["data_import"], sample().results["attribute_mapping"]

    assert (summary.format, summary.rows, summary.accepted, summary.rejected) == ("konveyor", 269, 269, 0)
    assert [found.column for found in mapping.mappings if found.target is None] == ["Comments", "Category"]


def test_what_cleansing_finds() -> None:
    others = {
        (found.rule, found.application_key, found.before, found.after, found.applied)
        for found in sample().engagement.of(CleansingFinding)
        if found.rule != "product-name"
    }

    assert others == {
        ("name-spelling", "customer portal", "customer  portal", "Customer Portal", True),
        ("contradictory-fact", "customer portal", "HIGH / MISSION_CRITICAL", "MISSION_CRITICAL", True),
        ("impossible-value", "contract store", "140", None, True),
        ("possible-duplicate", "contract-store", "Contract-Store", "Contract Store", False),
        ("self-dependency", "service desk", "Service Desk needs Service Desk", None, True),
        ("unknown-application", "telematics cloud", "Claims Desk needs Telematics Cloud", None, True),
    }
    products = [found for found in sample().engagement.of(CleansingFinding) if found.rule == "product-name"]
    assert {found.after for found in products if found.before == "Win2k8 R2"} == {"Windows Server 2008 R2"}
    assert len(products) == 18


def test_what_the_inventory_comes_to() -> None:
    assert sample().results["inventory"] == InventoryResult(
        applications=53,
        components=97,
        technologies=129,
        created=53,
        changed=0,
        unchanged=0,
        vanished=0,
        ready=52,
        completeness=0.9238,
    )
    waiting = [found for found in sample().engagement.of(Application) if found.readiness is Readiness.NOT_READY]
    assert [(found.name, found.readiness_gaps) for found in waiting] == [
        ("Contract-Store", ("Its criticality is unknown.", "Its environment is unknown."))
    ]
    assert sample().engagement.application("Tarantella").completeness < 0.15


def test_who_needs_whom() -> None:
    result = sample().results["dependencies"]
    names = {found.id: found.name for found in sample().engagement.of(Application)}
    edges = sample().engagement.edges()

    assert (result.dependencies, result.hard, result.soft, result.shared_service) == (117, 23, 42, 52)
    assert [{names[id] for id in cycle.application_ids} for cycle in result.cycles] == [
        {"Billing and Collections", "Policy Administration", "Claims Desk"},
        {"Broker Portal", "Commission Engine"},
    ]
    assert {names[found.application_id]: found.dependents for found in result.shared_services} == {
        "Corporate Directory": 30,
        "Backup Service": 9,
        "Mail System": 7,
        "Monitoring Platform": 6,
    }
    assert edges["Customer Portal", "Single Sign-On"].kind is DependencyKind.HARD
    assert edges["Data Warehouse", "Batch Scheduler"].kind is DependencyKind.SOFT


def test_the_first_look_finds_debt_of_every_severity() -> None:
    result = sample().results["tech_debt"]

    assert [found.severity for found in result.by_severity] == list(Severity)
    assert all(found.items > 0 for found in result.by_severity)
    assert sum(found.items for found in result.by_severity) == result.items


def test_every_gate_decides_somewhere() -> None:
    assert decided("RETAIN-HARD") == {"Actuarial Grid", "Annuity Register"}
    # By value, and by idleness.
    assert decided("RETIRE") == {"Fax Gateway", "Old Intranet", "Claims Viewer 2003"}
    assert decided("REPURCHASE") == {
        "Campaign Mailer",
        "Learning Campus",
        "Mail System",
        "People and Payroll",
        "Project Wiki",
        "Service Desk",
        "Team Sites",
        "Travel Expenses",
    }


def test_every_strategy_and_depth_is_chosen_somewhere() -> None:
    counts = Counter((str(found.strategy), found.depth and str(found.depth)) for found in decisions().values())

    assert counts == {
        ("REHOST", None): 15,
        ("REPLATFORM", None): 11,
        ("REPURCHASE", None): 8,
        ("REFACTOR", "CODE"): 6,
        ("REFACTOR", "ARCHITECTURE"): 5,
        ("RETIRE", None): 3,
        ("RETAIN", None): 2,
        ("REFACTOR", "REWRITE"): 2,
    }


def test_some_are_too_close_to_call_and_of_one_almost_nothing_is_known() -> None:
    close = {name for name, found in decisions().items() if found.too_close_to_call}

    assert close == {"Loss Adjuster Planner", "Monitoring Platform", "Statistics Cube", "Tarantella", "Weather Feed"}
    assert decisions()["Tarantella"].confidence < 0.05
    assert len(decisions()["Tarantella"].facts_missing) > 10


def test_the_sample_again_changes_nothing() -> None:
    first = discovery_of_its_own()
    before = {type_: dict(values) for type_, values in first.engagement.values.items()}

    again = discover(SAMPLE.read_bytes(), first.engagement, flow_id="flow-2")
    again.drive()

    assert again.saved["inventory"] == []
    assert again.engagement.values[Application] == before[Application]
