"""Priorities of customer-success work, as numbers and as a sentence."""

from __future__ import annotations

from typing import Any

from domain.customer_success.context import KindPriority
from domain.customer_success.priority import PriorityScore
from schema.loading import computed
from schema.mirror import mirror


def _factor(name: str) -> Any:
    """An exact factor of the score as a number."""

    def read(priority: PriorityScore) -> float:
        return float(getattr(priority, name))

    return computed(read)


@mirror(PriorityScore, "total explanation", explanation="The whole sum in a sentence.")
class PriorityScoreType:
    base_score = _factor("base_score")
    stage_bonus = _factor("stage_bonus")
    arr_multiplier = _factor("arr_multiplier")
    plan_multiplier = _factor("plan_multiplier")
    experience_multiplier = _factor("experience_multiplier")
    workload_penalty = _factor("workload_penalty")
    escalation_bonus = _factor("escalation_bonus")


@mirror(KindPriority, "kind priority")
class KindPriorityType:
    pass
