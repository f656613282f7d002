"""Reading what is to be modernized."""

from __future__ import annotations

from typing import Any

from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.modernization_listing import DesignsOfFlow, ModernizationCandidatesOfFlow, WorkItemsOfFlow
from persistence import tables
from persistence.reads.source import Rows, Source, rows_of, upwards

candidates, designs, items = tables.modernization_candidates, tables.target_designs, tables.work_items

ROWS: dict[type, Rows] = {WorkItem: rows_of(WorkItem, items)}


def _numbered(value: type, table: Any) -> Source:
    """Those of a flow, in their own order."""
    return Source(
        rows=ROWS.get(value) or rows_of(value, table),
        order=upwards(table.c.number, table.c.id),
        belongs=lambda parent, _listing: table.c.flow_id == parent,
    )


SOURCES: dict[type, Source] = {
    ModernizationCandidatesOfFlow: _numbered(ModernizationCandidate, candidates),
    DesignsOfFlow: _numbered(TargetDesign, designs),
    WorkItemsOfFlow: _numbered(WorkItem, items),
}
