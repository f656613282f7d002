"""Plans side by side."""

from __future__ import annotations

from domain.application import Application
from domain.reading import Page
from resolvers.context import Context
from resolvers.reading import comparing
from resolvers.reading.comparing import MovedApplication, PlanComparison, PlanPlacement, PlanScenario
from schema.connections import connection, window
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import priced


@mirror(PlanComparison)
class PlanComparisonType:
    @loaded
    @staticmethod
    async def plans(context: Context, comparisons: list[PlanComparison]) -> list[tuple[PlanScenario, ...]]:
        return await comparing.scenarios(context, comparisons)

    @loaded
    @staticmethod
    async def moved(
        context: Context, comparisons: list[PlanComparison], first: int | None = None, after: str | None = None
    ) -> list[Page[MovedApplication]]:
        """Applications that are in different waves, with the wave of each plan."""
        return await comparing.moved(context, comparisons, window(first, after))


@mirror(
    PlanScenario,
    "flow waves starts_on ends_on cross_wave_dependencies skill_gaps peak_utilization_percent",
    starts_on="Null while the plan has no dates.",
    ends_on="Null while the plan has no dates.",
    peak_utilization_percent="Of the pool that is asked for most; null before resources are allocated.",
)
class PlanScenarioType:
    total_cost = priced(lambda scenario: scenario.total_cost, nullable=True, why="Null before costs are estimated.")


@mirror(MovedApplication)
class MovedApplicationType:
    @computed
    @staticmethod
    def application(moved: MovedApplication) -> Application:
        return moved.application

    @loaded
    @staticmethod
    async def placements(context: Context, moved: list[MovedApplication]) -> list[tuple[PlanPlacement, ...]]:
        return await comparing.placements(context, moved)


@mirror(PlanPlacement, "flow wave", wave="Null where the plan leaves it out.")
class PlanPlacementType:
    pass


connection(MovedApplication, "MovedApplication")
