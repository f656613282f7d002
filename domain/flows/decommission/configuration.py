"""What a decommission is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DecommissionOptions:
    """`archive_destination` is where data go; `retention_years` are the engagement's own, by kind of data."""

    archive_destination: str = "archive"
    retention_years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecommissionConfiguration:
    """Applications that are to be retired, or that have moved."""

    application_ids: tuple[str, ...]
    options: DecommissionOptions = field(default_factory=DecommissionOptions)
