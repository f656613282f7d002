"""What assessments add to their flows: standards, debt, 6R decisions, pages and the report."""

from __future__ import annotations

from typing import Any

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.decision import Decision, Strategy
from domain.page import AppOnPage, PageSection
from domain.reading import (
    ApplicationsOfFlow,
    ComponentsOfFlow,
    DebtOfFlow,
    DecisionsOfFlow,
    ExceptionsOfFlow,
    KnownChild,
    KnownFlow,
    Page,
    Standards,
)
from domain.standard import (
    ApprovalStatus,
    ArchitectureStandard,
    StandardException,
    SupportedVersion,
)
from domain.templates import ArchitectureTemplate, TemplateStandard
from resolvers.context import Context
from resolvers.reading import assessment as reading
from schema.basics import Node
from schema.connections import connection, window
from schema.ids import NOTHING, bare
from schema.loading import computed, loaded
from schema.mirror import Id, mirror
from schema.relations import listed, referred


class Child:
    """The fields of an AssessmentFlow."""

    applications = listed(Application, lambda child: ApplicationsOfFlow(parent=child.id))
    standards = listed(ArchitectureStandard, lambda _child: Standards())

    @loaded
    @staticmethod
    async def exceptions(
        context: Context,
        children: list[KnownChild],
        statuses: list[ApprovalStatus] | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[StandardException]]:
        wanted = None if statuses is None else tuple(statuses)
        listings = [ExceptionsOfFlow(parent=child.id, statuses=wanted) for child in children]
        return await context.reads.pages(listings, window(first, after))

    @loaded
    @staticmethod
    async def components(
        context: Context,
        children: list[KnownChild],
        application_id: Id | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[Component]]:
        found = narrowed(application_id)
        listings = [ComponentsOfFlow(parent=child.id, application_id=found) for child in children]
        return await context.reads.pages(listings, window(first, after))

    @loaded
    @staticmethod
    async def tech_debt(
        context: Context,
        children: list[KnownChild],
        application_id: Id | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[TechDebtItem]]:
        """Worst first."""
        found = narrowed(application_id)
        listings = [DebtOfFlow(parent=child.id, application_id=found) for child in children]
        return await context.reads.pages(listings, window(first, after))

    @loaded
    @staticmethod
    async def decisions(
        context: Context,
        children: list[KnownChild],
        first: int | None = None,
        after: str | None = None,
        strategies: list[Strategy] | None = None,
    ) -> list[Page[Decision]]:
        wanted = None if strategies is None else tuple(strategies)
        listings = [DecisionsOfFlow(parent=child.id, strategies=wanted) for child in children]
        return await context.reads.pages(listings, window(first, after))

    @loaded
    @staticmethod
    async def decision(context: Context, children: list[KnownChild], application_id: Id) -> list[Decision | None]:
        """Null where that application has none in this flow."""
        flows = [child.flow for child in children]
        return await reading.decisions(context, flows, bare(application_id, "Application"))

    @loaded
    @staticmethod
    async def app_on_page(context: Context, children: list[KnownChild], application_id: Id) -> list[AppOnPage | None]:
        """Null where that application has none in this flow."""
        flows = [child.flow for child in children]
        return await reading.pages(context, flows, bare(application_id, "Application"))


def narrowed(application_id: str | None) -> str | None:
    """The application's own id; one that can be none finds nothing."""
    return None if application_id is None else bare(application_id, "Application") or NOTHING


@mirror(SupportedVersion, "technology specifier", specifier="The versions that meet the standard, such as `>=17`.")
class SupportedVersionType:
    pass


@mirror(
    ArchitectureStandard,
    "category name requirement mandatory supported_versions template created_by updated_by updated_at version",
    template="The template it was taken from; null where a person wrote it.",
    updated_by="Null until somebody changes it.",
)
class ArchitectureStandardType(Node):
    pass


@mirror(
    StandardException,
    "kind requirement supported_versions rationale status requested_by requested_at decided_by decided_at comment"
    " expires_on",
    requirement="What applies instead, for MODIFICATION and ADDITION.",
)
class StandardExceptionType(Node):
    """An application's exception from a standard."""

    flow = referred(KnownFlow, lambda exception: exception.flow_id)
    application = referred(Application, lambda exception: exception.application_id)
    standard = referred(
        ArchitectureStandard, lambda exception: exception.standard_id, nullable=True, why="Null for an ADDITION."
    )


@mirror(
    TechDebtItem,
    "category severity title evidence remediation_hours migration_impact confidence source dismissed dismissed_by"
    " dismissed_reason",
)
class TechDebtItemType(Node):
    application = referred(Application, lambda item: item.application_id)
    component = referred(
        Component, lambda item: item.component_id, nullable=True, why="Null where it is of the whole application."
    )
    standard = referred(
        ArchitectureStandard, lambda item: item.standard_id, nullable=True, why="Null where it is below none."
    )


@mirror(AppOnPage, "headline sections customized generated_at version")
class AppOnPageType(Node):
    """One application's whole assessment on one page."""

    application = referred(Application, lambda page: page.application_id)


@mirror(PageSection, "key title customized")
class PageSectionType:
    @computed
    @staticmethod
    def body(section: PageSection) -> Any:
        return section.body


@mirror(ArchitectureTemplate, "key domain name summary technologies standards")
class ArchitectureTemplateType:
    pass


@mirror(TemplateStandard, "category name requirement mandatory supported_versions")
class TemplateStandardType:
    pass


connection(ArchitectureStandard, "ArchitectureStandard")
connection(StandardException, "StandardException")
connection(TechDebtItem, "TechDebtItem")
connection(Decision, "SixRDecision")
