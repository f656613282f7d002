"""6R decisions: what happens to each component, rolled up to each application, and why."""

from __future__ import annotations

from domain.application import Application, Component
from domain.decision import (
    ComponentTreatment,
    Decision,
    HoursRange,
    MoveGroupHint,
    Risk,
    ScoreFactor,
    StrategyScore,
)
from domain.override import Override
from domain.standard import StandardException
from resolvers.context import Context
from resolvers.reading import assessment as reading
from schema.basics import Money, Node, money
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import referred, referred_all


@mirror(HoursRange, "low likely high")
class HoursRangeType:
    pass


@mirror(Risk, "title severity mitigation")
class RiskType:
    pass


@mirror(ScoreFactor, "name weight value because")
class ScoreFactorType:
    pass


@mirror(StrategyScore, "strategy depth score factors source", depth="Set when `strategy` is REFACTOR.")
class StrategyScoreType:
    pass


@mirror(MoveGroupHint, "group reason strength")
class MoveGroupHintType:
    applications = referred_all(Application, lambda hint: hint.application_ids)


@mirror(
    ComponentTreatment,
    "strategy depth recommended rationale compatible compatibility_issues effort source confidence",
    depth="Set when `strategy` is REFACTOR.",
)
class ComponentTreatmentType(Node):
    component = referred(Component, lambda treatment: treatment.component_id)


@mirror(
    Decision,
    "strategy depth recommended confidence rationale too_close_to_call rules facts_missing alternatives"
    " risks effort move_group_hints source accepted changed_facts version",
    name="SixRDecision",
    strategy="Rolled up from the components' treatments, unless a person chose otherwise.",
    depth="Set when `strategy` is REFACTOR.",
    confidence="0 to 1: how clearly it beats the next best, times the share of facts known.",
    too_close_to_call="True when the two best are too close for the rules to choose; a person must.",
    rules="Ids of the gates and rules that decided it.",
    alternatives="Every strategy with its score and the factors behind it, best first.",
)
class SixRDecision(Node):
    application = referred(Application, lambda decision: decision.application_id)
    dissenting = referred_all(
        Component, lambda decision: decision.dissenting, why="Components whose own treatment differs from `strategy`."
    )

    @loaded
    @staticmethod
    async def treatments(context: Context, decisions: list[Decision]) -> list[tuple[ComponentTreatment, ...]]:
        """Of the components that are still there."""
        return await reading.treatments(context, decisions)

    @loaded
    @staticmethod
    async def cost(context: Context, decisions: list[Decision]) -> list[Money]:
        found = await money(context, [decision.cost for decision in decisions])
        return [cost for cost in found if cost is not None]

    @loaded
    @staticmethod
    async def architecture_exceptions(
        context: Context, decisions: list[Decision]
    ) -> list[tuple[StandardException, ...]]:
        return await reading.exceptions(context, decisions)

    @computed
    @staticmethod
    def stale(decision: Decision) -> bool:
        """True when a fact it rests on has changed since; `changedFacts` says which."""
        return bool(decision.changed_facts)

    @loaded
    @staticmethod
    async def overrides(context: Context, decisions: list[Decision]) -> list[tuple[Override, ...]]:
        return await reading.overrides(context, decisions)
