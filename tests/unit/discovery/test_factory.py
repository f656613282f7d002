from __future__ import annotations

import pytest

from domain.application import Application, Criticality, Environment
from domain.decision import Strategy
from domain.flows.discovery.results import CleansingAnswer, DefaultFacts
from domain.source import Source
from tests.unit.discovery.assessing import assess
from tests.unit.discovery.driving import FACTORY_DATA, Discovery, discover
from tests.unit.readers.workbooks import workbook

FORM = (
    "wave_name,app_name,server_name,server_os_family,server_os_version,server_fqdn,server_tier,server_environment,r_type\n"
    "Wave 1,HR,s1,windows,windows server 2012 R2,s1.example,web,dev,Rehost\n"
    "Wave 1,HR,s2,linux,Red Hat Enterprise Linux 7,s2.example,db,prod,Rehost\n"
    "Wave 2,Sales,s3,linux,,s3.example,app,prod,Replatform\n"
    "Wave 2,Sales,s4,linux,,s4.example,app,prod,Rehost\n"
    "Wave 3,,s5,windows,2019,s5.example,app,test,Retire\n"
)


def drive(discovery: Discovery) -> Discovery:
    discovery.drive()
    return discovery


def test_each_column_fills_what_it_holds_and_the_rest_is_kept() -> None:
    discovery = discover(FORM)
    discovery.drive(until="attribute_mapping")

    found = {one.column: one.target for one in discovery.results["attribute_mapping"].mappings}
    assert found == {
        "wave_name": None,
        "app_name": "name",
        "server_name": "component_name",
        "server_os_family": None,
        "server_os_version": None,
        "server_fqdn": None,
        "server_tier": "component_type",
        "server_environment": "environment",
        "r_type": "sixr_wish",
        "Operating system": "operating_system",
    }


def test_servers_become_components_of_their_application() -> None:
    discovery = drive(discover(FORM))

    hr, parts = discovery.engagement.application("HR"), discovery.engagement.components("HR")
    assert hr.environment is Environment.PRODUCTION
    assert {(part.name, part.type, str(part.attributes["environment"])) for part in parts.values()} == {
        ("s1", "web server", "DEVELOPMENT"),
        ("s2", "database", "PRODUCTION"),
    }
    assert [(one.name, one.version) for one in hr.technologies] == [
        ("Windows Server", "2012 R2"),
        ("Red Hat Enterprise Linux", "7"),
    ]
    assert parts["s1"].attributes["wave_name"] == "Wave 1"


def test_a_server_without_an_application_is_one_of_its_own_and_flagged() -> None:
    discovery = drive(discover(FORM))

    lone = discovery.engagement.application("s5")
    assert lone.attributes["server_without_application"] is True
    assert [(one.name, one.version) for one in lone.technologies] == [("Windows Server", "2019")]
    assert "SERVERS_WITHOUT_APPLICATION" in discovery.warnings["inventory"]


def test_a_strategy_that_all_servers_name_is_an_alternative_of_the_user_and_decides_nothing() -> None:
    discovery = discover(FORM)
    discovery.drive(until="attribute_mapping")
    discovery.run("data_cleansing")
    defaults = DefaultFacts(criticality=Criticality.MEDIUM)
    discovery.answer("data_cleansing", CleansingAnswer(accept_all=True, defaults=defaults))
    for phase in ("inventory", "dependencies"):
        discovery.run(phase)

    decisions = assess(discovery.engagement)

    assert {
        name: [one.strategy for one in found.alternatives if one.source is Source.USER]
        for name, found in decisions.items()
    } == {
        "HR": [Strategy.REHOST],
        # Its servers name two, and neither is the application's.
        "Sales": [],
        "s5": [Strategy.RETIRE],
    }
    assert decisions["s5"].strategy is not Strategy.RETIRE


def test_the_same_form_again_as_a_workbook_changes_nothing() -> None:
    first = drive(discover(FORM))
    lines = [line.split(",") for line in FORM.splitlines()]

    again = drive(discover(workbook({"Intake": lines}), first.engagement, flow_id="flow-2"))

    assert again.results["data_import"].format == "cloud-migration-factory"
    assert again.saved["inventory"] == []


@pytest.mark.skipif(not FACTORY_DATA.is_dir(), reason="the reference data are not here")
def test_the_factorys_own_list() -> None:
    discovery = drive(discover((FACTORY_DATA / "server-list.csv").read_bytes()))

    result = discovery.results["inventory"]
    assert (result.applications, result.components, result.technologies) == (3, 8, 3)
    assert {name: len(discovery.engagement.components(name)) for name in discovery.engagement.names()} == {
        "app01-hr": 2,
        "app02-sales": 3,
        "app03-sales": 3,
    }
    assert [one.attributes["sixr_wish"] for one in discovery.engagement.of(Application)] == ["REHOST"] * 3


@pytest.mark.skipif(not FACTORY_DATA.is_dir(), reason="the reference data are not here")
@pytest.mark.parametrize(
    ("name", "application", "server"),
    [
        ("test_valid.csv", "Unit testing App 1", "unittest1"),
        ("test_valid.xlsx", "Unit testing App 1-NEW", "unittest1-NEW"),
    ],
)
def test_the_factorys_own_test_files(name: str, application: str, server: str) -> None:
    discovery = drive(discover((FACTORY_DATA / name).read_bytes(), file_name=name))

    assert list(discovery.engagement.components(application)) == [server]
