"""RVTools workbooks: each machine of vInfo with what the other sheets tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.columns import DATA_VOLUME, DISK_CAPACITY, TableKind, table_kind
from domain.facts import header_key
from readers.header import read_header
from readers.limits import Limits
from readers.spreadsheets import header_of
from readers.table import Record
from readers.workbook import Sheet, Workbook

MACHINES = "vinfo"
# What of a machine's state at the moment of the export says nothing about migrating it is left out.
_MOMENTARY = frozenset(
    map(
        header_key,
        (
            "Config status", "Connection state", "Guest state", "Heartbeat", "Consolidation Needed", "PowerOn",
            "Suspended To Memory", "Suspend time", "Suspend Interval", "Change Version", "Overall Cpu Readiness",
            "Active Memory", "Fixed Passthru HotPlug", "min Required EVC Mode Key", "Latency Sensitivity",
            "Op Notification Timeout", "EnableUUID", "CBT", "Num Monitors", "Video Ram KiB", "Folder ID", "vApp",
            "DAS protection", "FT State", "FT Role", "FT Latency", "FT Bandwidth", "FT Sec. Latency",
            "Vm Failover In Progress", "Unshared MiB", "HA Restart Priority", "HA Isolation Response",
            "HA VM Monitoring", "Cluster rule(s)", "Cluster rule name(s)", "Boot Required", "Boot delay",
            "Boot retry delay", "Boot retry enabled", "Boot BIOS setup", "Reboot PowerOff", "EFI Secure boot",
            "HW upgrade status", "HW upgrade policy", "HW target", "Customization Info", "Guest Detailed Data",
            "VI SDK Server type", "VI SDK API Version", "Network #1", "Network #2", "Network #3", "Network #4",
            "Network #5", "Network #6", "Network #7", "Network #8", "SMBIOS UUID", "Path", "Log directory",
            "Snapshot directory", "Suspend directory",
        ),
    )
)  # fmt: skip
_SHARED = (
    "Datacenter", "Cluster", "Host", "OS according to the configuration file", "OS according to the VMware Tools",
    "Folder", "VM UUID", "VM ID",
)  # fmt: skip
_SHARED_KEYS = tuple(map(header_key, _SHARED))
_SYSTEMS = frozenset(_SHARED_KEYS[3:5])
_MIB = 1024


class Cells(NamedTuple):
    """One row of a sheet: its line, its filled cells by the key of their column, and those beyond the header."""

    line: int
    values: Mapping[str, str]
    beyond: Sequence[str]


@dataclass(slots=True)
class Machine:
    """What the sheets beside vInfo tell of one machine."""

    told: dict[str, str] = field(default_factory=dict)
    disks: int = 0
    disk_mib: float = 0.0
    partitions: int = 0
    used_mib: float = 0.0
    # Sheet by sheet: whether it told of this machine, since a second row there is another machine of that name.
    once: set[str] = field(default_factory=set)
    doubled: bool = False


@dataclass(slots=True)
class Machines:
    """Machines by their identifiers, and by their name where a sheet has no identifier."""

    by_id: dict[tuple[str, str], Machine] = field(default_factory=dict)
    by_name: dict[str, Machine] = field(default_factory=dict)
    named: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def place(self, cells: Mapping[str, str]) -> Machine | None:
        """Where a row's telling is kept; None when it names no machine."""
        name = _name(cells)
        if identity := _identity(cells):
            self.named.setdefault(name, set()).add(identity)
            return self.by_id.setdefault(identity, Machine())
        return self.by_name.setdefault(name, Machine()) if name else None

    def of(self, cells: Mapping[str, str]) -> list[Machine]:
        """What is told of a machine of vInfo, the surest first."""
        name, identity = _name(cells), _identity(cells)
        # A sheet may leave out which vCenter its machines are of.
        numbers = (identity, ("", identity[1])) if identity else ()
        found = [self.by_id[number] for number in dict.fromkeys(numbers) if number in self.by_id]
        named = self.named.get(name, set())
        if not identity and len(named) == 1:
            # vInfo itself does not say which one it is, and there is only one of that name.
            found.append(self.by_id[next(iter(named))])
        if name in self.by_name and not self.by_name[name].doubled:
            found.append(self.by_name[name])
        return found


def is_rvtools(book: Workbook) -> bool:
    """Whether a workbook has the sheet of machines, with the header it has."""
    sheet = _sheet(book, MACHINES)
    found = header_of(sheet) if sheet else None
    return found is not None and table_kind(found[0].cells) is TableKind.RVTOOLS


def read_machines(book: Workbook, limits: Limits) -> tuple[tuple[str, ...], Iterator[Record]]:
    """The columns of the machines, and a record for each row of vInfo."""
    sheet = _sheet(book, MACHINES)
    unread: set[int] = set()
    found = header_of(sheet, unread) if sheet else None
    if found is None:
        return (), iter(())
    header, records = found
    names = read_header(header.cells, limits)
    unread |= {number for number, name in enumerate(names) if header_key(name) in _MOMENTARY}
    kept = [name for name in names if header_key(name) not in _MOMENTARY]
    keys = {header_key(name) for name in kept}
    added = [name for name in (*_SHARED, *_ADDED) if header_key(name) not in keys]
    columns = (*kept, *added)
    return columns, _joined(book, columns, _cells(names, records))


