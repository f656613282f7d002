"""File formats in. `reader(limits)` reads inventories: those of known tools, and any other CSV or XLSX."""

from __future__ import annotations

from domain.ports import InventoryReader
from readers.inventory import Inventories
from readers.limits import Limits

__all__ = ["Limits", "reader"]


def reader(limits: Limits | None = None) -> InventoryReader:
    """The reader of every inventory format of this release, within those limits."""
    return Inventories(limits or Limits())
