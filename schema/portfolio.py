"""The portfolio: what discovery finds, and what is known of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.application import Application, Component, Technology
from domain.debt import TechDebtItem
from domain.decision import ComponentTreatment, Decision
from domain.dependency import Dependency
from domain.end_of_life import end_of_life, supported
from domain.known import (
    CriticalityCount,
    DatedChange,
    DebtCategoryCount,
    KnownFlow,
    PortfolioSummary,
    ReadinessCount,
    SeverityCount,
    StrategyCount,
    TechDebtSummary,
)
from domain.listing import ChangesOfApplication, DependenciesOfApplication, DependencyDirection, FlowsOfApplication
from domain.page import AppOnPage
from domain.planning.plan import Wave
from domain.reading import Page
from resolvers.context import Context
from resolvers.reading import depending, planning
from resolvers.reading import portfolio as reading
from schema.basics import Money, Node, money
from schema.connections import connection, window
from schema.loading import computed, loaded, named
from schema.mirror import mirror
from schema.relations import listed, referred, referred_all

_FACTS = "description business_owner technical_owner department criticality environment hosting user_count"


@mirror(
    Technology,
    "name version category",
    version="Null where it is not known.",
    category="Null where it is not known.",
)
class TechnologyType:
    @computed
    @staticmethod
    def end_of_life(technology: Technology) -> date | None:
        """When its support ends; null where that is not known."""
        row = end_of_life(technology)
        return row.ends_on if row else None

    @computed
    @staticmethod
    def supported(technology: Technology, context: Context) -> bool | None:
        """Null where it is not known."""
        return supported(technology, context.caller.now().date())


@mirror(
    Application,
    f"name {_FACTS} technologies readiness readiness_gaps completeness business_impact migration_readiness version",
    **dict.fromkeys(_FACTS.split(), "Null where it is not known."),
    readiness_gaps="Why it is not ready, one entry per missing or contradictory fact.",
    completeness="Share of the facts that assessment needs which are known, 0 to 1.",
    business_impact="0 to 100, from criticality, users, dependents, regulation and cost.",
    migration_readiness="0 to 100, from completeness, gaps and blockers.",
)
class ApplicationType(Node):
    flows = listed(KnownFlow, lambda application: FlowsOfApplication(parent=application.id))
    history = listed(DatedChange, lambda application: ChangesOfApplication(parent=application.id))

    @computed
    @staticmethod
    def attributes(application: Application) -> Any:
        """Every column of the import that no field above holds, untouched."""
        return application.attributes

    @loaded
    @staticmethod
    async def annual_cost(context: Context, applications: list[Application]) -> list[Money | None]:
        """Null where it is not known."""
        return await money(context, [application.annual_cost for application in applications])

    @loaded
    @staticmethod
    async def components(context: Context, applications: list[Application]) -> list[tuple[Component, ...]]:
        return await reading.components(context, applications)

    @loaded
    @staticmethod
    async def dependencies(
        context: Context,
        applications: list[Application],
        direction: DependencyDirection = DependencyDirection.BOTH,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[Dependency]]:
        listings = [DependenciesOfApplication(parent=each.id, direction=direction) for each in applications]
        return await context.reads.pages(listings, window(first, after))

    @loaded
    @staticmethod
    async def fan_in(context: Context, applications: list[Application]) -> list[int]:
        """How many other applications need it directly."""
        return await depending.fan_in(context, applications)

    @loaded
    @staticmethod
    async def blast_radius(context: Context, applications: list[Application]) -> list[int]:
        """How many others fail with it: those that need it, directly or through others, HARD or as a shared service."""
        return await depending.blast_radius(context, applications)

    @loaded
    @staticmethod
    async def wave(context: Context, applications: list[Application]) -> list[Wave | None]:
        """Of the plan in force; null where no plan that holds it was adopted."""
        return await planning.waves_in_force(context, applications)

    @loaded
    @staticmethod
    async def decision(context: Context, applications: list[Application]) -> list[Decision | None]:
        """The newest accepted one, else the newest; null before an assessment."""
        return await reading.decisions(context, applications)

    @loaded
    @staticmethod
    async def tech_debt(context: Context, applications: list[Application]) -> list[TechDebtSummary | None]:
        """By the newest flow that looked at it; null where none has found any."""
        return await reading.tech_debt(context, applications)

    @loaded
    @staticmethod
    async def app_on_page(context: Context, applications: list[Application]) -> list[AppOnPage | None]:
        """The newest one; null before an assessment has made one."""
        return await reading.pages(context, applications)


@mirror(TechDebtSummary, "score items by_severity by_category remediation_hours", score="0 (none) to 10.")
class TechDebtSummaryType:
    pass


@mirror(SeverityCount, "severity count")
class SeverityCountType:
    pass


@mirror(DebtCategoryCount, "category count")
class DebtCategoryCountType:
    pass


@mirror(ReadinessCount, "readiness count")
class ReadinessCountType:
    pass


@mirror(StrategyCount, "strategy count")
class StrategyCountType:
    pass


@mirror(CriticalityCount, "criticality count", criticality="Null where it is unknown.")
class CriticalityCountType:
    pass


@mirror(PortfolioSummary, "applications by_readiness by_strategy by_criticality mean_completeness")
class PortfolioSummaryType:
    pass


@mirror(DatedChange, "at")
class ApplicationChange:
    flow = referred(KnownFlow, lambda dated: dated.change.flow_id, nullable=True, why="Null where it was in none.")

    @computed
    @staticmethod
    def by(dated: DatedChange) -> str:
        return dated.change.by

    @computed
    @staticmethod
    def field(dated: DatedChange) -> str:
        return dated.change.field

    @computed
    @staticmethod
    def before(dated: DatedChange) -> str | None:
        """Null where nothing stood there."""
        return dated.change.before

    @computed
    @staticmethod
    def after(dated: DatedChange) -> str | None:
        """Null where nothing stands there now."""
        return dated.change.after

    @computed
    @staticmethod
    def reason(dated: DatedChange) -> str | None:
        """Null where nobody gave one."""
        return dated.change.reason


@mirror(
    Dependency,
    "kind criticality protocol origin confidence",
    criticality="Null where it is not known.",
    protocol="Null where it is not known.",
    origin="The import or person it came from.",
)
class DependencyType(Node):
    """`from` needs `to`."""

    from_ = named("from", referred(Application, lambda dependency: dependency.from_id))
    to = referred(Application, lambda dependency: dependency.to_id)


@mirror(
    Component,
    "name type technologies source",
    type="Free: frontend, service, batch job, database, message queue, …",
)
class ComponentType(Node):
    application = referred(Application, lambda component: component.application_id)
    depends_on = referred_all(Component, lambda component: component.depends_on)

    @computed
    @staticmethod
    def attributes(component: Component) -> Any:
        return component.attributes

    @loaded
    @staticmethod
    async def tech_debt(context: Context, components: list[Component]) -> list[tuple[TechDebtItem, ...]]:
        """By the newest flow that looked at its application, worst first."""
        return await reading.component_debt(context, components)

    @loaded
    @staticmethod
    async def treatment(context: Context, components: list[Component]) -> list[ComponentTreatment | None]:
        """Of the decision that counts for its application; null before an assessment."""
        return await reading.treatments(context, components)


connection(Application, "Application")
connection(Dependency, "Dependency")
connection(Component, "Component")
connection(DatedChange, "ApplicationChange")
