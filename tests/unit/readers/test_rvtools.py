from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.errors import ErrorCode, Refused
from domain.inventory import RowKind
from tests.unit.readers.reading import RVTOOLS_DATA, bad, good, read
from tests.unit.readers.workbooks import workbook

CONFIGURED, TOOLS = "OS according to the configuration file", "OS according to the VMware Tools"
INFO = ["VM", "Powerstate", "Template", "Heartbeat", "CPUs", "Memory", "In Use MiB", "Host", CONFIGURED, TOOLS, "VM ID"]


def machines(*rows: Sequence[Any], header: Sequence[Any] = INFO, **sheets: list[Sequence[Any]]) -> bytes:
    return workbook({"vInfo": [header, *rows], **sheets})


def only(data: bytes) -> Mapping[str, str]:
    [row] = good(read(data)[1])
    return row.values


def test_a_workbook_with_the_sheet_of_machines_is_rvtools() -> None:
    sheet, rows = read(machines(["a", "poweredOn", "False", "green", 2, 4096, 0, "h", "RHEL 9", None, "vm-1"]))

    assert sheet.format == "rvtools"
    assert "Heartbeat" not in sheet.columns
    assert [(row.line, row.kind) for row in good(rows)] == [(2, RowKind.SERVER)]


def test_each_sheet_adds_what_it_knows_of_the_machine() -> None:
    values = only(
        machines(
            ["a", "poweredOn", "False", "green", None, None, None, "h1", None, None, "vm-1"],
            vCPU=[["VM", "CPUs", "Sockets", "Cores p/s", "VM ID"], ["renamed", 8, 2, 4, "vm-1"]],
            vMemory=[["VM", "Size MiB", "VM ID"], ["a", 16384, "vm-1"]],
            vDisk=[["VM", "Disk", "Capacity MiB", "VM ID"], ["a", "1", 102400, "vm-1"], ["a", "2", 51200, "vm-1"]],
            vPartition=[["VM", "Disk", "Consumed MiB"], ["A", "C:", 20480], ["a", "D:", 10240]],
            vTools=[["VM", "Tools Version", CONFIGURED, TOOLS, "VM ID"], ["a", 12352, "RHEL 8", "RHEL 8.9", "vm-1"]],
            vHost=[["Host", "Datacenter", "Cluster"], ["h1", "Zurich", "blue"], ["h2", "Basel", "red"]],
        )
    )

    assert values == {
        "VM": "a", "Powerstate": "poweredOn", "Template": "False", "Host": "h1", "VM ID": "vm-1",
        "CPUs": "8", "Sockets": "2", "Cores p/s": "4", "Memory": "16384",
        "Disks": "2", "Disk capacity GB": "150", "Partitions": "2", "Data volume GB": "30",
        CONFIGURED: "RHEL 8", TOOLS: "RHEL 8.9", "Operating system": "RHEL 8.9",
        "Datacenter": "Zurich", "Cluster": "blue", "VMware Tools": "12352",
    }  # fmt: skip


def test_what_the_sheet_of_machines_says_itself_counts() -> None:
    values = only(
        machines(
            ["a", "on", "False", "green", 2, 4096, 51200, "h", "Amazon Linux 2", None, "vm-1"],
            vCPU=[["VM", "CPUs", TOOLS, "VM ID"], ["a", 8, "Debian 9", "vm-1"]],
        )
    )

    assert (values["CPUs"], values["Operating system"], values["Data volume GB"]) == ("2", "Amazon Linux 2", "50")


def test_two_machines_of_one_name_are_told_apart_by_their_number() -> None:
    header = ["VM", "Powerstate", "VM ID", "VI SDK Server"]
    data = machines(
        ["a", "on", "vm-1", "zurich"],
        ["a", "on", "vm-1", "basel"],
        ["a", "on", "vm-9", "basel"],
        header=header,
        vCPU=[["VM", "CPUs", "VM ID", "VI SDK Server"], ["a", 2, "vm-1", "Zurich"], ["a", 4, "vm-1", "Basel"]],
    )

    assert [row.values.get("CPUs") for row in good(read(data)[1])] == ["2", "4", None]


