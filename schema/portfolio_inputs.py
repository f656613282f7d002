"""What mutations on the portfolio take. What is absent is left as it is, null clears."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import UNSET

from domain.application import Criticality, Readiness
from domain.decision import RefactorDepth, Strategy
from domain.dependency import DependencyKind
from schema.ids import ApplicationId, DependencyId
from schema.inputs import HoursRangeInput
from schema.scalars import JSON


@strawberry.input
class TechnologyInput:
    name: str
    version: str | None = UNSET
    category: str | None = UNSET


@strawberry.input(description="What is absent is left as it is; null clears.")
class UpdateApplicationInput:
    id: ApplicationId
    expected_version: int | None = UNSET
    name: str | None = UNSET
    description: str | None = UNSET
    business_owner: str | None = UNSET
    technical_owner: str | None = UNSET
    department: str | None = UNSET
    criticality: Criticality | None = UNSET
    environment: str | None = UNSET
    hosting: str | None = UNSET
    user_count: int | None = UNSET
    annual_cost: Decimal | None = UNSET
    technologies: list[TechnologyInput] | None = UNSET
    attributes: JSON | None = strawberry.field(
        default=UNSET, description="Key by key: a key that is absent stays, one that is null goes."
    )


@strawberry.input
class ReadinessDecisionInput:
    strategy: Strategy
    depth: RefactorDepth | None = UNSET
    effort: HoursRangeInput


@strawberry.input
class SetReadinessInput:
    application_ids: list[ApplicationId]
    readiness: Readiness
    reason: str | None = UNSET
    decision: ReadinessDecisionInput | None = strawberry.field(
        default=UNSET, description="Needed to enter planning without an assessment."
    )


@strawberry.input
class SaveDependencyInput:
    id: DependencyId | None = UNSET
    from_id: ApplicationId
    to_id: ApplicationId
    kind: DependencyKind
    criticality: Criticality | None = UNSET
    protocol: str | None = UNSET


@strawberry.input
class DeleteInput:
    id: strawberry.ID
    expected_version: int | None = UNSET
