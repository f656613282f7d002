from __future__ import annotations

import pytest

from domain.application import Criticality, Environment, Technology
from domain.errors import ErrorCode, Refused
from domain.flows.discovery.results import CleansingAnswer, DefaultFacts
from domain.inventory import CleansingFinding
from tests.unit.discovery.driving import Discovery, discover

TABLE = """\
Application,Criticality,Users,OS
Claims  Desk,high,12,Win2k8 R2
claims desk,low,12,RHEL 8
Claims Desk,high,,
Policy-Store,medium,-5,Windows Server 2019
Policy Store,gold,900,Windows Server 2019
Policy Store,gold,900,Windows Server 2019
"""


def cleansed(table: str = TABLE) -> Discovery:
    discovery = discover(table)
    discovery.drive(until="attribute_mapping")
    discovery.run("data_cleansing")
    return discovery


def found(discovery: Discovery) -> dict[str, CleansingFinding]:
    return {f"{one.rule}:{one.before}": one for one in discovery.engagement.of(CleansingFinding)}


def refused(discovery: Discovery, *befores: str) -> CleansingAnswer:
    ids = tuple(found(discovery)[before].id for before in befores)
    return CleansingAnswer(refuse=ids, accept_all=True)


def test_each_finding_says_what_stands_and_what_is_proposed() -> None:
    discovery = cleansed()

    assert [
        (one.rule, one.line, one.application_key, one.field, one.before, one.after)
        for one in discovery.engagement.of(CleansingFinding)
    ] == [
        ("possible-duplicate", 6, "policy store", "name", "Policy Store", "Policy-Store"),
        ("name-spelling", 2, "claims desk", "name", "Claims  Desk", "Claims Desk"),
        ("name-spelling", 3, "claims desk", "name", "claims desk", "Claims Desk"),
        ("product-name", 2, None, "operating_system", "Win2k8 R2", "Windows Server 2008 R2"),
        ("product-name", 3, None, "operating_system", "RHEL 8", "Red Hat Enterprise Linux 8"),
        ("contradictory-fact", 3, "claims desk", "criticality", "HIGH / LOW", "HIGH"),
        ("impossible-value", 5, "policy-store", "user_count", "-5", None),
        ("duplicate-row", 7, "policy store", None, "line 7 says what line 6 says", None),
    ]
    assert discovery.results["data_cleansing"].findings == 8


def test_everything_but_a_merge_is_proposed() -> None:
    discovery = cleansed()

    answer = discovery.propose("data_cleansing")

    merge = found(discovery)["possible-duplicate:Policy Store"]
    assert answer == CleansingAnswer(refuse=(merge.id,), accept_all=True)


def test_what_was_accepted_is_applied() -> None:
    discovery = cleansed()

    discovery.answer("data_cleansing", discovery.propose("data_cleansing"))
    discovery.run("inventory")

    claims = discovery.engagement.application("Claims Desk")
    assert claims.criticality is Criticality.HIGH
    assert claims.technologies == (
        Technology("Windows Server", "2008 R2", "operating_system"),
        Technology("Red Hat Enterprise Linux", "8", "operating_system"),
    )
    store = discovery.engagement.application("Policy-Store")
    assert (store.user_count, dict(store.attributes)) == (None, {})


def test_what_was_refused_stays_as_it_was() -> None:
    discovery = cleansed()

    discovery.answer(
        "data_cleansing",
        refused(
            discovery,
            "name-spelling:Claims  Desk",
            "product-name:Win2k8 R2",
            "contradictory-fact:HIGH / LOW",
            "impossible-value:-5",
        ),
    )
    discovery.run("inventory")

    claims = discovery.engagement.names()["Claims Desk"]
    assert (claims.criticality, claims.attributes["criticality (as imported)"]) == (None, ["HIGH", "LOW"])
    assert claims.readiness_gaps == ("Its criticality is unknown.", "Its environment is unknown.")
    assert Technology("Win2k8 R2", None, "operating_system") in claims.technologies
    # The merge was accepted with all the rest: the other spelling is the same application now.
    store = discovery.engagement.application("Policy-Store")
    assert store.attributes["user_count (as imported)"] == "-5"
    assert store.user_count == 900
    assert set(discovery.engagement.names()) == {"Claims Desk", "Policy-Store"}


def test_what_is_not_named_stays_open_and_is_asked_again() -> None:
    discovery = cleansed()
    spelling = found(discovery)["product-name:RHEL 8"]

    result = discovery.answer("data_cleansing", CleansingAnswer(accept=(spelling.id,)))

    assert result.applied == 1
    assert {one.before for one in discovery.engagement.of(CleansingFinding) if one.decided} == {"RHEL 8"}


