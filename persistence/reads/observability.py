"""Reading what applications promise, and what was found."""

from __future__ import annotations

from typing import Any

from domain.observability import OptimizationFinding, ServiceLevelObjective
from domain.observability_listing import ObjectivesOfFlow, OptimizationFindingsOfFlow
from persistence import tables
from persistence.reads.source import Rows, Source, rows_of, upwards

objectives, findings = tables.service_level_objectives, tables.optimization_findings

ROWS: dict[type, Rows] = {ServiceLevelObjective: rows_of(ServiceLevelObjective, objectives)}


def _numbered(rows: Rows, table: Any) -> Source:
    """Those of a flow, in their own order."""
    return Source(
        rows=rows,
        order=upwards(table.c.number, table.c.id),
        belongs=lambda parent, _listing: table.c.flow_id == parent,
    )


SOURCES: dict[type, Source] = {
    ObjectivesOfFlow: _numbered(ROWS[ServiceLevelObjective], objectives),
    OptimizationFindingsOfFlow: _numbered(rows_of(OptimizationFinding, findings), findings),
}
