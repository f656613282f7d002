"""What mutations take. What is absent is left as it is; ids name things of the types that their annotation says."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.access import Experience, Role
from domain.debt import Severity
from domain.decision import RefactorDepth, Strategy
from schema.configurations import FlowConfigurationInput
from schema.ids import ApplicationId, ClientAccountId, ComponentId, FlowId, Verbatim
from schema.scalars import JSON


@strawberry.input(one_of=True, description="An existing one by id, or a new one by name.")
class ClientAccountInput:
    id: ClientAccountId | None = UNSET
    new_name: str | None = UNSET


@strawberry.input
class CreateEngagementInput:
    client_account: ClientAccountInput
    name: str
    currency: str = "USD"


@strawberry.input
class EngagementSettingsInput:
    timezone: str | None = UNSET
    settings: JSON | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input(description="No roles removes the member; the last ADMIN stays.")
class SetMemberInput:
    user_id: str
    email: str | None = UNSET
    roles: list[Role]
    experience: Experience | None = UNSET


@strawberry.input
class StartFlowInput:
    name: str | None = UNSET
    configuration: FlowConfigurationInput
    auto_advance: bool = strawberry.field(
        default=True,
        description="Run phase after phase without being asked, stopping only where a person must decide.",
    )
    clone_of: FlowId | None = strawberry.field(
        default=UNSET,
        description="Takes over that flow's configuration, moves, locks and overrides; what `configuration` gives "
        "replaces it.",
    )
    idempotency_key: str | None = UNSET


@strawberry.input
class UpdateFlowInput:
    flow_id: FlowId
    name: str | None = UNSET
    auto_advance: bool | None = UNSET
    configuration: FlowConfigurationInput | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input(description="At most 64 KiB; others never see it; the flow's `version` stays.")
class SaveUiStateInput:
    flow_id: FlowId
    ui_state: Annotated[JSON, Verbatim()]


@strawberry.input
class FlowActionInput:
    flow_id: FlowId
    reason: str | None = UNSET
    expected_version: int | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input
class PhaseActionInput:
    flow_id: FlowId
    phase: str | None = strawberry.field(default=UNSET, description="The current phase when it is not given.")
    reason: str | None = UNSET
    expected_version: int | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input
class SubmitPhaseInput:
    flow_id: FlowId
    phase: str
    data: JSON
    submit: bool = strawberry.field(default=True, description="False keeps it as a draft and leaves the flow waiting.")
    expected_version: int | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input
class HoursRangeInput:
    low: Decimal
    likely: Decimal
    high: Decimal


@strawberry.input
class RiskInput:
    title: str
    severity: Severity
    mitigation: str


@strawberry.input
class TreatmentInput:
    component_id: ComponentId
    strategy: Strategy
    depth: RefactorDepth | None = UNSET


@strawberry.input
class OverrideDecisionInput:
    flow_id: FlowId
    application_id: ApplicationId
    strategy: Strategy | None = strawberry.field(
        default=UNSET, description="Overrules the roll-up; null leaves it to the treatments."
    )
    depth: RefactorDepth | None = UNSET
    treatments: list[TreatmentInput] | None = UNSET
    effort: HoursRangeInput | None = UNSET
    risks: list[RiskInput] | None = UNSET
    move_group: str | None = UNSET
    rationale: str
    expected_version: int | None = UNSET


@strawberry.input
class AcceptDecisionsInput:
    flow_id: FlowId
    application_ids: list[ApplicationId]


@strawberry.input
class FinalizeAssessmentInput:
    flow_id: FlowId
    application_ids: list[ApplicationId] | None = strawberry.field(
        default=UNSET, description="All of the flow's applications when it is not given."
    )
    expected_version: int | None = UNSET
