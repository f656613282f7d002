"""What a plan costs, and the plan in short."""

from __future__ import annotations

from domain.planning.plan import CostEstimate, CostLine, PlanSynthesis, Recommendation, Wave
from resolvers.context import Context
from resolvers.reading import planning as reading
from resolvers.reading.planning import WaveCost
from schema.basics import Node
from schema.loading import loaded
from schema.mirror import mirror
from schema.relations import priced, referred


@mirror(
    CostEstimate,
    "contingency_percentage payback_months source version",
    payback_months="Null unless the target runs for less than the present.",
)
class CostEstimateType(Node):
    subtotal = priced(lambda cost: cost.subtotal)
    contingency = priced(lambda cost: cost.contingency)
    total = priced(lambda cost: cost.total)
    low = priced(lambda cost: cost.low)
    high = priced(lambda cost: cost.high)
    unassigned = priced(lambda cost: cost.unassigned, why="What belongs to no wave.")
    current_run_rate = priced(
        lambda cost: cost.current_run_rate, nullable=True, why="A year's; null where it is not known."
    )
    target_run_rate = priced(
        lambda cost: cost.target_run_rate, nullable=True, why="A year's; null where it is not known."
    )

    @loaded
    @staticmethod
    async def lines(context: Context, estimates: list[CostEstimate]) -> list[tuple[CostLine, ...]]:
        return await reading.lines(context, estimates)

    @loaded
    @staticmethod
    async def by_wave(context: Context, estimates: list[CostEstimate]) -> list[tuple[WaveCost, ...]]:
        """By number, before contingency."""
        return await reading.costs_by_wave(context, estimates)


@mirror(
    CostLine,
    "category description quantity unit provenance overridden",
    provenance="Where the number comes from.",
)
class CostLineType(Node):
    wave = referred(Wave, lambda line: line.wave_id, nullable=True, why="Null where it belongs to no wave.")
    unit_cost = priced(lambda line: line.unit_cost)
    amount = priced(lambda line: line.amount)


@mirror(WaveCost, "wave")
class WaveCostType:
    amount = priced(lambda cost: cost.amount)


@mirror(
    PlanSynthesis,
    "total_applications total_waves total_duration_days skill_gaps summary recommendations completed_at",
    total_duration_days="Calendar days from the first start to the last end.",
)
class PlanSynthesisType(Node):
    """The plan in short."""

    total_cost = priced(lambda synthesis: synthesis.total_cost)


@mirror(Recommendation, "title detail priority")
class RecommendationType:
    pass
