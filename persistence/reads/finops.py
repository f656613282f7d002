"""Reading what applications cost."""

from __future__ import annotations

from domain.application_cost import ApplicationCost
from domain.application_cost_listing import CostsOfFlow
from persistence import tables
from persistence.reads.source import Source, rows_of, upwards

costs = tables.application_costs

SOURCES: dict[type, Source] = {
    CostsOfFlow: Source(
        rows=rows_of(ApplicationCost, costs),
        order=upwards(costs.c.number, costs.c.id),
        belongs=lambda parent, _listing: costs.c.flow_id == parent,
    )
}
