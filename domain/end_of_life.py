"""When the support of a product's version ends, from the table that ships with the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from domain.application import Technology
from domain.reference_data import read_csv
from domain.technologies import version_key


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """The end of support of one version. `source` says where the date is from, `certain` whether to rely on it."""

    product: str
    version: str
    ends_on: date
    source: str
    certain: bool


def end_of_life(technology: Technology) -> EndOfLife | None:
    """The row whose version is the longest beginning of the technology's; None when the table has none."""
    if technology.version is None:
        return None
    rows = _table().get(technology.name)
    if rows is None:
        return None
    parts = version_key(technology.version)
    for length in range(len(parts), 0, -1):
        if row := rows.get(parts[:length]):
            return row
    return None


def supported(technology: Technology, as_of: date) -> bool | None:
    """Whether it is supported on that day; None when the table does not know."""
    row = end_of_life(technology)
    return None if row is None else row.ends_on >= as_of


@cache
def _table() -> Mapping[str, Mapping[tuple[str, ...], EndOfLife]]:
    table: dict[str, dict[tuple[str, ...], EndOfLife]] = {}
    for row in read_csv("end_of_life"):
        entry = EndOfLife(
            row["product"],
            row["version"],
            date.fromisoformat(row["end_of_support"]),
            row["source"],
            row["certain"] == "yes",
        )
        table.setdefault(entry.product, {})[version_key(entry.version)] = entry
    return MappingProxyType(table)
