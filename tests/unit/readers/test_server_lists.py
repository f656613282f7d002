from __future__ import annotations

import pytest

from domain.inventory import RowKind
from readers.derived import operating_system
from tests.unit.readers.reading import bad, good, read

HUB = (
    "ExternalId,SMBiosId,IPAddress,HostName,VMware.VMName,CPU.NumberOfCores,OS.Name,OS.Version,RAM.TotalSizeInMB,"
    "Applications,ApplicationWave,Tags,ServerId\n"
    'e1,,10.0.0.1,web-1,,4,Windows Server 2016,10.0.14393,8192,"Claims,Billing",Wave 1,"zone:dmz,env:Prod",s-1\n'
    "e2,,10.0.0.2,,vm-db,8,RHEL,7.9,16384,,,,s-2\n"
    ",,,,,2,,,,,,,\n"
)
AZURE = (
    "*Server name,IP addresses,*Cores,*Memory (In MB),*OS name,OS version,OS architecture,CPU utilization percentage,"
    "Memory utilization percentage,Number of disks,Storage in use (In GB),Disk 1 size (In GB),Boot type\n"
    "srv1,10.0.0.4;10.0.0.5,4,8192,Windows Server 2019 Datacenter,10.0.17763,x64,35,60,2,120.5,127,BIOS\n"
    ",,2,4096,Ubuntu,22.04,x64,,,,,,\n"
)


def test_migration_hub_is_known_by_its_header() -> None:
    sheet, rows = read(HUB.encode())

    assert sheet.format == "migration-hub"
    assert [(row.kind, row.values["Server"], row.values["Operating system"]) for row in good(rows)] == [
        (RowKind.SERVER, "web-1", "Windows Server 2016"),
        (RowKind.SERVER, "vm-db", "RHEL 7.9"),
    ]
    assert bad(rows) == [(4, 'The row has neither "Applications" nor "Server".')]


def test_azure_migrate_is_known_by_its_header() -> None:
    sheet, rows = read(AZURE.encode())

    assert sheet.format == "azure-migrate"
    assert [(row.kind, row.values["Operating system"]) for row in good(rows)] == [
        (RowKind.SERVER, "Windows Server 2019 Datacenter")
    ]
    assert bad(rows) == [(3, 'The row has no "*Server name".')]


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("windows", "windows server 2012 R2", "windows server 2012 R2"),
        ("linux", "redhat", "redhat"),
        ("RHEL", "7.9", "RHEL 7.9"),
        ("windows", "2012", "windows 2012"),
        ("Windows Server 2019", "10.0.17763", "Windows Server 2019"),
        ("AIX", "", "AIX"),
        ("", "Solaris 10", "Solaris 10"),
        ("", "", ""),
    ],
)
def test_a_system_and_its_version_are_one_text(name: str, version: str, told: str) -> None:
    assert operating_system((name, version)) == told


def test_a_column_of_the_files_own_is_not_overwritten() -> None:
    sheet, rows = read(AZURE.replace("OS architecture", "Operating system").encode())

    assert len(sheet.columns) == 13
    assert good(rows)[0].values["Operating system"] == "x64"
