"""Every kind of list and of thing that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from persistence.reads import (
    artifacts,
    builds,
    contracts,
    customers,
    decommission,
    engagements,
    execution,
    finops,
    flows,
    learning,
    modernization,
    observability,
    planning,
    portfolio,
    queue,
    scoring,
    threads,
    workflows,
)
from persistence.reads.source import Rows, Source

ROWS: Mapping[type, Rows] = MappingProxyType(
    {
        **artifacts.ROWS,
        **builds.ROWS,
        **contracts.ROWS,
        **customers.ROWS,
        **engagements.ROWS,
        **execution.ROWS,
        **flows.ROWS,
        **learning.ROWS,
        **modernization.ROWS,
        **observability.ROWS,
        **portfolio.ROWS,
        **planning.ROWS,
        **scoring.ROWS,
        **threads.ROWS,
        **workflows.ROWS,
    }
)
SOURCES: Mapping[type, Source] = MappingProxyType(
    {
        **artifacts.SOURCES,
        **builds.SOURCES,
        **contracts.SOURCES,
        **customers.SOURCES,
        **decommission.SOURCES,
        **engagements.SOURCES,
        **execution.SOURCES,
        **finops.SOURCES,
        **flows.SOURCES,
        **learning.SOURCES,
        **modernization.SOURCES,
        **observability.SOURCES,
        **portfolio.SOURCES,
        **workflows.SOURCES,
        **queue.SOURCES,
        **threads.SOURCES,
        **planning.SOURCES,
    }
)