def test_a_decision_is_remembered_in_the_next_flow() -> None:
    discovery = cleansed()
    discovery.answer("data_cleansing", refused(discovery, "product-name:Win2k8 R2"))

    other = discover(TABLE, discovery.engagement, flow_id="flow-2")
    other.drive(until="attribute_mapping")
    other.run("data_cleansing")

    own = {one.id: one for one in other.engagement.of(CleansingFinding) if one.flow_id == "flow-2"}
    # The merge was accepted last time, and the product's name refused.
    assert [own[id].before for id in other.propose("data_cleansing").refuse] == ["Win2k8 R2"]


def test_two_applications_that_were_not_merged_are_not_asked_about_the_other_way_round() -> None:
    table = "Application\nStore A\nStore-A\n"
    first = discover(table)
    first.drive()

    other = discover(table, first.engagement, flow_id="flow-2")
    other.drive()

    pairs = {(one.before, one.after, one.natural_key) for one in other.engagement.of(CleansingFinding)}
    assert pairs == {("Store-A", "Store A", "possible-duplicate|store a|store-a")}
    assert set(other.engagement.names()) == {"Store A", "Store-A"}


def test_a_second_run_keeps_ids_and_decisions_and_drops_what_is_gone() -> None:
    discovery = cleansed()
    discovery.answer("data_cleansing", discovery.propose("data_cleansing"))
    before = found(discovery)

    discovery.data = TABLE.replace("-5", "5").encode()
    discovery.run("data_import")
    discovery.run("data_cleansing")

    after = found(discovery)
    assert set(before) - set(after) == {"impossible-value:-5"}
    assert all(after[key] == before[key] for key in after)
    assert discovery.saved["data_cleansing"] == []


def test_defaults_fill_what_is_missing_and_are_shown_as_assumed() -> None:
    discovery = cleansed("Application,Criticality\nA,high\nB,\n")

    discovery.answer(
        "data_cleansing",
        CleansingAnswer(accept_all=True, defaults=DefaultFacts(Criticality.LOW, Environment.PRODUCTION)),
    )
    discovery.run("inventory")

    one, other = discovery.engagement.application("A"), discovery.engagement.application("B")
    assert (one.criticality, one.environment, one.attributes["assumed"]) == (
        Criticality.HIGH,
        Environment.PRODUCTION,
        ["environment"],
    )
    assert (other.criticality, other.attributes["assumed"]) == (Criticality.LOW, ["criticality", "environment"])
    assert discovery.warnings["data_cleansing answer"] == ("FACTS_ASSUMED",)


def test_what_is_told_later_replaces_what_was_assumed() -> None:
    discovery = cleansed("Application,Criticality\nA,\n")
    discovery.answer("data_cleansing", CleansingAnswer(accept_all=True, defaults=DefaultFacts(Criticality.LOW)))
    discovery.run("inventory")

    other = discover("Application,Criticality\nA,high\n", discovery.engagement, flow_id="flow-2")
    other.drive(until="inventory")

    told = other.engagement.application("A")
    assert (told.criticality, dict(told.attributes)) == (Criticality.HIGH, {})


def test_all_that_is_wrong_with_an_answer_is_told_at_once() -> None:
    discovery = cleansed()
    known = found(discovery)["impossible-value:-5"].id
    before = dict(discovery.engagement.values[CleansingFinding])

    with pytest.raises(Refused) as refusal:
        discovery.answer("data_cleansing", CleansingAnswer(accept=("nobody", known), refuse=(known,)))

    assert [(problem.code, problem.path) for problem in refusal.value.problems] == [
        (ErrorCode.NOT_FOUND, ("data", "accept", "0")),
        (ErrorCode.INVALID_INPUT, ("data", "accept", "1")),
    ]
    assert discovery.engagement.values[CleansingFinding] == before


def test_rows_without_any_name_are_counted() -> None:
    discovery = discover("Anwendung,Ort,Users\nA,Basel,1\nB,Basel,2\n,Basel,3\n")
    discovery.drive(until="attribute_mapping")
    discovery.run("data_cleansing")

    assert [(one.rule, one.line) for one in discovery.engagement.of(CleansingFinding)] == [("nameless-row", 4)]
    assert discovery.warnings["data_cleansing"] == ("ROWS_WITHOUT_NAME",)
