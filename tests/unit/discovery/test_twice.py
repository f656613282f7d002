from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from domain.application import Application, ApplicationChange, Component
from domain.dependency import Dependency
from domain.inventory import DataImport, RowKind
from domain.natural_key import natural_key
from tests.unit.discovery.driving import Engagement, discover

HEADER = (
    "Record Type 1", "Application Name", "Dependency", "Dependency Direction", "Criticality", "Environment", "Users",
    "Annual cost", "Server", "Tag Category 1", "Tag 1", "Notes",
)  # fmt: skip
NAMES = st.sampled_from(["CRM", "crm ", "C-R-M", "Claims Desk", "Claims  Desk", "Store", "=1+1", "Ünïcode", "Ünïcode"])
CELLS = {
    "Criticality": st.sampled_from(["", "high", "LOW", "gold", "nonsense"]),
    "Environment": st.sampled_from(["", "prod", "Test", "moon"]),
    "Users": st.sampled_from(["", "12", "1'200", "-3", "many"]),
    "Annual cost": st.sampled_from(["", "CHF 1'200.50", "90", "1.234"]),
    "Server": st.sampled_from(["", "", "s1", "S1", "s2"]),
    "Tag Category 1": st.sampled_from(["Operating System", "Database", "Location", ""]),
    "Tag 1": st.sampled_from(["", "RHEL 8", "Win2k8 R2", "Oracle 11g", "windows"]),
    "Notes": st.sampled_from(["", "x", "y"]),
}
APPLICATION = st.fixed_dictionaries({"Record Type 1": st.just("1"), "Application Name": NAMES, **CELLS})
DEPENDENCY = st.fixed_dictionaries(
    {
        "Record Type 1": st.just("2"),
        "Application Name": NAMES,
        "Dependency": NAMES,
        "Dependency Direction": st.sampled_from(["northbound", "southbound", "east"]),
    }
)
KEPT = (Application, ApplicationChange, Component, Dependency)


def as_file(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def kept(engagement: Engagement) -> dict[type, dict[str, object]]:
    return {type_: dict(engagement.values.get(type_, {})) for type_ in KEPT}


@given(st.lists(APPLICATION | DEPENDENCY, min_size=1, max_size=14))
def test_importing_twice_changes_nothing(rows: list[dict[str, str]]) -> None:
    first = discover(as_file(rows))
    first.drive()
    before = kept(first.engagement)

    again = discover(as_file(rows), first.engagement, flow_id="flow-2")
    again.drive()

    assert kept(again.engagement) == before
    assert again.saved["inventory"] == []


@given(st.lists(APPLICATION | DEPENDENCY, min_size=1, max_size=14))
def test_running_a_phase_twice_changes_nothing(rows: list[dict[str, str]]) -> None:
    discovery = discover(as_file(rows))
    discovery.drive()
    before = {type_: dict(values) for type_, values in discovery.engagement.values.items()}

    for phase in ("data_import", "inventory", "dependencies", "tech_debt"):
        discovery.run(phase)

    after = {type_: dict(values) for type_, values in discovery.engagement.values.items()}
    assert {type_: found for type_, found in after.items() if found} == {
        type_: found for type_, found in before.items() if found
    }


@given(st.lists(APPLICATION | DEPENDENCY, min_size=1, max_size=14))
def test_every_good_row_of_an_application_is_in_the_portfolio(rows: list[dict[str, str]]) -> None:
    discovery = discover(as_file(rows))
    discovery.drive()

    [stored] = discovery.engagement.of(DataImport)
    good = discovery.engagement.rows["flow-1"]
    assert (stored.rows, stored.accepted) == (len(rows), len(good))
    named = {natural_key(row.values["Application Name"]) for row in good if row.kind is not RowKind.DEPENDENCY}
    assert {found.key for found in discovery.engagement.of(Application)} == named
