"""What a column of an inventory may be beside a fact: the parts that say what a row is and what belongs to what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from domain.facts import HEADERS, header_key


class Structure(StrEnum):
    """Targets of column mapping that are no facts. A tag and its category are a pair, up to twenty in a row."""

    RECORD_TYPE = "record_type"
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
    """Konveyor's own header; a table with two application columns, which lists dependencies; any other."""
    keys = [header_key(column) for column in columns]
    if {"record type", "record type 1"}.intersection(keys) and "application name" in keys:
        return TableKind.KONVEYOR
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
    role_of = _ROLES[table_kind(columns)]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        role = role_of(column)
        if role is not None and (role in REPEATED or role not in taken):
            found[column] = role
            taken.add(role)
    return found


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
