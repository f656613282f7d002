"""The formats by name: what a person may ask for, and what a table is by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from domain.columns import TableKind, table_kind
from domain.errors import ErrorCode, refuse

CSV = "csv"
XLSX = "xlsx"
YAML = "yaml"
# What a tool's own header is known by.
_KNOWN: Mapping[TableKind, tuple[str, str]] = MappingProxyType(
    {
        TableKind.KONVEYOR: ("Konveyor application CSV", 'its header needs "Record Type 1" and "Application Name"'),
        TableKind.CLOUD_MIGRATION_FACTORY: (
            "Cloud Migration Factory intake form",
            "its header needs app_name, server_name and two more of its own, such as wave_name and r_type",
        ),
        TableKind.MIGRATION_HUB: (
            "Migration Hub import",
            "its header needs ServerId or HostName, and another column of its own such as ApplicationWave",
        ),
        TableKind.AZURE_MIGRATE: (
            "Azure Migrate import",
            "its header needs *Server name, *Cores, *Memory (In MB) and *OS name",
        ),
        TableKind.RVTOOLS: ("RVTools export", "its sheet vInfo needs VM and Powerstate"),
        TableKind.GOVUK: ("GOV.UK portfolio", "its applications need github_repo_name"),
    }
)
FORMATS = (*map(str, _KNOWN), CSV, XLSX, YAML)


def check_format(format: str | None) -> None:
    """Refuses a format that nobody reads."""
    if format is not None and format not in FORMATS:
        raise refuse(
            ErrorCode.UNSUPPORTED_FORMAT,
            f'There is no format "{format}" in this release; there are {", ".join(FORMATS[:-1])} and {FORMATS[-1]}. '
            "Leave it out to have it recognized.",
            "format",
        )


def check_kind(columns: Sequence[str], format: str | None) -> TableKind:
    """What a table is by its header; refused when a person said that it is something else."""
    kind = table_kind(columns)
    wanted = next((one for one in _KNOWN if one == format), None)
    if wanted is not None and kind is not wanted:
        title, needs = _KNOWN[wanted]
        raise refuse(
            ErrorCode.INVALID_INPUT,
            f"This is no {title}: {needs}. Leave the format out to have it recognized.",
            "format",
        )
    return kind


def format_of(kind: TableKind, other: str) -> str:
    """The name of a known kind; of any other table that of its file."""
    return str(kind) if kind in _KNOWN else other
