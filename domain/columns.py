"""What a column of an inventory may be beside a fact: the parts that say what a row is and what belongs to what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from domain.facts import HEADERS, header_key


class Structure(StrEnum):
    """Targets of column mapping that are no facts. A tag and its category are a pair, up to twenty in a row.

    `APPLICATIONS` lists every application that a server belongs to.
    """

    RECORD_TYPE = "record_type"
    APPLICATIONS = "applications"
    CONSUMER = "consumer"
    PROVIDER = "provider"
    DEPENDENCY = "dependency"
    DEPENDENCY_DIRECTION = "dependency_direction"
    DEPENDENCY_KIND = "dependency_kind"
    DEPENDENCY_PROTOCOL = "dependency_protocol"
    DEPENDENCY_CRITICALITY = "dependency_criticality"
    TAG_CATEGORY = "tag_category"
    TAG = "tag"


class TableKind(StrEnum):
    """What the rows of a table tell of, by its header alone."""

    KONVEYOR = "konveyor"
    CLOUD_MIGRATION_FACTORY = "cloud-migration-factory"
    MIGRATION_HUB = "migration-hub"
    AZURE_MIGRATE = "azure-migrate"
    RVTOOLS = "rvtools"
    GOVUK = "govuk"
    DEPENDENCIES = "dependencies"
    APPLICATIONS = "applications"


# May be filled by any number of columns.
REPEATED = frozenset({Structure.TAG_CATEGORY, Structure.TAG})

_KONVEYOR: Mapping[str, Structure] = MappingProxyType(
    {
        "record type": Structure.RECORD_TYPE,
        "record type 1": Structure.RECORD_TYPE,
        "dependency": Structure.DEPENDENCY,
        "dependency direction": Structure.DEPENDENCY_DIRECTION,
        "dependency kind": Structure.DEPENDENCY_KIND,
        "dependency type": Structure.DEPENDENCY_KIND,
        "dependency protocol": Structure.DEPENDENCY_PROTOCOL,
        "dependency criticality": Structure.DEPENDENCY_CRITICALITY,
    }
)
# Columns that readers add to a format whose own columns say a thing in several places.
SERVER = "Server"
OPERATING_SYSTEM = "Operating system"
DATA_VOLUME = "Data volume GB"
DISK_CAPACITY = "Disk capacity GB"

# Told together by the last of them, in a table of no known tool.
_SYSTEM_PARTS = frozenset({"os", "os version", "operating system"})

# Format by format: what its own columns fill. None: kept as it is in `attributes`.
_FORMATS: Mapping[TableKind, Mapping[str, str | None]] = MappingProxyType(
    {
        TableKind.CLOUD_MIGRATION_FACTORY: {
            "app name": "name", "server name": "component_name", "server tier": "component_type",
            "server environment": "environment", "r type": "sixr_wish", "operating system": "operating_system",
            **dict.fromkeys(
                ("wave name", "server os family", "server os version", "server fqdn", "aws accountid", "aws region",
                 "subnet ids", "securitygroup ids", "subnet ids test", "securitygroup ids test", "instancetype",
                 "tenancy", "tags", "iamrole", "private ip", "ebs kmskey id", "dedicated host id"),
            ),
        },
        TableKind.MIGRATION_HUB: {
            "applications": Structure.APPLICATIONS, "server": "component_name", "operating system": "operating_system",
            "serverid": "external_id", "ipaddress": "ip_address", "cpu.numberofcores": "cores",
            "ram.totalsizeinmb": "memory_mb", "cpu.usagepct.avg": "cpu_percent",
            **dict.fromkeys(
                ("hostname", "externalid", "smbiosid", "macaddress", "os.name", "os.version", "applicationwave", "tags",
                 "cpu.numberofprocessors", "cpu.numberoflogicalcores", "cpu.usagepct.max", "ram.usedsizeinmb.avg",
                 "ram.usedsizeinmb.max", "vmware.vmname", "vmware.morefid", "vmware.vcenterid",
                 "vmware.hostsystemid", "vmware.vmfolderpath"),
            ),
        },
        TableKind.AZURE_MIGRATE: {
            "server name": "component_name", "ip addresses": "ip_address", "cores": "cores",
            "memory in mb": "memory_mb", "operating system": "operating_system",
            "cpu utilization percentage": "cpu_percent", "memory utilization percentage": "memory_percent",
            "storage in use in gb": "data_volume_gb",
            **dict.fromkeys(
                ("os name", "os version", "os architecture", "server type", "hypervisor", "boot type",
                 "number of disks", "network adapters", "network in throughput", "network out throughput"),
            ),
        },
        TableKind.RVTOOLS: {
            "vm": "component_name", "vm uuid": "external_id", "operating system": "operating_system", "cpus": "cores",
            "memory": "memory_mb", "primary ip address": "ip_address", "data volume gb": "data_volume_gb",
            "datacenter": "hosting",
            **dict.fromkeys(
                ("powerstate", "template", "srm placeholder", "dns name", "sockets", "cores p s", "disks",
                 "disk capacity gb", "partitions", "provisioned mib", "in use mib", "total disk capacity mib", "host",
                 "provisioned mb", "in use mb", "vmware tools", "nics", "firmware", "hw version",
                 "cluster", "os according to the configuration file", "os according to the vmware tools", "vm id",
                 "folder", "resource pool", "annotation", "creation date", "vi sdk server"),
            ),
        },
        TableKind.GOVUK: {
            "github repo name": "name", "team": "technical_owner", "production hosted on": "hosting",
            "description": "description", "dependencies": "depends_on",
            **dict.fromkeys(
                ("type", "app name", "puppet name", "dependencies team", "dependency descriptions", "retired",
                 "private repo", "actors"),
            ),
        },
    }
)  # fmt: skip
_FACTORY_MARKS = frozenset(
    {"wave name", "r type", "server os family", "server os version", "server tier", "server environment",
     "aws accountid"}
)  # fmt: skip
_HUB_NAMES = frozenset({"serverid", "hostname", "externalid", "smbiosid", "ipaddress", "vmware.vmname"})
_HUB_MARKS = frozenset({"applicationwave", "os.name", "os.version", "cpu.numberofcores", "ram.totalsizeinmb"})
_AZURE = frozenset({"server name", "cores", "memory in mb", "os name"})
_RVTOOLS = frozenset({"vm", "powerstate"})
_CONSUMERS = (
    "consumer", "consumer application", "from", "from app", "from application", "source", "source app",
    "source application", "source system", "client", "client application", "caller", "dependent",
    "dependent application", "application 1", "app 1",
)  # fmt: skip
_PROVIDERS = (
    "provider", "provider application", "to", "to app", "to application", "target", "target app",
    "target application", "target system", "destination", "destination application", "callee",
    "depends on application", "application 2", "app 2",
)  # fmt: skip
_DEPENDENCIES: Mapping[str, Structure] = MappingProxyType(
    {
        **dict.fromkeys(_CONSUMERS, Structure.CONSUMER),
        **dict.fromkeys(_PROVIDERS, Structure.PROVIDER),
        **dict.fromkeys(("kind", "type", "dependency kind", "dependency type", "coupling"), Structure.DEPENDENCY_KIND),
        **dict.fromkeys(("protocol", "dependency protocol", "interface", "port"), Structure.DEPENDENCY_PROTOCOL),
        **dict.fromkeys(("criticality", "dependency criticality"), Structure.DEPENDENCY_CRITICALITY),
    }
)
_TAG = re.compile(r"^tag (category |type )?([0-9]{1,3})$")
# A table that knows no more than this of an application does not list applications.
_OF_DEPENDENCIES = frozenset({"name", "depends_on", "integration_kinds"})


def tag_number(header: str) -> tuple[Structure, int] | None:
    """Whether a column holds tags or their categories, and the number of their pair."""
    found = _TAG.match(header_key(header))
    return (Structure.TAG_CATEGORY if found[1] else Structure.TAG, int(found[2])) if found else None


def table_kind(columns: Iterable[str]) -> TableKind:
    """A known tool's own header; a table with two application columns, which lists dependencies; any other."""
    keys = frozenset(map(header_key, columns))
    return _known_kind(keys) or _other_kind(keys)


