"""What plans add to their flows: waves and where applications move."""

from __future__ import annotations

from domain.application import Application
from domain.definition import Warning
from domain.dependency import Dependency
from domain.known import KnownChild
from domain.listing import ApplicationsOfFlow
from domain.planning.listing import (
    CostOfFlow,
    CrossWaveDependencies,
    ResourcePlanOfFlow,
    SynthesisOfFlow,
    TimelineOfFlow,
    UnassignedInFlow,
    WavePlanOfFlow,
)
from domain.planning.plan import (
    CostEstimate,
    PlacedApplication,
    PlanSynthesis,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from resolvers.context import Context
from resolvers.reading import planning as reading
from schema.basics import Money, Node, money
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import listed, referred


class Child:
    """The fields of a PlanningFlow."""

    applications = listed(Application, lambda child: ApplicationsOfFlow(parent=child.id))

    @loaded
    @staticmethod
    async def wave_plan(context: Context, children: list[KnownChild]) -> list[WavePlan | None]:
        """Null before wave_planning has run."""
        return await reading.only(context, [WavePlanOfFlow(parent=child.id) for child in children])

    @loaded
    @staticmethod
    async def resource_plan(context: Context, children: list[KnownChild]) -> list[ResourcePlan | None]:
        """Null before resource_allocation has run."""
        return await reading.only(context, [ResourcePlanOfFlow(parent=child.id) for child in children])

    @loaded
    @staticmethod
    async def timeline(context: Context, children: list[KnownChild]) -> list[Timeline | None]:
        """Null before timeline_generation has run."""
        return await reading.only(context, [TimelineOfFlow(parent=child.id) for child in children])

    @loaded
    @staticmethod
    async def cost(context: Context, children: list[KnownChild]) -> list[CostEstimate | None]:
        """Null before cost_estimation has run."""
        return await reading.only(context, [CostOfFlow(parent=child.id) for child in children])

    @loaded
    @staticmethod
    async def synthesis(context: Context, children: list[KnownChild]) -> list[PlanSynthesis | None]:
        """Null before synthesis has run."""
        return await reading.only(context, [SynthesisOfFlow(parent=child.id) for child in children])


@mirror(
    WavePlan,
    "optimality_gap solver_seconds time_limited rationale source version",
    optimality_gap="How far the plan is from a proven optimum, 0 when it is optimal; null when a person changed it.",
    time_limited="True when the wall clock, not the work limit, ended the search.",
)
class WavePlanType(Node):
    """How applications are placed into waves."""

    unassigned = listed(Application, lambda plan: UnassignedInFlow(parent=plan.flow_id))
    cross_wave_dependencies = listed(
        Dependency,
        lambda plan: CrossWaveDependencies(parent=plan.flow_id),
        why="Dependencies whose two ends move in different waves.",
    )

    @loaded
    @staticmethod
    async def waves(context: Context, plans: list[WavePlan]) -> list[tuple[Wave, ...]]:
        """By number."""
        return await reading.waves(context, plans)

    @computed
    @staticmethod
    def violations(plan: WavePlan) -> tuple[Warning, ...]:
        """Constraints a person's override now breaks, each with what breaks it."""
        return tuple(reading.warned(each) for each in plan.violations)


@mirror(
    Wave,
    "number name pilot effort_hours risk_score duration_days starts_on ends_on locked max_applications rationale",
    risk_score="0 to 1, by hours; 0 when it is empty.",
    duration_days="Working days.",
    starts_on="Null while it has no dates.",
    ends_on="Null while it has no dates.",
    max_applications="This wave's own limit, where a person set one.",
)
class WaveType(Node):
    """Applications that move together."""

    @loaded
    @staticmethod
    async def applications(context: Context, waves: list[Wave]) -> list[tuple[Application, ...]]:
        """By name."""
        return await reading.applications(context, waves)

    @loaded
    @staticmethod
    async def placements(context: Context, waves: list[Wave]) -> list[tuple[PlacedApplication, ...]]:
        """Why each application is here."""
        return await reading.placements(context, waves)

    @loaded
    @staticmethod
    async def cost(context: Context, waves: list[Wave]) -> list[Money | None]:
        """Before contingency; null before cost_estimation has run."""
        return await money(context, await reading.wave_costs(context, waves))


@mirror(PlacedApplication, "because", name="Placement")
class Placement:
    application = referred(Application, lambda placed: placed.application_id)
