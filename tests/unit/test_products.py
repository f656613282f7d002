"""Product names as tools and people write them, and the table of end of support against the packages it is from."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from domain.application import Technology
from domain.end_of_life import end_of_life
from domain.reference_data import read_csv
from domain.technologies import product, read_technologies

DISTRIBUTIONS = Path("/usr/share/distro-info")
NODE = (
    Path(__file__).parents[2] / "dashboard" / "node_modules" / "node-releases" / "data" / "release-schedule"
) / "release-schedule.json"


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("Red Hat Enterprise Linux 7 (64-bit)", "Red Hat Enterprise Linux", "7"),
        ("Red Hat Enterprise Linux 6.10 (Santiago)", "Red Hat Enterprise Linux", "6.10"),
        ("Linux - RHEL 7.9", "Red Hat Enterprise Linux", "7.9"),
        ("RHEL 7.9 - Linux", "Red Hat Enterprise Linux", "7.9"),
        ("Linux RHEL 8", "Red Hat Enterprise Linux", "8"),
        ("Linux (Ubuntu 18.04)", "Ubuntu", "18.04"),
        ("Unix - AIX 7.1", "AIX", "7.1"),
        ("Windows - 2016 Standard", "Windows Server", "2016"),
        ("Microsoft Windows Server 2012 R2 (64-bit)", "Windows Server", "2012 R2"),
        ("Microsoft Windows Server 2003 Standard (32-bit)", "Windows Server", "2003"),
        ("Microsoft Windows 10 (64-bit)", "Windows", "10"),
        # What is told of these is no version: which of several it is, or from which one on.
        ("Microsoft Windows Server 2016 or later (64-bit)", "Windows Server", None),
        ("CentOS 4/5 or later (64-bit)", "CentOS", None),
        ("CentOS 4/5/6/7 (64-bit)", "CentOS", None),
        ("Oracle Linux 4/5 or later (64-bit)", "Oracle Linux", None),
        ("Other 3.x or later Linux (64-bit)", "Linux", None),
        ("FreeBSD 12 or later versions (64-bit)", "FreeBSD", None),
        ("VMware ESXi 6.5 or later", "VMware ESXi", None),
        ("RHEL 7+", "Red Hat Enterprise Linux", None),
        ("Ubuntu Linux (64-bit)", "Ubuntu", None),
        ("Red Hat Fedora (64-bit)", "Fedora", None),
        ("VMware Photon OS (64-bit)", "Photon OS", None),
        ("CoreOS Linux (64-bit)", "CoreOS", None),
    ],
)
def test_operating_systems_as_tools_write_them(text: str, name: str, version: str | None) -> None:
    assert read_technologies(text, "operating_system") == (Technology(name, version, "operating_system"),)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("WAS 9.0", "WebSphere Application Server", "9.0"),
        ("C++ 17", "C++", "17"),
        ("Java 8+", "Java", None),
        ("IIS on Windows Server 2012 R2", "Windows Server", "2012 R2"),
    ],
)
def test_other_products_as_people_write_them(text: str, name: str, version: str | None) -> None:
    (found,) = read_technologies(text)

    assert (found.name, found.version) == (name, version)


NEEDED = (
    "Windows Server", "Red Hat Enterprise Linux", "Ubuntu", "Debian", "SUSE Linux Enterprise Server", "AIX", "Solaris",
    "Java", ".NET Framework", ".NET", "Python", "Node.js", "PHP", "Ruby", "Perl", "Enterprise COBOL", "Visual COBOL",
    "Oracle Database", "SQL Server", "DB2", "PostgreSQL", "MySQL", "MongoDB", "WebSphere Application Server",
    "WebLogic Server", "JBoss EAP", "Tomcat", "IIS", "nginx", "Apache HTTP Server", "Angular", "AngularJS", "React",
    "Spring Framework", "Spring Boot", "Struts",
)  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_products_of_most_portfolios_have_dates(name: str) -> None:
    assert product(name) is not None
    assert [row for row in read_csv("end_of_life") if row["product"] == name]


def test_each_date_says_where_it_is_from_and_whether_to_rely_on_it() -> None:
    rows = read_csv("end_of_life")

    assert {row["source"].split()[0] for row in rows} == {"recalled", "distro-info-data", "node-releases"}
    assert {row["certain"] for row in rows} == {"yes", "no"}
    assert len({(row["product"], row["version"]) for row in rows}) == len(rows)
    assert [row["product"] for row in rows if product(row["product"]) is None] == []
    assert [date.fromisoformat(row["end_of_support"]).isoformat() for row in rows] == [
        row["end_of_support"] for row in rows
    ]


@pytest.mark.skipif(not DISTRIBUTIONS.is_dir(), reason="distro-info-data is not installed")
@pytest.mark.parametrize(
    ("name", "columns"), [("Debian", ("eol-lts", "eol")), ("Ubuntu", ("eol-server", "eol"))], ids=["debian", "ubuntu"]
)
def test_distributions_end_when_their_package_says(name: str, columns: tuple[str, ...]) -> None:
    theirs = dict(_distribution(name, columns))

    ours = {row["version"]: row["end_of_support"] for row in read_csv("end_of_life") if row["product"] == name}

    assert {version: theirs.get(version) for version in ours} == ours


def _distribution(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    with (DISTRIBUTIONS / f"{name.lower()}.csv").open(newline="") as source:
        for row in csv.DictReader(source):
            ends = next((row[column] for column in columns if row.get(column)), None)
            if ends:
                yield row["version"].removesuffix(" LTS").removesuffix(".0"), ends


@pytest.mark.skipif(not NODE.is_file(), reason="node-releases is not installed")
def test_node_ends_when_its_package_says() -> None:
    schedule = json.loads(NODE.read_text())
    theirs = {version.removeprefix("v"): told["end"] for version, told in schedule.items() if "end" in told}

    ours = {row["version"]: row["end_of_support"] for row in read_csv("end_of_life") if row["product"] == "Node.js"}

    assert {version: theirs.get(version) for version in ours} == ours


def test_a_version_has_the_date_of_its_longest_beginning() -> None:
    found = end_of_life(Technology("Debian", "11.7", "operating_system"))

    assert found is not None
    assert (found.version, found.ends_on, found.certain) == ("11", date(2026, 8, 31), True)
    assert end_of_life(Technology("Windows Server", None, "operating_system")) is None
