"""Every kind of list and of thing that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from persistence.reads import builds, customers, engagements, flows, learning, planning, portfolio, scoring
from persistence.reads.source import Rows, Source

ROWS: Mapping[type, Rows] = MappingProxyType(
    {
        **builds.ROWS,
        **customers.ROWS,
        **engagements.ROWS,
        **flows.ROWS,
        **learning.ROWS,
        **portfolio.ROWS,
        **planning.ROWS,
        **scoring.ROWS,
    }
)
SOURCES: Mapping[type, Source] = MappingProxyType(
    {
        **builds.SOURCES,
        **customers.SOURCES,
        **engagements.SOURCES,
        **flows.SOURCES,
        **learning.SOURCES,
        **portfolio.SOURCES,
        **planning.SOURCES,
    }
)
