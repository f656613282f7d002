from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Application, ApplicationChange, Component, Environment, Readiness, Technology
from domain.flows.discovery.results import ColumnTarget, InventoryResult, MappingAnswer
from domain.inventory import DifferenceKind, InventoryDifference
from domain.source import Source
from tests.unit.discovery.driving import FIXTURES, PERSON, Discovery, Engagement, discover

TWO = """\
Application,Criticality,Environment,Annual cost,Stability,Room
A,high,prod,CHF 1'200,low,4.12
B,low,test,90,,
"""


def imported(data: str, engagement: Engagement | None = None, flow_id: str = "flow-1") -> Discovery:
    discovery = discover(data, engagement, flow_id=flow_id)
    discovery.drive(until="inventory")
    return discovery


def kinds(discovery: Discovery) -> dict[str, DifferenceKind]:
    names = {one.id: one.name for one in discovery.engagement.of(Application)}
    own = [one for one in discovery.engagement.of(InventoryDifference) if one.flow_id == discovery.flow_id]
    return {names[one.application_id]: one.kind for one in own}


def history(discovery: Discovery) -> list[tuple[str, str | None, str | None, str]]:
    own = [one for one in discovery.engagement.of(ApplicationChange) if one.flow_id == discovery.flow_id]
    return [(one.field, one.before, one.after, one.by) for one in own]


def test_fields_facts_and_other_columns_have_their_places() -> None:
    discovery = imported(TWO)

    found = discovery.engagement.application("A")
    assert (found.key, found.environment, found.annual_cost) == ("a", Environment.PRODUCTION, Decimal(1200))
    assert found.attributes == {"stability": "LOW", "Room": "4.12"}
    assert (found.readiness, found.readiness_gaps, found.version) == (Readiness.READY_FOR_ASSESSMENT, (), 1)
    assert history(discovery) == []
    assert discovery.results["inventory"] == InventoryResult(2, 2, 0, 2, 0, 0, 0, 2, 0.1286)


def test_a_column_named_as_a_fact_and_mapped_to_nothing_is_no_fact() -> None:
    discovery = discover(TWO, mappings=(ColumnTarget("Stability", None),))
    discovery.data = TWO.replace("Stability", "stability").encode()
    discovery.mappings = (ColumnTarget("stability", None),)

    discovery.drive(until="inventory")

    assert discovery.engagement.application("A").attributes == {"stability (as imported)": "low", "Room": "4.12"}


def test_an_application_without_a_component_gets_one() -> None:
    discovery = imported("Application,OS\nA,RHEL 8\n")

    [part] = discovery.engagement.components("A").values()

    assert (part.type, part.source, part.technologies) == (
        "application",
        Source.RULES,
        (Technology("Red Hat Enterprise Linux", "8", "operating_system"),),
    )


def test_servers_become_components_of_their_application() -> None:
    discovery = discover((FIXTURES / "servers.csv").read_bytes())
    discovery.drive(until="inventory")

    parts = discovery.engagement.components("Claims Desk")
    assert {name: (part.type, dict(part.attributes)) for name, part in parts.items()} == {
        "clm-app-01": ("application server", {"environment": "PRODUCTION", "cores": 4}),
        "clm-db-01": ("database", {"environment": "PRODUCTION", "cores": 8}),
    }
    claims = discovery.engagement.application("Claims Desk")
    assert claims.environment is Environment.PRODUCTION
    assert [str(one.version) for one in claims.technologies] == ["2012 R2", "7"]


def test_a_server_without_an_application_becomes_one_and_is_flagged() -> None:
    discovery = discover((FIXTURES / "servers.csv").read_bytes())
    discovery.drive(until="inventory")

    assert discovery.engagement.application("lonely-01").attributes == {"server_without_application": True}
    assert list(discovery.engagement.components("lonely-01")) == ["lonely-01"]
    assert discovery.warnings["inventory"] == ("SERVERS_WITHOUT_APPLICATION",)


