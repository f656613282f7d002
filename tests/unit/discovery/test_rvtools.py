from __future__ import annotations

import pytest

from domain.application import Application, Component
from tests.unit.discovery.driving import RVTOOLS_DATA, Discovery, discover
from tests.unit.readers.workbooks import workbook

INFO = ["VM", "Powerstate", "CPUs", "Memory", "Primary IP Address", "Datacenter", "OS according to the VMware Tools"]


def drive(discovery: Discovery) -> Discovery:
    discovery.drive()
    return discovery


def test_machines_become_applications_of_their_own_and_flagged() -> None:
    data = workbook(
        {
            "vInfo": [INFO, ["clm-01", "poweredOn", 4, 8192, "10.0.0.4", "Zurich", "Ubuntu Linux (64-bit)"]],
            "vPartition": [["VM", "Consumed MiB"], ["clm-01", 10240]],
        }
    )

    discovery = drive(discover(data))

    [part] = discovery.engagement.of(Component)
    facts = {key: part.attributes[key] for key in ("cores", "memory_mb", "ip_address", "hosting", "data_volume_gb")}
    assert facts == {
        "cores": 4, "memory_mb": 8192.0, "ip_address": "10.0.0.4", "hosting": "Zurich", "data_volume_gb": 10.0,
    }  # fmt: skip
    application = discovery.engagement.application("clm-01")
    assert application.attributes["server_without_application"] is True
    assert application.hosting == "Zurich"


def test_a_column_of_applications_gathers_the_machines() -> None:
    data = workbook({"vInfo": [[*INFO[:2], "Application"], ["a", "on", "Claims"], ["b", "on", "Claims"]]})

    discovery = drive(discover(data))

    assert set(discovery.engagement.components("Claims")) == {"a", "b"}


@pytest.mark.skipif(not RVTOOLS_DATA.is_dir(), reason="the reference data are not here")
def test_a_real_workbook_twice() -> None:
    data = (RVTOOLS_DATA / "kubev2v-example1.xlsx").read_bytes()

    first = drive(discover(data, file_name="rvtools.xlsx"))
    again = drive(discover(data, first.engagement, file_name="rvtools.xlsx", flow_id="flow-2"))

    result = first.results["inventory"]
    assert (result.applications, result.components, result.created) == (9, 9, 9)
    assert len([one for one in first.engagement.of(Application) if one.hosting == "Datacenter"]) == 9
    assert again.saved["inventory"] == []
