"""Queries about what assessments decided, and about the architecture they measure by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.application import Application, Component
from domain.debt_severity import in_force as holds
from domain.decision import ComponentTreatment, Decision
from domain.flows.assessment.results import ArchitectureMinimums, Finalization, Handoff, Report
from domain.known import KnownFlow
from domain.listing import (
    DecisionsOfFlow,
    ExceptionsOfFlow,
    Listing,
    OverridesOfSubject,
    PagesOfFlow,
    ReassessmentsBehindFlow,
    ReassessmentsOfFlow,
    Standards,
)
from domain.override import Override
from domain.page import AppOnPage
from domain.reading import WHOLE, Page, Window
from domain.reassessment import Reassessment
from domain.standard import ArchitectureStandard, StandardException
from domain.templates import ArchitectureTemplate, templates
from resolvers.context import Context
from resolvers.reading.engagement import current
from resolvers.reading.flows import typed_results

T = TypeVar("T")

_NEWEST = Window(size=1)


@dataclass(frozen=True, slots=True)
class FlowReport:
    """The report of one assessment; a flow has one at most, so that it bears the flow's id."""

    id: str
    report: Report


@dataclass(frozen=True, slots=True)
class FlowHandoff:
    """What one assessment hands to planning."""

    flow: KnownFlow
    handoff: Handoff


async def captured(context: Context, flows: Sequence[KnownFlow]) -> list[bool]:
    """Whether a person has confirmed each flow's standards."""
    found = await typed_results(context, flows, "architecture_minimums", ArchitectureMinimums)
    return [result.captured if result else False for result in found]


async def reports(context: Context, flows: Sequence[KnownFlow]) -> list[FlowReport | None]:
    """Each flow's report."""
    found = await typed_results(context, flows, "finalization", Finalization)
    return [FlowReport(flow.id, result.report) if result else None for flow, result in zip(flows, found, strict=True)]


async def handoffs(context: Context, flows: Sequence[KnownFlow]) -> list[FlowHandoff | None]:
    """What each flow hands to planning, once it is finalized."""
    found = await typed_results(context, flows, "finalization", Finalization)
    return [
        FlowHandoff(flow, result.handoff) if result and result.handoff else None
        for flow, result in zip(flows, found, strict=True)
    ]


async def reassessments(context: Context, handed: Sequence[FlowHandoff]) -> list[tuple[Reassessment, ...]]:
    """What was sent back of each handoff, oldest first."""
    found = await context.reads.pages([ReassessmentsOfFlow(parent=each.flow.id) for each in handed], WHOLE)
    return [page.items for page in found]


async def reassessed(context: Context, flows: Sequence[KnownFlow]) -> list[Reassessment | None]:
    """The request that each flow was started by."""
    found = await context.reads.pages([ReassessmentsBehindFlow(parent=flow.id) for flow in flows], _NEWEST)
    return [page.items[0] if page.items else None for page in found]


async def ready(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[Application, ...]]:
    """The applications that each flow made ready for planning."""
    handed = await handoffs(context, flows)
    ids = [each.handoff.application_ids if each else () for each in handed]
    found = await context.reads.get(Application, {id for own in ids for id in own})
    return [tuple(found[id] for id in own if id in found) for own in ids]


async def standards(context: Context, flows: Sequence[KnownFlow], window: Window) -> list[Page[ArchitectureStandard]]:
    """The standards that each flow measures by; before they are chosen, all of the engagement's."""
    results = await typed_results(context, flows, "architecture_minimums", ArchitectureMinimums)
    listings = [Standards(ids=result.standard_ids if result else None) for result in results]
    return [(await context.reads.pages([listing], window))[0] for listing in listings]


async def decisions(context: Context, flows: Sequence[KnownFlow], application_id: str | None) -> list[Decision | None]:
    """Each flow's decision for that application."""
    return await _one(context, flows, DecisionsOfFlow, application_id)


async def pages(context: Context, flows: Sequence[KnownFlow], application_id: str | None) -> list[AppOnPage | None]:
    """Each flow's page of that application."""
    return await _one(context, flows, PagesOfFlow, application_id)


async def _one(context: Context, flows: Sequence[KnownFlow], listing: Any, application_id: str | None) -> list[Any]:
    if application_id is None:
        return [None] * len(flows)
    listings: list[Listing[Any]] = [listing(parent=flow.id, application_id=application_id) for flow in flows]
    found = await context.reads.pages(listings, _NEWEST)
    return [page.items[0] if page.items else None for page in found]


async def overrides(context: Context, decided: Sequence[Decision]) -> list[tuple[Override, ...]]:
    """How people changed each decision, oldest first."""
    found = await context.reads.pages([OverridesOfSubject(parent=each.id) for each in decided], WHOLE)
    return [page.items for page in found]


async def treatments(context: Context, decided: Sequence[Decision]) -> list[tuple[ComponentTreatment, ...]]:
    """Each decision's treatments; those of components that are gone are left out until it is decided anew."""
    found = await context.reads.get(Component, {part.component_id for each in decided for part in each.treatments})
    return [tuple(part for part in each.treatments if part.component_id in found) for each in decided]


async def exceptions(context: Context, decided: Sequence[Decision]) -> list[tuple[StandardException, ...]]:
    """The exceptions from standards of each decision's application, those of earlier flows included."""
    flow_ids = list(dict.fromkeys(each.flow_id for each in decided))
    found = await context.reads.pages([ExceptionsOfFlow(parent=id) for id in flow_ids], WHOLE)
    by_flow = {id: page.items for id, page in zip(flow_ids, found, strict=True)}
    return [
        tuple(item for item in by_flow[each.flow_id] if item.application_id == each.application_id) for each in decided
    ]


async def in_force(context: Context, exceptions: Sequence[StandardException]) -> list[bool]:
    """Whether each counts on the engagement's today."""
    today = (await current(context)).engagement.today(context.caller.now())
    return [holds(each, today) for each in exceptions]


def find_templates(domain: str | None, technologies: Sequence[str] | None) -> tuple[ArchitectureTemplate, ...]:
    """Templates of that domain, or of any, about one of those technologies, or about any; case does not matter."""
    wanted = None if technologies is None else {name.casefold() for name in technologies}
    return tuple(
        template
        for template in templates().values()
        if (domain is None or template.domain.casefold() == domain.casefold())
        and (wanted is None or wanted & {name.casefold() for name in template.technologies})
    )
