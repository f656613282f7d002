from __future__ import annotations

import pytest

from domain.application import Technology
from domain.columns import Structure
from domain.flows.discovery.results import InventoryResult
from tests.unit.discovery.driving import FIXTURES, KONVEYOR_DATA, discover

absent = pytest.mark.skipif(not KONVEYOR_DATA.is_dir(), reason="the reference data are not here")


@absent
def test_konveyors_template_becomes_three_applications() -> None:
    discovery = discover((KONVEYOR_DATA / "template_application_import.csv").read_bytes())

    results = discovery.drive()

    assert results["inventory"] == InventoryResult(3, 3, 7, 3, 0, 0, 0, 0, 0.1143)
    management = discovery.engagement.application("Customer Management")
    assert (management.department, management.business_owner) == (
        "Retail",
        "Alex Johnson <alex.johnson@example.com>",
    )
    assert management.technologies == (
        Technology("Red Hat Enterprise Linux", "8", "operating_system"),
        Technology("Oracle Database", None, "database"),
        Technology("Java", None, "runtime"),
        Technology("Tomcat", None, "middleware"),
    )
    assert (
        management.attributes["Contributors"]
        == "Sam Taylor <sam.taylor@example.com>, Jamie Lee <jamie.lee@example.com>"
    )
    assert results["dependencies"].dependencies == 0


@absent
def test_konveyors_columns_are_known() -> None:
    discovery = discover((KONVEYOR_DATA / "template_application_import.csv").read_bytes())

    mappings = discovery.drive(until="attribute_mapping")["attribute_mapping"].mappings

    targets = {found.column: found.target for found in mappings}
    assert {found.confidence for found in mappings if found.target} == {1.0}
    assert (targets["Record Type"], targets["Application Name"]) == (Structure.RECORD_TYPE, "name")
    assert (targets["Tag Category 20"], targets["Tag 20"]) == (Structure.TAG_CATEGORY, Structure.TAG)


@absent
def test_tag_types_are_tag_categories() -> None:
    discovery = discover((KONVEYOR_DATA / "csv-valid_application_rows.csv").read_bytes())

    discovery.drive()

    found = discovery.engagement.application("Import-app-1")
    assert (found.hosting, [one.name for one in found.technologies]) == ("Paris (FR)", ["DB2", "COBOL"])


def test_konveyors_dependencies_and_rejected_rows() -> None:
    discovery = discover((FIXTURES / "konveyor.csv").read_bytes())

    discovery.drive()

    assert set(discovery.engagement.edges()) == {("Claims Desk", "Policy Store")}
    assert [row.line for row in discovery.engagement.rejected["flow-1"]] == [4, 7, 8, 9]
    assert [str(one.version) for one in discovery.engagement.application("Claims Desk").technologies] == ["8", "11"]
