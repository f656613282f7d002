"""Products and versions in free text, and their end of support."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.application import Technology
from domain.end_of_life import end_of_life, supported
from domain.reference_data import read_csv
from domain.technologies import normalize, product, read_technologies


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("Win2k8 R2", "Windows Server", "2008 R2"),
        ("Microsoft Windows Server 2012R2 Standard (64-bit)", "Windows Server", "2012 R2"),
        ("Windows 10", "Windows", "10"),
        ("RHEL 8", "Red Hat Enterprise Linux", "8"),
        ("RHEL7.9", "Red Hat Enterprise Linux", "7.9"),
        ("CentOS 4/5/6/7 (64-bit)", "CentOS", None),
        ("Java 1.8", "Java", "8"),
        ("JDK1.8.0_202", "Java", "8"),
        ("Postgresql", "PostgreSQL", None),
        ("Oracle 11g R2", "Oracle Database", "11.2"),
        ("Oracle WebLogic 12c", "WebLogic Server", "12"),
        ("Oracle Linux 7", "Oracle Linux", "7"),
        ("Red Hat JBoss EAP 7.2", "JBoss EAP", "7.2"),
        ("IBM WebSphere MQ 8.0", "IBM MQ", "8.0"),
        (".NET 4.5.2", ".NET Framework", "4.5.2"),
        (".NET Core 3.1", ".NET", "3.1"),
        (".NET 8", ".NET", "8"),
        ("Apache Tomcat/8.5.32", "Tomcat", "8.5.32"),
        ("Apache Struts 1.3", "Struts", "1.3"),
        ("SQL Server 2008 R2", "SQL Server", "2008 R2"),
        ("SLES 12 SP5", "SUSE Linux Enterprise Server", "12 SP5"),
        ("SunOS 5.10", "Solaris", "10"),
        ("VB6", "Visual Basic", "6"),
        ("C++", "C++", None),
        ("FooDB 3.2", "FooDB", "3.2"),
    ],
)
def test_free_text_names_a_product(text: str, name: str, version: str | None) -> None:
    technology = normalize(text)

    assert (technology.name, technology.version) == (name, version)


def test_the_category_of_a_column_decides_what_a_bare_vendor_means() -> None:
    assert normalize("Oracle", "database") == Technology("Oracle Database", None, "database")
    assert normalize("Oracle", "language") == Technology("Oracle", None, "language")


def test_a_list_is_taken_apart() -> None:
    assert read_technologies("Java 8, Tomcat 8.5; RHEL 7 / Oracle 11.2 and C#") == (
        Technology("Java", "8", "runtime"),
        Technology("Tomcat", "8.5", "middleware"),
        Technology("Red Hat Enterprise Linux", "7", "operating_system"),
        Technology("Oracle Database", "11.2", "database"),
        Technology("C#", None, "language"),
    )


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_normalized_product_stays_as_it_is(text: str) -> None:
    once = normalize(text)

    if product(once.name):
        assert normalize(once.name).name == once.name


@pytest.mark.parametrize("row", read_csv("products"), ids=lambda row: row["product"])
def test_every_product_is_found_by_its_own_name(row: dict[str, str]) -> None:
    assert normalize(row["product"], row["category"]).name == row["product"]


@pytest.mark.parametrize(
    ("name", "version", "ends_on"),
    [
        ("Windows Server", "2008 R2", date(2020, 1, 14)),
        ("Windows Server", "2012 R2", date(2023, 10, 10)),
        ("Red Hat Enterprise Linux", "7.9", date(2024, 6, 30)),
        ("PostgreSQL", "9.6.24", date(2021, 11, 11)),
        (".NET Framework", "4.5.2", date(2022, 4, 26)),
        ("Python", "2.7.18", date(2020, 1, 1)),
        ("Java", "1", None),
        ("Java", None, None),
        ("COBOL", "1", None),
    ],
)
def test_the_longest_beginning_of_a_version_counts(name: str, version: str | None, ends_on: date | None) -> None:
    row = end_of_life(Technology(name, version))

    assert (row.ends_on if row else None) == ends_on


def test_a_version_is_supported_to_the_last_day() -> None:
    rhel = Technology("Red Hat Enterprise Linux", "7")

    assert supported(rhel, date(2024, 6, 30)) is True
    assert supported(rhel, date(2024, 7, 1)) is False
    assert supported(Technology("FooDB", "1"), date(2024, 7, 1)) is None


def test_every_row_has_a_source_and_a_known_product() -> None:
    products = {row["product"] for row in read_csv("products")}

    for row in read_csv("end_of_life"):
        assert row["source"].split()[0] in {"recalled", "distro-info-data", "node-releases"}
        assert row["certain"] in {"yes", "no"}
        assert row["product"] in products
