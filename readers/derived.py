"""Columns that a format spreads over several: what its readers add beside the columns as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from domain.columns import OPERATING_SYSTEM, SERVER, TableKind
from domain.facts import header_key

_VERSION = re.compile(r"v?\d[\w.\-]*$", re.IGNORECASE)

Read = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that is told by others: its name, theirs in order, and how."""

    column: str
    sources: tuple[str, ...]
    read: Read

    def of(self, values: Mapping[str, str]) -> str:
        """The cell of one row; empty when the row tells nothing of it."""
        return self.read([values.get(source, "").strip() for source in self.sources])


def derived(columns: Sequence[str], kind: TableKind) -> tuple[Derived, ...]:
    """What is added to a table of that kind, unless it has a column of that name itself."""
    by_key = {header_key(column): column for column in columns}
    return tuple(
        Derived(name, tuple(by_key.get(key, "") for key in keys), read)
        for name, keys, read in _DERIVED.get(kind, ())
        if header_key(name) not in by_key and _enough(kind)(key in by_key for key in keys)
    )


def _enough(kind: TableKind) -> Callable[[Iterable[bool]], bool]:
    # In a table of no known tool one of them alone is a column like any other.
    return all if kind is TableKind.APPLICATIONS else any


def operating_system(parts: Sequence[str]) -> str:
    """A product and its version, from a column of names and one of versions, either of which may hold both."""
    name, version = parts
    if not version or not name:
        return name or version
    if not _VERSION.match(version):
        # "windows" beside "windows server 2012 R2".
        return version
    # "Windows Server 2019" beside the number of its build.
    return name if any(map(str.isdigit, name)) else f"{name} {version}"


def first_filled(parts: Sequence[str]) -> str:
    """The first of several that says anything."""
    return next(filter(None, parts), "")


_DERIVED: Mapping[TableKind, tuple[tuple[str, tuple[str, ...], Read], ...]] = MappingProxyType(
    {
        TableKind.CLOUD_MIGRATION_FACTORY: (
            (OPERATING_SYSTEM, ("server os family", "server os version"), operating_system),
        ),
        TableKind.MIGRATION_HUB: (
            (SERVER, ("hostname", "vmware.vmname", "serverid", "externalid", "smbiosid", "ipaddress"), first_filled),
            (OPERATING_SYSTEM, ("os.name", "os.version"), operating_system),
        ),
        TableKind.APPLICATIONS: ((OPERATING_SYSTEM, ("os", "os version"), operating_system),),
        TableKind.AZURE_MIGRATE: ((OPERATING_SYSTEM, ("os name", "os version"), operating_system),),
        TableKind.RVTOOLS: (
            (
                OPERATING_SYSTEM,
                ("os according to the vmware tools", "os according to the configuration file"),
                first_filled,
            ),
        ),
    }
)
