from __future__ import annotations

from tests.unit.discovery.driving import discover
from tests.unit.readers.test_server_lists import AZURE, HUB


def test_a_server_of_several_applications_is_a_component_of_each() -> None:
    discovery = discover(HUB)
    discovery.drive()

    assert set(discovery.engagement.names()) == {"Claims", "Billing", "vm-db"}
    [claims] = discovery.engagement.components("Claims").values()
    [billing] = discovery.engagement.components("Billing").values()
    assert (claims.name, claims.attributes) == (billing.name, billing.attributes)
    assert claims.attributes == {
        "cores": 4,
        "memory_mb": 8192.0,
        "ip_address": "10.0.0.1",
        "external_id": "s-1",
        "ExternalId": "e1",
        "HostName": "web-1",
        "OS.Name": "Windows Server 2016",
        "OS.Version": "10.0.14393",
        "ApplicationWave": "Wave 1",
        "Tags": "zone:dmz,env:Prod",
    }
    assert discovery.engagement.application("vm-db").attributes["server_without_application"] is True


def test_servers_alone_are_applications_of_their_own() -> None:
    discovery = discover(AZURE)
    discovery.drive()

    [part] = discovery.engagement.components("srv1").values()
    assert [(one.name, one.version) for one in part.technologies] == [("Windows Server", "2019")]
    facts = ("cores", "memory_mb", "cpu_percent", "memory_percent", "data_volume_gb", "ip_address")
    assert [part.attributes[key] for key in facts] == [4, 8192.0, 35.0, 60.0, 120.5, "10.0.0.4;10.0.0.5"]
    assert discovery.engagement.application("srv1").attributes["server_without_application"] is True


def test_the_same_lists_again_change_nothing() -> None:
    for data in (HUB, AZURE):
        first = discover(data)
        first.drive()

        again = discover(data, first.engagement, flow_id="flow-2")
        again.drive()

        assert again.saved["inventory"] == []
