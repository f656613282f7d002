"""What mutations on plans give back: the part of the plan that was changed, read anew, and its flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from domain.errors import Problem
from domain.known import KnownFlow
from domain.planning.plan import CostEstimate, ResourcePlan, Timeline, WavePlan
from domain.resource_pool import ResourcePool
from schema.commanding import Outcome
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import referred


@dataclass(frozen=True, slots=True)
class _PartPayload:
    """A part of a plan that was changed, and its flow."""

    part_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome, flow_id: str | None) -> Self:
        """The payload of that outcome."""
        return cls(outcome.id, flow_id if outcome.id else None, outcome.problems)


def _part(payload: _PartPayload) -> str | None:
    return payload.part_id


def _flow(payload: _PartPayload) -> str | None:
    return payload.flow_id


@dataclass(frozen=True, slots=True)
class WavePlanPayload(_PartPayload):
    """Waves that were changed."""


@mirror(WavePlanPayload, "errors")
class WavePlanPayloadType:
    wave_plan = referred(WavePlan, _part, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, _flow, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class ResourcePlanPayload(_PartPayload):
    """Allocations that were changed."""


@mirror(ResourcePlanPayload, "errors")
class ResourcePlanPayloadType:
    resource_plan = referred(ResourcePlan, _part, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, _flow, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class TimelinePayload(_PartPayload):
    """Activities that were changed."""


@mirror(TimelinePayload, "errors")
class TimelinePayloadType:
    timeline = referred(Timeline, _part, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, _flow, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class CostPayload(_PartPayload):
    """Costs that were changed."""


@mirror(CostPayload, "errors")
class CostPayloadType:
    cost = referred(CostEstimate, _part, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, _flow, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class ResourcePoolPayload:
    """A pool that was made or changed."""

    pool_id: str | None
    errors: tuple[Problem, ...]


@mirror(ResourcePoolPayload, "errors")
class ResourcePoolPayloadType:
    pool = referred(ResourcePool, lambda payload: payload.pool_id, nullable=True, why=REFUSED)
