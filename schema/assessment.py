"""What assessments add to their flows: standards, debt, 6R decisions, pages and the report."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.decision import Decision, MoveGroupHint, Risk, Strategy
from domain.known import KnownChild, KnownFlow, StrategyCount
from domain.listing import ApplicationsOfFlow, ComponentsOfFlow, DebtOfFlow, DecisionsOfFlow, ExceptionsOfFlow
from domain.page import AppOnPage, PageSection
from domain.reading import Page
from domain.reassessment import Reassessment
from domain.standard import (
    ApprovalStatus,
    ArchitectureStandard,
    StandardException,
    SupportedVersion,
)
from domain.templates import ArchitectureTemplate, TemplateStandard
from resolvers.context import Context
from resolvers.reading import assessment as reading
from resolvers.reading.assessment import FlowHandoff, FlowReport
from schema.basics import Money, Node, money
from schema.connections import connection, window
from schema.ids import NOTHING, bare
from schema.loading import computed, loaded
from schema.mirror import Id, mirror
from schema.relations import listed, referred, referred_all


class Child:
    """The fields of an AssessmentFlow."""

    applications = listed(Application, lambda child: ApplicationsOfFlow(parent=child.id))

    @loaded
    @staticmethod
    async def standards(
        context: Context, children: list[KnownChild], first: int | None = None, after: str | None = None
    ) -> list[Page[ArchitectureStandard]]:
        """What the applications are measured by."""
        return await reading.standards(context, [child.flow for child in children], window(first, after))

    @loaded
    @staticmethod
    async def architecture_captured(context: Context, children: list[KnownChild]) -> list[bool]:
        return await reading.captured(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def report(context: Context, children: list[KnownChild]) -> list[FlowReport | None]:
        """Null before finalization."""
        return await reading.reports(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def ready_for_planning(context: Context, children: list[KnownChild]) -> list[tuple[Application, ...]]:
        """What the flow made ready, once it is finalized."""
        return await reading.ready(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def planning_handoff(context: Context, children: list[KnownChild]) -> list[FlowHandoff | None]:
        """Null until it is finalized."""
        return await reading.handoffs(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def reassessment(context: Context, children: list[KnownChild]) -> list[Reassessment | None]:
        """Why it was asked for again; null where nobody had sent anything back."""
        return await reading.reassessed(context, [child.flow for child in children])

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


@mirror(FlowReport, name="AssessmentReport")
class AssessmentReport(Node):
    @computed
    @staticmethod
    def summary(known: FlowReport) -> str:
        return known.report.summary

    @computed
    @staticmethod
    def applications(known: FlowReport) -> int:
        return known.report.applications

    @computed
    @staticmethod
    def by_strategy(known: FlowReport) -> tuple[StrategyCount, ...]:
        return tuple(StrategyCount(each.strategy, each.applications) for each in known.report.by_strategy)

    @computed
    @staticmethod
    def tech_debt_score(known: FlowReport) -> float:
        return known.report.tech_debt_score

    @computed
    @staticmethod
    def total_effort_hours(known: FlowReport) -> Decimal:
        return known.report.total_effort_hours

    @loaded
    @staticmethod
    async def total_cost(context: Context, reports: list[FlowReport]) -> list[Money]:
        found = await money(context, [known.report.total_cost for known in reports])
        return [cost for cost in found if cost is not None]

    @computed
    @staticmethod
    def top_risks(known: FlowReport) -> tuple[Risk, ...]:
        return known.report.top_risks

    @computed
    @staticmethod
    def exceptions(known: FlowReport) -> int:
        return known.report.exceptions

    @computed
    @staticmethod
    def generated_at(known: FlowReport) -> datetime:
        return known.report.generated_at


@mirror(FlowHandoff, "flow", name="PlanningHandoff")
class PlanningHandoff:
    applications = referred_all(Application, lambda handed: handed.handoff.application_ids)

    @computed
    @staticmethod
    def move_groups(handed: FlowHandoff) -> tuple[MoveGroupHint, ...]:
        return handed.handoff.move_groups

    @computed
    @staticmethod
    def exported_at(handed: FlowHandoff) -> datetime:
        return handed.handoff.exported_at

    @loaded
    @staticmethod
    async def reassessments(context: Context, handed: list[FlowHandoff]) -> list[tuple[Reassessment, ...]]:
        """What was sent back since, oldest first."""
        return await reading.reassessments(context, handed)


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
    decided_by="Null until it is decided.",
    decided_at="Null until it is decided.",
    comment="What the one who decided said; null where he said nothing.",
    expires_on="The last day it holds; null where it does not expire.",
)
class StandardExceptionType(Node):
    """An application's exception from a standard."""

    flow = referred(KnownFlow, lambda exception: exception.flow_id)
    application = referred(Application, lambda exception: exception.application_id)

    @loaded
    @staticmethod
    async def in_force(context: Context, exceptions: list[StandardException]) -> list[bool]:
        """True while it counts: approved, and not expired on the engagement's today."""
        return await reading.in_force(context, exceptions)

    standard = referred(
        ArchitectureStandard, lambda exception: exception.standard_id, nullable=True, why="Null for an ADDITION."
    )


@mirror(
    TechDebtItem,
    "category severity title evidence remediation_hours migration_impact confidence source dismissed dismissed_by"
    " dismissed_reason",
    migration_impact="Null where it has none.",
    dismissed_by="Null unless it is dismissed.",
    dismissed_reason="Null unless it is dismissed.",
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