def test_the_same_file_again_saves_nothing() -> None:
    first = imported(TWO)

    second = imported(TWO, first.engagement, "flow-2")

    assert second.saved["inventory"] == []
    assert (second.results["inventory"].unchanged, kinds(second)) == (2, {})


def test_the_same_phase_again_saves_nothing() -> None:
    discovery = imported(TWO)

    discovery.run("inventory")

    assert discovery.saved["inventory"] == []
    assert kinds(discovery) == {"A": DifferenceKind.CREATED, "B": DifferenceKind.CREATED}


def test_a_changed_file_updates_what_changed_and_flags_what_is_missing() -> None:
    first = imported(TWO)
    before = first.engagement.names()

    second = imported("Application,Criticality,Annual cost\nA,medium,1200\nC,low,1\n", first.engagement, "flow-2")

    after = second.engagement.names()
    assert kinds(second) == {
        "A": DifferenceKind.CHANGED,
        "B": DifferenceKind.VANISHED,
        "C": DifferenceKind.CREATED,
    }
    # What the second file does not tell stays.
    assert after["A"].attributes == before["A"].attributes
    assert (after["A"].id, after["A"].version, after["A"].criticality) == (before["A"].id, 2, "MEDIUM")
    assert (after["B"].vanished, after["B"].version) == (True, 2)
    assert history(second) == [("criticality", "HIGH", "MEDIUM", PERSON)]
    assert second.warnings["inventory"] == ("APPLICATIONS_VANISHED",)


def test_what_comes_back_is_not_flagged_any_more() -> None:
    first = imported(TWO)
    imported("Application\nA\n", first.engagement, "flow-2")

    third = imported(TWO, first.engagement, "flow-3")

    assert third.engagement.application("B").vanished is False
    assert third.results["inventory"].vanished == 0


def test_what_a_person_set_survives_every_import() -> None:
    first = imported(TWO)
    edited = replace(
        first.engagement.application("A"),
        department="Claims",
        criticality=None,
        attributes={"stability": "HIGH", "Room": "4.12"},
        edited=("department", "criticality", "stability"),
        version=2,
    )
    first.engagement.keep((edited,))

    imported(TWO.replace("high", "medium"), first.engagement, "flow-2")
    first.run("inventory")

    kept = first.engagement.application("A")
    assert (kept.department, kept.criticality, kept.attributes["stability"]) == ("Claims", None, "HIGH")


def test_a_second_run_with_another_mapping_takes_back_what_the_first_one_did() -> None:
    older = imported("Application,Department\nA,Claims\n")
    discovery = imported(TWO, older.engagement, "flow-2")

    discovery.answer(
        "attribute_mapping",
        MappingAnswer(
            (ColumnTarget("Application", None), ColumnTarget("Room", "name"), ColumnTarget("Stability", None))
        ),
    )
    discovery.run("data_cleansing")
    discovery.answer("data_cleansing", discovery.propose("data_cleansing"))
    discovery.run("inventory")

    names = discovery.engagement.names()
    assert set(names) == {"A", "4.12"}
    assert (names["A"].department, names["A"].criticality, dict(names["A"].attributes)) == ("Claims", None, {})
    # The other list still names it.
    assert (names["A"].vanished, names["A"].named_by) == (False, ("table of department|name",))
    assert names["4.12"].attributes == {"Application": "A", "Stability": "low"}
    assert kinds(discovery) == {"4.12": DifferenceKind.CREATED}


def test_what_this_flow_made_and_an_assessment_took_is_flagged_not_removed() -> None:
    discovery = imported(TWO)
    taken = replace(discovery.engagement.application("B"), readiness=Readiness.IN_ASSESSMENT)
    discovery.engagement.keep((taken,))

    discovery.data = b"Application,Criticality\nA,high\n"
    discovery.drive(until="inventory")

    assert discovery.engagement.application("B") == replace(taken, vanished=True, version=2)


