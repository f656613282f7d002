"""What mutations at an assessment's pauses take. What is absent is left as it is, null clears."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import UNSET

from domain.debt import DebtCategory, Severity
from schema.ids import ApplicationId, ComponentId, FlowId, TechDebtItemId
from schema.portfolio_inputs import TechnologyInput
from schema.scalars import JSON


@strawberry.input
class ComponentInput:
    id: ComponentId | None = UNSET
    name: str
    type: str
    technologies: list[TechnologyInput] | None = UNSET
    depends_on: list[str] | None = strawberry.field(
        default=UNSET, description="Names or ids of other components in the list."
    )
    attributes: JSON | None = strawberry.field(
        default=UNSET, description="Key by key: a key that is absent stays, one that is null goes."
    )


@strawberry.input(description="The list takes the place of the application's components: those it does not name go.")
class SaveComponentsInput:
    flow_id: FlowId
    application_id: ApplicationId
    components: list[ComponentInput]


@strawberry.input
class TechDebtItemInput:
    id: TechDebtItemId | None = UNSET
    component_id: ComponentId | None = UNSET
    category: DebtCategory
    severity: Severity
    title: str
    evidence: str
    remediation_hours: Decimal
    dismissed: bool | None = strawberry.field(
        default=UNSET, description="False when a new one does not say; left as it is otherwise."
    )
    dismissed_reason: str | None = strawberry.field(default=UNSET, description="Needed to dismiss.")
    migration_impact: str | None = UNSET


@strawberry.input(description="Items that it does not name stay; dismiss what is not to count.")
class SaveTechDebtInput:
    flow_id: FlowId
    application_id: ApplicationId
    items: list[TechDebtItemInput]


@strawberry.input
class PageSectionInput:
    key: str
    title: str | None = UNSET
    body: JSON


@strawberry.input(description="Sections that it does not name stay; those it names are not generated anew.")
class CustomizeAppOnPageInput:
    flow_id: FlowId
    application_id: ApplicationId
    sections: list[PageSectionInput]
    expected_version: int | None = UNSET
