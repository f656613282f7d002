"""Queries about what assessments decided, and about the architecture they measure by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from domain.decision import Decision
from domain.override import Override
from domain.page import AppOnPage
from domain.reading import (
    WHOLE,
    DecisionsOfFlow,
    ExceptionsOfFlow,
    KnownFlow,
    Listing,
    OverridesOfSubject,
    PagesOfFlow,
    Window,
)
from domain.standard import StandardException
from domain.templates import ArchitectureTemplate, templates
from resolvers.context import Context

T = TypeVar("T")

_NEWEST = Window(size=1)


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


async def exceptions(context: Context, decided: Sequence[Decision]) -> list[tuple[StandardException, ...]]:
    """The exceptions from standards of each decision's application in its flow."""
    flow_ids = list(dict.fromkeys(each.flow_id for each in decided))
    found = await context.reads.pages([ExceptionsOfFlow(parent=id) for id in flow_ids], WHOLE)
    by_flow = {id: page.items for id, page in zip(flow_ids, found, strict=True)}
    return [
        tuple(item for item in by_flow[each.flow_id] if item.application_id == each.application_id) for each in decided
    ]


def find_templates(domain: str | None, technologies: Sequence[str] | None) -> tuple[ArchitectureTemplate, ...]:
    """Templates of that domain, or of any, about one of those technologies, or about any; case does not matter."""
    wanted = None if technologies is None else {name.casefold() for name in technologies}
    return tuple(
        template
        for template in templates().values()
        if (domain is None or template.domain.casefold() == domain.casefold())
        and (wanted is None or wanted & {name.casefold() for name in template.technologies})
    )