def _known_kind(keys: frozenset[str]) -> TableKind | None:
    marks: Mapping[TableKind, bool] = {
        TableKind.KONVEYOR: bool({"record type", "record type 1"} & keys) and "application name" in keys,
        # Two of its columns beside the names: one alone may stand in anybody's list of servers.
        TableKind.CLOUD_MIGRATION_FACTORY: {"app name", "server name"} <= keys and len(_FACTORY_MARKS & keys) > 1,
        TableKind.MIGRATION_HUB: bool(_HUB_NAMES & keys) and bool(_HUB_MARKS & keys),
        TableKind.AZURE_MIGRATE: keys >= _AZURE,
        TableKind.RVTOOLS: keys >= _RVTOOLS,
        TableKind.GOVUK: "github repo name" in keys,
    }
    return next((kind for kind, holds in marks.items() if holds), None)


def _other_kind(keys: frozenset[str]) -> TableKind:
    structures = {_DEPENDENCIES.get(key) for key in keys}
    facts = {HEADERS[key] for key in keys if key in HEADERS}
    # Beside a column of applications, `from` and `to` tell of something else: a move, a rename.
    if {Structure.CONSUMER, Structure.PROVIDER} <= structures and "name" not in facts:
        return TableKind.DEPENDENCIES
    two = "name" in facts and ("depends_on" in facts or Structure.PROVIDER in structures)
    return TableKind.DEPENDENCIES if two and facts <= _OF_DEPENDENCIES else TableKind.APPLICATIONS


