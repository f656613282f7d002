"""What mutations on the architecture take. What is absent is left as it is."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import UNSET

from domain.standard import ExceptionKind, StandardCategory
from schema.ids import ApplicationId, FlowId, StandardExceptionId, StandardId


@strawberry.input
class SupportedVersionInput:
    technology: str
    specifier: str


@strawberry.input(description="With `flowId` that assessment measures by it, and its later phases become STALE.")
class SaveArchitectureStandardInput:
    id: StandardId | None = UNSET
    flow_id: FlowId | None = UNSET
    category: StandardCategory
    name: str
    requirement: str
    mandatory: bool | None = strawberry.field(
        default=UNSET, description="True when a new one does not say; left as it is otherwise."
    )
    supported_versions: list[SupportedVersionInput] | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input
class ApplyTemplateInput:
    template_key: str
    flow_id: FlowId | None = UNSET


@strawberry.input
class StandardExceptionInput:
    flow_id: FlowId
    standard_id: StandardId | None = strawberry.field(default=UNSET, description="Not for an ADDITION.")
    application_id: ApplicationId
    kind: ExceptionKind
    requirement: str | None = UNSET
    supported_versions: list[SupportedVersionInput] | None = UNSET
    rationale: str
    expires_on: date | None = UNSET


@strawberry.input
class DecideExceptionInput:
    id: StandardExceptionId
    approve: bool
    comment: str | None = UNSET
