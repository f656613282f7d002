"""The root of queries. What is not there, or is another tenant's, is null."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry

from domain.access import Role
from domain.analytics import AnalyticsFilter, FlowAnalytics
from domain.application import Application, Criticality, Readiness
from domain.customer import AccountPlan, Customer
from domain.customer_success.listing import Customers
from domain.decision import Strategy
from domain.definition import FlowDefinition
from domain.errors import LimitExceeded
from domain.flows import DEFINITIONS
from domain.flows.planning.previewing import MovePreview
from domain.known import AuditEntry, FlowSummary, KnownFlow, PortfolioSummary, SelectableEngagement
from domain.learning import LearningPattern
from domain.listing import Applications, FlowOrder, Flows, Patterns, Standards
from domain.model_status import ModelStatus
from domain.reading import MAX_SIZE, Page
from domain.resource_pool import ResourcePool
from domain.standard import ArchitectureStandard, StandardCategory
from domain.templates import ArchitectureTemplate
from domain.transition import FlowStatus
from resolvers.context import Context
from resolvers.reading import engagement, planning
from resolvers.reading import flows as reading
from resolvers.reading.assessment import find_templates
from resolvers.reading.comparing import PlanComparison, compare
from schema.artifact_operations import ArtifactQueries
from schema.connections import window
from schema.engagement import Asking
from schema.enums import FlowType
from schema.ids import NOTHING, bare, flow_id, parse
from schema.loading import entry
from schema.mirror import Id
from schema.nodes import AnyNode, find_nodes
from schema.places import PlaceQueries
from schema.plan_moves import MoveInput
from schema.planning_previewing import preview
from schema.scoring import ScoringQueries
from schema.thread_operations import ThreadQueries
from schema.workflow_queue import QueueQueries
from schema.workflow_templates import TemplateQueries


@strawberry.input
class FlowFilter:
    types: list[FlowType] | None = strawberry.UNSET
    statuses: list[FlowStatus] | None = strawberry.UNSET
    active: bool | None = strawberry.UNSET
    search: str | None = strawberry.UNSET
    created_by: str | None = strawberry.UNSET
    updated_since: datetime | None = strawberry.UNSET
    application_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input
class ApplicationFilter:
    readiness: list[Readiness] | None = strawberry.UNSET
    strategies: list[Strategy] | None = strawberry.UNSET
    criticality: list[Criticality] | None = strawberry.UNSET
    department: str | None = strawberry.UNSET
    search: str | None = strawberry.UNSET
    technology: str | None = strawberry.UNSET


@strawberry.input
class CustomerFilter:
    search: str | None = strawberry.UNSET
    owner: str | None = strawberry.UNSET
    account_plans: list[AccountPlan] | None = strawberry.UNSET
    renews_before: date | None = strawberry.UNSET


def given(filter: Any, **renamed: str) -> dict[str, Any]:
    """What a filter says, by the names that a listing has for it; null asks for nothing, as absence does."""
    if filter is None:
        return {}
    said = {name: value for name, value in vars(filter).items() if value is not None and value is not strawberry.UNSET}
    return {renamed.get(name, name): tuple(v) if isinstance(v, list) else v for name, v in said.items()}


# What an area brings in a module of its own is a base here.
@strawberry.type
class Query(
    ArtifactQueries,
    ScoringQueries,
    QueueQueries,
    TemplateQueries,
    ThreadQueries,
    PlaceQueries,
):
    @entry
    @staticmethod
    async def node(context: Context, id: Id) -> AnyNode | None:
        """Null where the id names nothing for this caller."""
        return (await find_nodes(context, [id]))[0]

    @entry
    @staticmethod
    async def nodes(context: Context, ids: list[Id]) -> list[AnyNode | None]:
        """At most 100 at a time."""
        if len(ids) > MAX_SIZE:
            raise LimitExceeded(f"`ids` holds at most {MAX_SIZE}.")
        return await find_nodes(context, ids)

    @entry
    @staticmethod
    async def viewer(context: Context) -> Asking:
        return Asking(await engagement.member(context))

    @entry
    @staticmethod
    async def selectable_engagements(
        context: Context, search: str | None = None, first: int | None = None, after: str | None = None
    ) -> Page[SelectableEngagement]:
        """Every engagement that this token may select. Alone with `createEngagement` it needs no tenant headers."""
        return await engagement.selectable(context, search, window(first, after))

    @entry
    @staticmethod
    async def flow(context: Context, id: Id) -> KnownFlow | None:
        """By the id of a MasterFlow or of its ChildFlow; null where it names no flow for this caller."""
        return await reading.find(context, flow_id(id))

    @entry
    @staticmethod
    async def flows(
        context: Context,
        filter: FlowFilter | None = None,
        order_by: FlowOrder = FlowOrder.UPDATED_DESC,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page[KnownFlow]:
        wanted = given(filter, types="kinds")
        if "application_id" in wanted:
            wanted["application_id"] = bare(wanted["application_id"], "Application") or NOTHING
        listing = Flows(order=order_by, **wanted)
        return (await context.reads.pages([listing], window(first, after, last, before)))[0]

    @entry
    @staticmethod
    async def flow_summary(context: Context) -> FlowSummary:
        return reading.summary(await context.reads.flow_counts())

    @entry
    @staticmethod
    async def flow_analytics(
        context: Context, types: list[FlowType] | None = None, since: datetime | None = None
    ) -> FlowAnalytics | None:
        """Of flows of those types that were started since then. Null, with an error, when it takes too long."""
        wanted = AnalyticsFilter(None if types is None else tuple(types), since)
        return (await context.reads.analytics(wanted)).in_order(context.caller.definitions)

    @entry
    @staticmethod
    async def flow_definitions(_context: Context) -> tuple[FlowDefinition, ...]:
        return tuple(DEFINITIONS.values())

    @entry
    @staticmethod
    async def application(context: Context, id: Id) -> Application | None:
        """Null where the id names no application for this caller."""
        found = bare(id, "Application")
        return (await context.reads.get(Application, [found])).get(found) if found else None

    @entry
    @staticmethod
    async def applications(
        context: Context,
        filter: ApplicationFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page[Application]:
        """By name."""
        listing = Applications(**given(filter))
        return (await context.reads.pages([listing], window(first, after, last, before)))[0]

    @entry
    @staticmethod
    async def customer(context: Context, id: Id) -> Customer | None:
        """Null where the id names no customer for this caller."""
        found = bare(id, "Customer")
        return (await context.reads.get(Customer, [found])).get(found) if found else None

    @entry
    @staticmethod
    async def customers(
        context: Context, filter: CustomerFilter | None = None, first: int | None = None, after: str | None = None
    ) -> Page[Customer]:
        """By name."""
        return (await context.reads.pages([Customers(**given(filter))], window(first, after)))[0]

    @entry
    @staticmethod
    async def architecture_standards(
        context: Context,
        categories: list[StandardCategory] | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[ArchitectureStandard]:
        listing = Standards(categories=None if categories is None else tuple(categories))
        return (await context.reads.pages([listing], window(first, after)))[0]

    @entry
    @staticmethod
    async def architecture_templates(
        _context: Context, domain: str | None = None, technologies: list[str] | None = None
    ) -> tuple[ArchitectureTemplate, ...]:
        """Of that domain, or of any; about one of those technologies, or about any."""
        return find_templates(domain, technologies)

    @entry
    @staticmethod
    async def resource_pools(context: Context) -> tuple[ResourcePool, ...]:
        """By role and name; those that are removed are left out."""
        return await planning.pools(context)

    @entry
    @staticmethod
    async def compare_plans(context: Context, flow_ids: list[Id]) -> PlanComparison | None:
        """Two to four planning flows side by side; null when one of them is not there."""
        return await compare(context, [flow_id(id) for id in flow_ids])

    @entry
    @staticmethod
    async def preview_moves(context: Context, flow_id: Id, moves: list[MoveInput]) -> MovePreview | None:
        """What the plan would be with these moves; null where an id names nothing for this caller."""
        return await preview(context, flow_id, moves)

    @entry
    @staticmethod
    async def learnings(
        context: Context,
        kind: str | None = None,
        similar_to: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[LearningPattern]:
        """The engagement's own, then the client account's. `kind` is a kind or what it begins with, such as `feedback`.

        `similarTo` is what the work at hand is about: words, and facts as `target: business_owner`; most similar first.
        """
        listing = Patterns(kind=kind, similar_to=similar_to)
        return (await context.reads.pages([listing], window(first, after)))[0]

    @entry
    @staticmethod
    async def portfolio_summary(context: Context) -> PortfolioSummary:
        return await context.reads.portfolio_summary()

    @entry
    @staticmethod
    async def model_status(context: Context) -> ModelStatus:
        """What the workers found of the language model when they last looked."""
        return await context.reads.model_status(context.caller.now())

    @entry
    @staticmethod
    async def audit_log(
        context: Context,
        subject_id: Id | None = None,
        by: str | None = None,
        since: datetime | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[AuditEntry]:
        """ADMIN. Every mutation, deleted flows included, newest first."""
        context.caller.need(Role.ADMIN)
        found = parse(subject_id) if subject_id is not None else None
        about = None if subject_id is None else found.id if found else NOTHING
        return await engagement.audited(context, about, by, since, window(first, after))
