"""Reading what is to be switched off: candidates, and where their data go."""

from __future__ import annotations

from typing import Any

from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.decommission_listing import ArchivesOfFlow, CandidatesOfFlow
from persistence import tables
from persistence.reads.source import Rows, Source, rows_of, upwards

candidates, archives = tables.decommission_candidates, tables.archive_plans

CANDIDATES = rows_of(DecommissionCandidate, candidates)
ARCHIVES = rows_of(ArchivePlan, archives)


def _numbered(rows: Rows, table: Any) -> Source:
    """Those of a flow, in their own order."""
    return Source(
        rows=rows,
        order=upwards(table.c.number, table.c.id),
        belongs=lambda parent, _listing: table.c.flow_id == parent,
    )


SOURCES: dict[type, Source] = {
    CandidatesOfFlow: _numbered(CANDIDATES, candidates),
    ArchivesOfFlow: _numbered(ARCHIVES, archives),
}
