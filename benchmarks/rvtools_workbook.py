"""An RVTools workbook of any size, as its exports are: five sheets, texts shared, days with their style."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float | bool | None
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DAY = 2
SYSTEMS = (
    ("Microsoft Windows Server 2016 or later (64-bit)", "Microsoft Windows Server 2019 (64-bit)"),
    ("Microsoft Windows Server 2012 (64-bit)", "Microsoft Windows Server 2012 R2 (64-bit)"),
    ("Red Hat Enterprise Linux 7 (64-bit)", "Red Hat Enterprise Linux 7 (64-bit)"),
    ("Red Hat Enterprise Linux 8 (64-bit)", None),
    ("CentOS 4/5 or later (64-bit)", "CentOS 7 (64-bit)"),
    ("Ubuntu Linux (64-bit)", "Ubuntu Linux (64-bit)"),
    ("SUSE Linux Enterprise 12 (64-bit)", "SUSE Linux Enterprise 12 (64-bit)"),
    ("Other 3.x or later Linux (64-bit)", None),
)
_MACHINE = ("VM", "Powerstate", "Template", "SRM Placeholder")
_PLACE = (
    "Datacenter", "Cluster", "Host", "Folder", "OS according to the configuration file",
    "OS according to the VMware Tools", "VM ID", "VM UUID", "VI SDK Server",
)  # fmt: skip
_INFO = (
    "Config status", "Connection state", "Guest state", "Heartbeat", "Consolidation Needed", "PowerOn",
    "Suspend Interval", "Creation date", "Change Version", "CPUs", "Overall Cpu Readiness", "Memory", "Active Memory",
    "NICs", "Disks", "Total disk capacity MiB", "Fixed Passthru HotPlug", "Latency Sensitivity",
    "Op Notification Timeout", "EnableUUID", "CBT", "Primary IP Address", "Network #1", "Network #2", "Num Monitors",
    "Video Ram KiB", "Resource pool", "Folder ID", "DAS protection", "FT State", "FT Latency", "FT Bandwidth",
    "FT Sec. Latency", "Provisioned MiB", "In Use MiB", "Unshared MiB", "HA Restart Priority", "HA Isolation Response",
    "HA VM Monitoring", "Boot Required", "Boot delay", "Boot retry delay", "Boot retry enabled", "Boot BIOS setup",
    "Reboot PowerOff", "EFI Secure boot", "Firmware", "HW version", "HW upgrade status", "HW upgrade policy",
    "HW target", "Path", "Log directory", "Snapshot directory", "Suspend directory", "Annotation", "owner",
    "Customization Info", "Guest Detailed Data", "DNS Name", "SMBIOS UUID", "VI SDK Server type", "VI SDK API Version",
    "Cluster rule(s)", "Cluster rule name(s)", "vApp", "FT Role",
)  # fmt: skip
_CPU = (
    "CPUs", "Sockets", "Cores p/s", "Max", "Overall", "Level", "Shares", "Reservation", "Entitlement",
    "DRS Entitlement", "Limit", "Hot Add", "Hot Remove",
)  # fmt: skip
_MEMORY = (
    "Size MiB", "Overhead", "Max", "Consumed", "Consumed Overhead", "Private", "Shared", "Swapped", "Ballooned",
    "Active", "Entitlement", "DRS Entitlement", "Level", "Shares", "Reservation", "Limit", "Hot Add",
)  # fmt: skip
_DISK = (
    "Disk", "Disk Key", "Disk UUID", "Capacity MiB", "Raw", "Disk Mode", "Sharing mode", "Thin", "Eagerly Scrub",
    "Split", "Write Through", "Level", "Shares", "Reservation", "Limit", "Controller", "Label", "SCSI Unit #",
    "Unit #", "Shared Bus", "Path",
)  # fmt: skip
_PARTITION = ("Disk Key", "Disk", "Capacity MiB", "Consumed MiB", "Free MiB", "Free %")
DISKS = PARTITIONS = 2


def write_workbook(path: Path, machines: int) -> None:
    """The workbook at that path."""
    texts: dict[str, int] = {}
    numbers = range(1, machines + 1)
    sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]] = {
        "vInfo": ((*_MACHINE, *_INFO, *_PLACE), map(_info, numbers)),
        "vCPU": ((*_MACHINE, *_CPU, *_PLACE), map(_processors, numbers)),
        "vMemory": ((*_MACHINE, *_MEMORY, *_PLACE), map(_memory, numbers)),
        "vDisk": ((*_MACHINE, *_DISK, *_PLACE), (_disk(n, k) for n in numbers for k in range(DISKS))),
        "vPartition": ((*_MACHINE, *_PARTITION, *_PLACE), (_partition(n, k) for n in numbers for k in (0, 1))),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, (columns, rows) in enumerate(sheets.values(), 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                for piece in _sheet(columns, rows, texts):
                    part.write(piece.encode())
        for name, content in _parts(tuple(sheets), texts):
            archive.writestr(name, content)


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[Cell]], texts: dict[str, int]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="utf-8"?><worksheet xmlns="{_SPREADSHEET}"><sheetData>'
    letters = [_letters(number) for number in range(len(columns))]
    for line, row in enumerate(chain((columns,), rows), 1):
        cells = (_cell(f"{letter}{line}", cell, texts) for letter, cell in zip(letters, row, strict=True))
        yield f'<row r="{line}">{"".join(cells)}</row>'
    yield "</sheetData></worksheet>"


def _cell(place: str, cell: Cell, texts: dict[str, int]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        cell = str(cell)
    if isinstance(cell, str):
        return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
    style = f' s="{_DAY}"' if isinstance(cell, float) else ""
    return f'<c r="{place}"{style}><v>{cell}</v></c>'


def _letters(number: int) -> str:
    high, low = divmod(number, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)


def _parts(titles: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    related = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>'
    target = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    yield "_rels/.rels", f"{related}{target}</Relationships>"
    sheets = "".join(f'<sheet name="{title}" sheetId="{n}" r:id="s{n}"/>' for n, title in enumerate(titles, 1))
    spaces = f'xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"'
    yield "xl/workbook.xml", f"<workbook {spaces}><sheets>{sheets}</sheets></workbook>"
    targets = [("sharedStrings", "sharedStrings.xml", "strings"), ("styles", "styles.xml", "styles")]
    targets += [("worksheet", f"worksheets/sheet{n}.xml", f"s{n}") for n in range(1, len(titles) + 1)]
    listed = "".join(f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{at}"/>' for kind, at, id in targets)
    yield "xl/_rels/workbook.xml.rels", f"{related}{listed}</Relationships>"
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 1, 22))
    yield "xl/styles.xml", f'<styleSheet xmlns="{_SPREADSHEET}"><cellXfs>{formats}</cellXfs></styleSheet>'
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    yield "xl/sharedStrings.xml", f'<sst xmlns="{_SPREADSHEET}">{shared}</sst>'


def _name(n: int) -> str:
    return f"vm-{('sap', 'web', 'db', 'app', 'fs')[n % 5]}-{n:06}"


def _machine(n: int) -> tuple[Cell, ...]:
    return (_name(n), "poweredOff" if n % 10 == 0 else "poweredOn", False, False)


def _place(n: int) -> tuple[Cell, ...]:
    configured, told = SYSTEMS[n % len(SYSTEMS)]
    return (
        f"DC{n % 3}", f"Cluster-{n % 12:02}", f"esx{n % 400:03}.example.test", f"Folder {n % 60}", configured, told,
        f"vm-{n}", f"500b85c1-ef0d-37fb-6897-{n:012x}", "vcenter.example.test",
    )  # fmt: skip


def _memory_mib(n: int) -> int:
    return 2048 << (n % 5)


def _info(n: int) -> Sequence[Cell]:
    path = f"[datastore{n % 50}] {_name(n)}/"
    day, network = 45_000 + n % 900 + 0.5, f"VLAN {n % 90}"
    return (
        *_machine(n),
        "green", "connected", "running", "green", False, day, 0, day, day, 1 << (n % 4), 0, _memory_mib(n), 128, 1,
        DISKS, 102_400 + n % 4_096, False, "normal", 0, None, False, f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        network, None, 1, 4096, f"/DC{n % 3}/Cluster-{n % 12:02}/Resources", f"Group-v{n % 60}", True, "notConfigured",
        "gray", -1, -1, 105_742, 51_200 + n % 9_000, 50_000 + n % 9_000, "medium", "none", "vmMonitoringDisabled",
        False, 0, 10_000, False, False, False, False, "efi", 19, "none", "never", "unset", f"{path}{_name(n)}.vmx",
        path, path, path, f"Serves team {n % 200}", f"owner{n % 300}@example.test", "IDLE", None,
        f"{_name(n)}.example.test", f"420b85c1-ef0d-37fb-6897-{n:012x}", "VMware vCenter Server 8.0.3", "8.0.3.0",
        None, None, None, None,
        *_place(n),
    )  # fmt: skip


def _processors(n: int) -> Sequence[Cell]:
    cores = 1 << (n % 4)
    return (*_machine(n), cores, cores, 1, 4590, 0, "normal", 2000, 0, 0, 0, -1, False, False, *_place(n))


def _memory(n: int) -> Sequence[Cell]:
    size = _memory_mib(n)
    counted = (size, 30, size, 512, 30, 500, 0, 0, 0, 128, 0, 0)
    return (*_machine(n), *counted, "normal", 20_480, 0, -1, False, *_place(n))


def _disk(n: int, k: int) -> Sequence[Cell]:
    told = (f"Hard disk {k + 1}", 2000 + k, f"6000C291-f112-{k:04x}-5152-{n:012x}", 51_200 + k * (n % 4_096))
    kinds = (False, "persistent", "sharingNone", True, False, False, False, "normal", 1000, 0, -1)
    where = ("VMware paravirtual SCSI", "SCSI controller 0", 7, k, "noSharing", f"[ds{n % 50}] {_name(n)}/disk{k}.vmdk")
    return (*_machine(n), *told, *kinds, *where, *_place(n))


def _partition(n: int, k: int) -> Sequence[Cell]:
    used = 10_240 + n % 20_000
    return (*_machine(n), 2000 + k, ("C:\\", "D:\\")[k], 51_200, used, 51_200 - used, 30, *_place(n))