SUPPLEMENT = "Application,Annual cost,Vendor\nA,5,IBM\n"
MACHINES = "VM,Powerstate,CPUs\nsrv1,poweredOn,2\n"


@pytest.mark.parametrize("other", [SUPPLEMENT, MACHINES, "From app,To app\nA,B\n"])
def test_an_import_of_another_source_makes_nothing_vanish(other: str) -> None:
    first = imported(TWO)

    second = imported(other, first.engagement, "flow-2")

    assert second.results["inventory"].vanished == 0
    assert [found.vanished for found in second.engagement.of(Application)].count(True) == 0
    assert second.engagement.application("B") == first.engagement.application("B")


def test_an_application_vanishes_once_no_source_that_named_it_does() -> None:
    first = imported(TWO)
    supplement = imported(SUPPLEMENT.replace("A,5", "B,5"), first.engagement, "flow-2")
    without = TWO.replace("B,", "C,")

    one = imported(without, first.engagement, "flow-3").engagement.application("B")
    two = imported(SUPPLEMENT, first.engagement, "flow-4").engagement.application("B")
    again = imported(SUPPLEMENT, first.engagement, "flow-5")

    assert supplement.results["inventory"].vanished == 0
    assert (one.vanished, one.named_by) == (False, ("table of annual_cost|name|vendor",))
    assert (two.vanished, two.named_by) == (True, ("table of annual_cost|name|vendor",))
    assert (again.results["inventory"].vanished, again.saved["inventory"]) == (0, [])


def test_a_list_with_a_column_more_is_of_the_same_source() -> None:
    first = imported(TWO)
    header, *rows = TWO.replace("B,", "C,").splitlines()
    wider = "\n".join([f"{header},Vendor", *(f"{row},IBM" for row in rows)])

    imported(wider, first.engagement, "flow-2")

    names = first.engagement.names()
    assert {name: found.vanished for name, found in names.items()} == {"A": False, "B": True, "C": False}


def test_readiness_beyond_discovery_is_left_alone() -> None:
    first = imported(TWO)
    planned = replace(first.engagement.application("A"), readiness=Readiness.PLANNED)
    first.engagement.keep((planned,))

    imported(TWO.replace("high", ""), first.engagement, "flow-2")

    assert first.engagement.application("A").readiness is Readiness.PLANNED


def test_the_stand_in_becomes_the_first_component_that_is_known() -> None:
    first = imported("Application\nClaims Desk\n")
    [stand_in] = first.engagement.components("Claims Desk").values()

    discover((FIXTURES / "servers.csv").read_bytes(), first.engagement, flow_id="flow-2").drive(until="inventory")

    parts = first.engagement.components("Claims Desk")
    assert parts["clm-app-01"].id == stand_in.id
    assert set(parts) == {"clm-app-01", "clm-db-01"}


def test_a_component_that_a_person_wrote_is_left_alone() -> None:
    first = imported("Application,Server,OS\nA,s1,RHEL 7\n")
    mine = replace(first.engagement.components("A")["s1"], type="cache", source=Source.USER)
    first.engagement.keep((mine,))

    imported("Application,Server,OS\nA,s1,RHEL 8\nA,s2,RHEL 8\n", first.engagement, "flow-2")

    parts = first.engagement.components("A")
    assert (parts["s1"], set(parts)) == (mine, {"s1", "s2"})


def test_components_of_an_earlier_run_that_are_gone_are_removed() -> None:
    discovery = imported("Application,Server\nA,s1\nA,s2\n")

    discovery.data = b"Application,Server\nA,s2\n"
    discovery.drive(until="inventory")

    assert [part.name for part in discovery.engagement.of(Component)] == ["s2"]


def test_a_list_of_dependencies_makes_nothing_vanish() -> None:
    first = imported(TWO)

    second = imported("From,To\nA,B\n", first.engagement, "flow-2")

    assert second.saved["inventory"] == []
    assert {found.vanished for found in second.engagement.of(Application)} == {False}