def test_what_a_sheet_tells_of_a_name_that_several_have_is_nobodys() -> None:
    header = ["VM", "Powerstate"]
    data = machines(["a", "on"], ["b", "on"], header=header, vCPU=[["VM", "CPUs"], ["a", 2], ["a", 4], ["b", 8]])

    assert [row.values.get("CPUs") for row in good(read(data)[1])] == [None, "8"]


def test_templates_and_placeholders_are_no_machines() -> None:
    header = ["VM", "Powerstate", "Template", "SRM Placeholder"]
    _, rows = read(
        machines(["a", "on", "True", "False"], ["b", "on", False, True], [None, "on"], ["c", "on"], header=header)
    )

    assert bad(rows) == [
        (2, "This is a template, not a machine."),
        (3, "This is a placeholder of a recovery site, not a machine."),
        (4, 'The row has no "VM".'),
    ]
    assert [row.values["VM"] for row in good(rows)] == ["c"]


def test_the_sizes_of_older_releases_are_the_same() -> None:
    header = ["VM", "Powerstate", "In Use MB", "VM ID"]
    data = machines(
        ["a", "on", 2048, "vm-1"],
        header=header,
        vDisk=[["VM", "Capacity MB", "VM ID"], ["a", 10240, "vm-1"]],
        vMemory=[["VM", "Size MB", "VM ID"], ["a", 512, "vm-1"]],
    )

    values = only(data)
    assert (values["Data volume GB"], values["Disk capacity GB"], values["Memory"]) == ("2", "10", "512")
    assert values["In Use MB"] == "2048"


def test_columns_of_ones_own_are_kept() -> None:
    assert only(machines(["a", "on", "Claims"], header=["VM", "Powerstate", "Application"]))["Application"] == "Claims"


def test_the_sheet_of_machines_alone_as_csv_is_known_too() -> None:
    sheet, rows = read(f"VM,Powerstate,Template,{CONFIGURED}\na,on,False,RHEL 9\nb,on,True,\n".encode())

    assert sheet.format == "rvtools"
    assert [row.values["Operating system"] for row in good(rows)] == ["RHEL 9"]


def test_another_table_is_refused_where_rvtools_was_named() -> None:
    with pytest.raises(Refused) as refused:
        read(workbook({"A": [["Name", "Owner"], ["CRM", "x"]]}), format="rvtools")

    assert refused.value.problems[0].code is ErrorCode.INVALID_INPUT


@pytest.mark.skipif(not RVTOOLS_DATA.is_dir(), reason="the reference data are not here")
def test_a_real_workbook() -> None:
    sheet, rows = read((RVTOOLS_DATA / "kubev2v-example1.xlsx").read_bytes())

    found = {row.values["VM"]: row.values for row in good(rows)}
    assert (sheet.format, len(found), bad(rows)) == ("rvtools", 9, [])
    assert [
        (one["CPUs"], one["Memory"], one.get("Disk capacity GB"), one["Operating system"]) for one in found.values()
    ] == [
        ("1", "2224", "101", "Amazon Linux 2 (64-bit)"),
        ("2", "2046", None, "Red Hat Fedora (32-bit)"),
        ("3", "3526", "512", "Debian GNU/Linux 9 (64-bit)"),
        ("8", "17230", "100", "Red Hat Enterprise Linux 9 (64-bit)"),
        ("8", "16799", "100", "Debian GNU/Linux 7 (64-bit)"),
        ("7", "16461", "100", "Red Hat Enterprise Linux 9 (64-bit)"),
        ("9", "13146", "100", "Red Hat Enterprise Linux 9 (64-bit)"),
        ("13", "34321", "200", "Red Hat Enterprise Linux 8 (64-bit)"),
        # Of the last one vInfo knows the name alone; the other sheets know the rest.
        ("18", "40960", "100", "Red Hat Enterprise Linux 8 (64-bit)"),
    ]
    assert {(one["Datacenter"], one["Cluster"]) for one in found.values()} == {("Datacenter", "Cluster")}