def roles(columns: Sequence[str]) -> dict[str, str]:
    """What each column is by its name alone: a fact's key or a Structure. Columns of unknown name are left out.

    When two columns claim the same single-valued role, the first one has it.
    """
    role_of = _role_reader(table_kind(columns))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        role = role_of(column)
        if role is not None and (role in REPEATED or role not in taken):
            found[column] = role
            taken.add(role)
    return found


def kept_columns(columns: Sequence[str]) -> frozenset[str]:
    """The columns of a known format that fill nothing, whatever their names and values resemble."""
    keys = frozenset(map(header_key, columns))
    if keys >= _SYSTEM_PARTS:
        return frozenset(column for column in columns if header_key(column) in {"os", "os version"})
    own = _FORMATS.get(table_kind(columns), {})
    return frozenset(column for column in columns if own.get(header_key(column), "") is None)


def _role_reader(kind: TableKind) -> Callable[[str], str | None]:
    own = _FORMATS.get(kind)
    if own is None:
        return _ROLES[kind]

    def role(column: str) -> str | None:
        key = header_key(column)
        return own[key] if key in own else HEADERS.get(key)

    return role


def _konveyor_role(column: str) -> str | None:
    if tag := tag_number(column):
        return tag[0]
    key = header_key(column)
    return _KONVEYOR.get(key) or HEADERS.get(key)


def _dependency_role(column: str) -> str | None:
    key = header_key(column)
    if structure := _DEPENDENCIES.get(key):
        return structure
    fact = HEADERS.get(key)
    return {"name": Structure.CONSUMER, "depends_on": Structure.PROVIDER}.get(fact or "", fact)


def _application_role(column: str) -> str | None:
    return HEADERS.get(header_key(column))


_ROLES: Mapping[TableKind, Callable[[str], str | None]] = MappingProxyType(
    {
        TableKind.KONVEYOR: _konveyor_role,
        TableKind.DEPENDENCIES: _dependency_role,
        TableKind.APPLICATIONS: _application_role,
    }
)
