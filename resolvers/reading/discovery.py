"""Queries about what discoveries read and found."""

from __future__ import annotations

from collections.abc import Sequence

from domain.application import Application
from domain.flows.discovery.results import Cycle, DependencyResult, MappingResult
from domain.inventory import AttributeMapping, CleansingFinding, DataImport
from domain.known import DifferenceCounts, KnownFlow
from domain.listing import ImportsOfFlow
from domain.reading import Window
from resolvers.context import Context
from resolvers.reading.flows import typed_results

_NEWEST = Window(size=1)


async def imports(context: Context, flows: Sequence[KnownFlow]) -> list[DataImport | None]:
    """The newest file that each discovery read."""
    pages = await context.reads.pages([ImportsOfFlow(parent=flow.id) for flow in flows], _NEWEST)
    return [page.items[0] if page.items else None for page in pages]


async def mappings(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[AttributeMapping, ...]]:
    """What each column fills."""
    found = await typed_results(context, flows, "attribute_mapping", MappingResult)
    return [result.mappings if result else () for result in found]


async def cycles(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[Cycle, ...]]:
    """Applications that need each other."""
    found = await typed_results(context, flows, "dependencies", DependencyResult)
    return [result.cycles if result else () for result in found]


async def differences(context: Context, flows: Sequence[KnownFlow]) -> list[DifferenceCounts]:
    """How many applications each discovery created, changed and missed."""
    found = await context.reads.difference_counts([flow.id for flow in flows])
    return [found.get(flow.id) or DifferenceCounts(flow.id) for flow in flows]


async def applications_of_findings(context: Context, findings: Sequence[CleansingFinding]) -> list[Application | None]:
    """The application that each finding is about, by its natural key."""
    keys = {finding.application_key for finding in findings if finding.application_key}
    found = await context.reads.applications_by_key(keys)
    return [found.get(finding.application_key or "") for finding in findings]