def _joined(book: Workbook, columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[Record]:
    machines, sites = _machines(book), _sites(book)
    keys = [_key(column) for column in columns]
    for line, cells, beyond in rows:
        whole = _whole(cells, machines.of(cells), sites)
        yield Record(line, [*(whole.get(key, "") for key in keys), *beyond])


def _whole(cells: Mapping[str, str], told: Sequence[Machine], sites: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    whole: dict[str, str] = {}
    for one in reversed(told):
        whole |= one.told
    whole |= cells
    # The two systems go together: what one sheet says of a machine is not mixed with what another does.
    systems = next((one for one in (cells, *(each.told for each in told)) if _SYSTEMS & one.keys()), {})
    for key in _SYSTEMS:
        whole[key] = systems.get(key, "")
    for key, text in sites.get(whole.get("host", ""), {}).items():
        whole.setdefault(key, text)
    disks = next((one for one in told if one.disks), Machine())
    partitions = next((one for one in told if one.partitions), Machine())
    whole |= {key: text for key, text in _sizes(whole, disks, partitions).items() if text}
    return whole


def _sizes(whole: Mapping[str, str], disks: Machine, partitions: Machine) -> dict[str, str]:
    # What the guest itself counts is nearer to the data there are than what the datastore holds of its disks.
    used = partitions.used_mib or _number(whole.get("in use mib", ""))
    capacity = disks.disk_mib or _number(whole.get("total disk capacity mib", ""))
    return {
        "disks": str(disks.disks) if disks.disks else "",
        header_key(DISK_CAPACITY): _gigabytes(capacity),
        "partitions": str(partitions.partitions) if partitions.partitions else "",
        header_key(DATA_VOLUME): _gigabytes(used),
    }


def _gigabytes(mib: float) -> str:
    return f"{mib / _MIB:.2f}".rstrip("0").rstrip(".") if mib else ""


def _machines(book: Workbook) -> Machines:
    machines = Machines()
    for title, take in _TAKERS.items():
        for _, cells, _ in _rows(book, title):
            machine = machines.place(cells)
            if machine is not None:
                for key in _SHARED_KEYS:
                    if text := cells.get(key):
                        machine.told.setdefault(key, text)
                take(machine, cells)
                if title in _ONE_EACH:
                    machine.doubled = machine.doubled or title in machine.once
                    machine.once.add(title)
    return machines


def _sites(book: Workbook) -> dict[str, dict[str, str]]:
    """Host by host, the datacentre and the cluster it stands in."""
    return {
        cells["host"]: {key: cells[key] for key in ("datacenter", "cluster") if key in cells}
        for _, cells, _ in _rows(book, "vhost")
        if "host" in cells
    }


def _take_processors(machine: Machine, cells: Mapping[str, str]) -> None:
    for key in ("cpus", "sockets", "cores p s"):
        if key in cells:
            machine.told.setdefault(key, cells[key])


def _take_memory(machine: Machine, cells: Mapping[str, str]) -> None:
    if size := cells.get("size mib"):
        machine.told.setdefault("memory", size)


def _take_disk(machine: Machine, cells: Mapping[str, str]) -> None:
    machine.disks += 1
    machine.disk_mib += _number(cells.get("capacity mib", ""))


def _take_partition(machine: Machine, cells: Mapping[str, str]) -> None:
    machine.partitions += 1
    machine.used_mib += _number(cells.get("consumed mib", ""))


def _take_tools(machine: Machine, cells: Mapping[str, str]) -> None:
    if version := cells.get("tools version") or cells.get("tools"):
        machine.told.setdefault("vmware tools", version)


_TAKERS: Mapping[str, Callable[[Machine, Mapping[str, str]], None]] = {
    "vcpu": _take_processors,
    "vmemory": _take_memory,
    "vdisk": _take_disk,
    "vpartition": _take_partition,
    "vtools": _take_tools,
}
# Columns of the sheets beside vInfo that anything is taken from.
_TAKEN = frozenset(
    {*_SHARED_KEYS, "vm", "vi sdk server", "cpus", "sockets", "cores p s", "size mib", "capacity mib",
     "consumed mib", "tools version", "tools"}
)  # fmt: skip
_ONE_EACH = frozenset({"vcpu", "vmemory", "vtools"})
_ADDED = ("CPUs", "Memory", "Sockets", "Cores p/s", "Disks", DISK_CAPACITY, "Partitions", DATA_VOLUME, "VMware Tools")


def _rows(book: Workbook, title: str) -> Iterator[Cells]:
    """The rows of a sheet beside vInfo, of which only what is taken is read."""
    sheet = _sheet(book, title)
    unread: set[int] = set()
    found = header_of(sheet, unread) if sheet else None
    if found is None:
        return iter(())
    unread |= {number for number, name in enumerate(found[0].cells) if _key(name) not in _TAKEN}
    return _cells(found[0].cells, found[1])


def _cells(names: Sequence[str], records: Iterable[Record]) -> Iterator[Cells]:
    keys = [_key(name) for name in names]
    for record in records:
        values = {key: stripped for key, cell in zip(keys, record.cells, strict=False) if (stripped := cell.strip())}
        yield Cells(record.line, values, record.cells[len(keys) :])


def _sheet(book: Workbook, title: str) -> Sheet | None:
    return next((sheet for sheet in book.sheets if sheet.title.strip().casefold() in {title, f"tab{title}"}), None)


def _key(column: str) -> str:
    # Before release 4 the sizes were headed MB, and meant the same.
    key = header_key(column)
    return f"{key.removesuffix(' mb')} mib" if key.endswith(" mb") else key


def _name(cells: Mapping[str, str]) -> str:
    return cells.get("vm", "").casefold()


def _identity(cells: Mapping[str, str]) -> tuple[str, str] | None:
    # A machine's number is its own only within one vCenter, of which a workbook may hold several.
    number = cells.get("vm id")
    return (cells.get("vi sdk server", "").casefold(), number) if number else None


def _number(text: str) -> float:
    try:
        return max(float(text.replace(",", "")), 0.0)
    except ValueError:
        return 0.0
