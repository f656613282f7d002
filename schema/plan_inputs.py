"""What mutations on plans take. What is absent is left as it is, null is as the rules say again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from strawberry import UNSET

from domain.planning.plan import Priority
from schema.ids import ActivityId, CostLineId, FlowId, ResourcePoolId, WaveId
from schema.plan_moves import MoveInput


@strawberry.input
class MoveApplicationsInput:
    flow_id: FlowId
    moves: list[MoveInput]
    rationale: str | None = UNSET
    expected_version: int | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input(description="Without `waveId` it adds a wave at the end.")
class SaveWaveInput:
    flow_id: FlowId
    wave_id: WaveId | None = UNSET
    name: str | None = UNSET
    starts_on: date | None = UNSET
    locked: bool | None = UNSET
    max_applications: int | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input
class SaveResourcePoolInput:
    id: ResourcePoolId | None = UNSET
    name: str
    role: str
    hours_per_day: Decimal
    available_from: date | None = UNSET
    available_until: date | None = UNSET
    hourly_rate: Decimal
    skills: list[str]
    expected_version: int | None = UNSET


@strawberry.input
class OverrideAllocationInput:
    flow_id: FlowId
    wave_id: WaveId
    pool_id: ResourcePoolId
    hours: Decimal
    rationale: str | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input
class OverrideActivityInput:
    flow_id: FlowId
    activity_id: ActivityId
    starts_on: date | None = UNSET
    working_days: int | None = UNSET
    percent_complete: int | None = UNSET
    rationale: str | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input
class OverrideCostLineInput:
    flow_id: FlowId
    line_id: CostLineId
    quantity: Decimal | None = UNSET
    unit_cost: Decimal | None = UNSET
    rationale: str
    expected_version: int | None = UNSET


@strawberry.input
class RecommendationInput:
    title: str
    detail: str
    priority: Priority


@strawberry.input(description="The version is the flow's.")
class OverrideSynthesisInput:
    flow_id: FlowId
    summary: str | None = UNSET
    recommendations: list[RecommendationInput] | None = UNSET
    rationale: str
    expected_version: int | None = UNSET
