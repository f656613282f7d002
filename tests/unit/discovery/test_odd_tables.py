"""Tables of no known tool, as consultants and offices of several countries write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.discovery.driving import Discovery, discover
from tests.unit.readers.workbooks import workbook

GERMAN = """\
Anwendung;Fachlicher Eigentümer;Technischer Ansprechpartner;Abteilung;Kritikalität;Umgebung;Anzahl Benutzer;\
Jährliche Kosten;Betriebssystem;Datenbank;Programmiersprache;Internet erreichbar
Schadenportal;Ines;Team Süd;Schaden;hoch;Produktion;1.250;12.500,50 €;Windows Server 2012 R2;SQL Server 2014;Java 8;ja
Vertragsarchiv;Jörg;Team Nord;Vertrag;niedrig;Test;80;1.200,00 €;RHEL 7;Oracle 11g;COBOL;nein
SUMME;;;;;;1.330;13.700,50 €;;;;
"""
FRENCH = """\
Nom de l'application;Responsable métier;Direction;Criticité;Environnement;Nombre d'utilisateurs;Coût annuel;\
Système d'exploitation;Base de données;Hébergement;Dépend de
Paie;Mme Dupont;RH;critique;production;2 300;45 000,00;Windows 2008 R2;Oracle 12c;Lyon;Annuaire
Annuaire;M. Martin;DSI;moyenne;recette;9 000;3 000,00;Debian 9;;Lyon;
"""
SPANISH = """\
Aplicación\tPropietario\tÁrea\tCriticidad\tEntorno\tUsuarios\tCosto anual\tSistema operativo\tLenguaje\tProveedor
Nómina\tAna\tRRHH\talta\tproducción\t1.200\t4.500,00\tLinux - RHEL 7.9\tPHP 5.6\tIBM
Facturas\tLuis\tFinanzas\tbaja\tdesarrollo\t35\t900,00\tUbuntu 16.04\tPython 2.7\t
"""
PIPES = """\
Sistema|Descripción|Responsable|Nivel de criticidad|Ambiente|¿Expuesto a internet?|Versión de Java
Pagos|Pagos a terceros|Ana|Alta|Producción|Sí|Java 7
"""
CMDB = """\
"name","sys_class_name","u_business_criticality","owned_by","managed_by","department","used_for","os","os_version",\
"cpu_count","ram","u_application","sys_id"
"srv-1","Windows Server","1 - most critical","Ines","Ops","HR","Production","Win 2012 R2","6.3","4","8192","Pay","a1"
"srv-2","Linux Server","1 - most critical","Ines","Ops","HR","Production","Linux Red Hat","7.9","2","4096","Pay","a2"
"""
CONSULTANT = """\
# Portfolio export, as of 31.03.2026
;;;;;;;;
App;Portfolio Owner (Business);SME / Tech Lead;Tier (1-4);Lifecycle Stage;# of Users;Run Cost p.a. (EUR);Tech Stack;PII?
Claims Desk;Ines;Tom;Tier 1;Prod;1,250;12,500;Java 8 / Oracle 11g;Y
Broker Net;Eva;Jan;Tier 3;Dev;85;900;.NET 4.5, SQL Server 2012;N
Total;;;;;1,335;13,400;;
"""
TITLED: Sequence[Sequence[Any]] = [
    ["Inventar der Sparte Leben"],
    ["Stand: 31.03.2026", "vertraulich"],
    [],
    ["Lfd. Nr.", "System", "Fachbereich", "Verantwortlich", "Vertragsende", "Server", "OS", "Externer Zugriff"],
    [1, "Bestand", "Leben", "Ines", date(2027, 3, 31), "lx01", "RHEL 6", "J"],
    [2, "Provision", "Leben", "Tom", None, "lx02", "RHEL 7", "N"],
    ["Gesamt", 2, None, None, None, None, None, None],
]
DOUBLED = "App Name,Owner,Owner,,Env\nCRM,Ines,Tom,x,prod\nStore,Eva,Jan,,dev\n"


def taken(data: bytes | str) -> Discovery:
    discovery = discover(data)
    discovery.drive(until="inventory")
    return discovery


def targets(discovery: Discovery) -> dict[str, str | None]:
    return {mapping.column: mapping.target for mapping in discovery.results["attribute_mapping"].mappings}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            GERMAN,
            """name business_owner technical_owner department criticality environment user_count annual_cost
            operating_system database language internet_facing""",
        ),
        (
            FRENCH,
            """name business_owner department criticality environment user_count annual_cost operating_system database
            hosting depends_on""",
        ),
        (
            SPANISH,
            """name business_owner department criticality environment user_count annual_cost operating_system language
            vendor""",
        ),
        (PIPES, "name description business_owner criticality environment internet_facing runtime"),
        (
            CMDB,
            """component_name - criticality business_owner technical_owner department environment - - cores memory_mb
            name external_id operating_system""",
        ),
        (
            CONSULTANT,
            """name business_owner technical_owner criticality environment user_count annual_cost technologies
            regulated""",
        ),
        (
            workbook({"A": TITLED}),
            """external_id name department business_owner contract_end component_name operating_system
            internet_facing""",
        ),
        (DOUBLED, "name business_owner - - environment"),
    ],
    ids=["german", "french", "spanish", "pipes", "cmdb", "consultant", "titled", "doubled"],
)
def test_columns_are_told_by_their_names_and_values(data: bytes | str, expected: str) -> None:
    assert [target or "-" for target in targets(taken(data)).values()] == expected.split()


def test_german_words_and_numbers_are_facts_and_the_total_is_none() -> None:
    discovery = taken(GERMAN)

    portal = discovery.engagement.application("Schadenportal")
    assert (portal.criticality, portal.environment, portal.user_count, portal.annual_cost) == (
        "HIGH", "PRODUCTION", 1250, Decimal("12500.50"),
    )  # fmt: skip
    assert portal.attributes == {"internet_facing": True}
    assert set(discovery.engagement.names()) == {"Schadenportal", "Vertragsarchiv"}
    assert [(row.line, row.reason) for row in discovery.engagement.rejected["flow-1"]] == [
        (4, "This is a total of the other rows, no application.")
    ]


def test_french_and_spanish_words_and_numbers_are_facts() -> None:
    french, spanish = taken(FRENCH).engagement, taken(SPANISH).engagement

    pay, salaries = french.application("Paie"), spanish.application("Nómina")
    assert (pay.criticality, pay.environment, pay.user_count, pay.annual_cost) == (
        "MISSION_CRITICAL", "PRODUCTION", 2300, Decimal(45000),
    )  # fmt: skip
    assert (salaries.criticality, salaries.environment, salaries.user_count) == ("HIGH", "PRODUCTION", 1200)
    assert [(found.name, found.version) for found in salaries.technologies] == [
        ("Red Hat Enterprise Linux", "7.9"),
        ("PHP", "5.6"),
    ]


def test_servers_of_a_configuration_database_are_components_of_their_application() -> None:
    discovery = taken(CMDB)

    assert set(discovery.engagement.names()) == {"Pay"}
    parts = discovery.engagement.components("Pay")
    assert {name: [(found.name, found.version) for found in part.technologies] for name, part in parts.items()} == {
        "srv-1": [("Windows Server", "2012 R2")],
        "srv-2": [("Red Hat Enterprise Linux", "7.9")],
    }


def test_titles_above_a_header_are_passed_over() -> None:
    consultant, titled = taken(CONSULTANT), taken(workbook({"A": TITLED}))

    assert set(consultant.engagement.names()) == {"Claims Desk", "Broker Net"}
    assert consultant.engagement.application("Claims Desk").user_count == 1250
    assert set(titled.engagement.names()) == {"Bestand", "Provision"}
    assert titled.engagement.application("Bestand").attributes["contract_end"] == "2027-03-31"


def test_names_that_stand_twice_are_numbered_and_those_that_are_missing_made() -> None:
    discovery = taken(DOUBLED)

    assert list(targets(discovery)) == ["App Name", "Owner", "Owner (2)", "Column 4", "Env"]
    assert discovery.engagement.application("CRM").attributes == {"Owner (2)": "Tom", "Column 4": "x"}
