"""Queries about applications and their components."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from domain.application import Application, Component
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.debt_severity import relieved_standards, score
from domain.decision import ComponentTreatment, Decision
from domain.known import DebtCategoryCount, SeverityCount, TechDebtSummary
from domain.listing import (
    ComponentsOfApplication,
    DebtOfApplication,
    DebtOfComponent,
    DecisionsOfApplication,
    ExceptionsOfFlow,
    Listing,
    PagesOfApplication,
)
from domain.page import AppOnPage
from domain.reading import WHOLE, Window
from resolvers.context import Context
from resolvers.reading.engagement import current

T = TypeVar("T")

_NEWEST = Window(size=1)


async def components(context: Context, applications: Sequence[Application]) -> list[tuple[Component, ...]]:
    """The components of each application."""
    return await _whole(context, [ComponentsOfApplication(parent=each.id) for each in applications])


async def component_debt(context: Context, parts: Sequence[Component]) -> list[tuple[TechDebtItem, ...]]:
    """The debt of each component."""
    return await _whole(context, [DebtOfComponent(parent=part.id) for part in parts])


async def decisions(context: Context, applications: Sequence[Application]) -> list[Decision | None]:
    """The decision that counts for each application."""
    found = await _decisions(context, [application.id for application in applications])
    return [found[application.id] for application in applications]


async def pages(context: Context, applications: Sequence[Application]) -> list[AppOnPage | None]:
    """The newest page of each application."""
    listings = [PagesOfApplication(parent=each.id) for each in applications]
    return [page.items[0] if page.items else None for page in await context.reads.pages(listings, _NEWEST)]


async def treatments(context: Context, parts: Sequence[Component]) -> list[ComponentTreatment | None]:
    """What happens to each component by the decision that counts for its application."""
    found = await _decisions(context, [part.application_id for part in parts])
    by_component = {
        treatment.component_id: treatment
        for decision in found.values()
        if decision is not None
        for treatment in decision.treatments
    }
    return [by_component.get(part.id) for part in parts]


async def _decisions(context: Context, application_ids: Sequence[str]) -> Mapping[str, Decision | None]:
    ids = list(dict.fromkeys(application_ids))
    found = await context.reads.pages([DecisionsOfApplication(parent=id) for id in ids], _NEWEST)
    return {id: page.items[0] if page.items else None for id, page in zip(ids, found, strict=True)}


async def tech_debt(context: Context, applications: Sequence[Application]) -> list[TechDebtSummary | None]:
    """The debt of each application, summed up; None where none was found."""
    found = await _whole(context, [DebtOfApplication(parent=each.id) for each in applications])
    flow_ids = list(dict.fromkeys(items[0].flow_id for items in found if items))
    pages = await _whole(context, [ExceptionsOfFlow(parent=id) for id in flow_ids])
    exceptions = dict(zip(flow_ids, pages, strict=True))
    today = (await current(context)).engagement.today(context.caller.now())
    return [
        summed(items, relieved_standards(exceptions[items[0].flow_id], items[0].application_id, today))
        if items
        else None
        for items in found
    ]


def summed(items: Sequence[TechDebtItem], relieved: Collection[str]) -> TechDebtSummary:
    """Items of one application; dismissed ones do not count, those of relieved standards weigh half."""
    counted = [item for item in items if not item.dismissed]
    return TechDebtSummary(
        score=score(counted, relieved),
        items=len(counted),
        by_severity=tuple(SeverityCount(*each) for each in _counts(Severity, [i.severity for i in counted])),
        by_category=tuple(DebtCategoryCount(*each) for each in _counts(DebtCategory, [i.category for i in counted])),
        remediation_hours=sum((item.remediation_hours for item in counted), Decimal()),
    )


def _counts(words: Any, found: Sequence[Any]) -> list[tuple[Any, int]]:
    return [(word, found.count(word)) for word in words if word in found]


async def _whole(context: Context, listings: Sequence[Listing[T]]) -> list[tuple[T, ...]]:
    return [page.items for page in await context.reads.pages(listings, WHOLE)]
