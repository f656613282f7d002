"""What mutations on customers take. What is absent is left as it is, null clears."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from strawberry import UNSET

from domain.customer import AccountPlan, Influence, RelationKind, Sentiment
from schema.configurations import ImportSourceInput
from schema.ids import CustomerId, StakeholderId


@strawberry.input
class ImportCustomersInput:
    source: ImportSourceInput
    format: str | None = strawberry.field(
        default=UNSET,
        description="csv, xlsx, json, salesforce-accounts or salesforce-contacts; recognized when it is not given.",
    )
    idempotency_key: str | None = UNSET


@strawberry.input(description="What is absent is left as it is; null clears.")
class SaveCustomerInput:
    id: CustomerId | None = UNSET
    name: str
    domain: str | None = UNSET
    arr: Decimal | None = strawberry.field(default=UNSET, description="0 when a new one has none, and when cleared.")
    renewal_date: date | None = UNSET
    owner: str | None = strawberry.field(
        default=UNSET, description="Who saves it when a new one has none, and when cleared."
    )
    account_plan: AccountPlan | None = UNSET
    risk_score: float | None = strawberry.field(default=UNSET, description="0 to 100, as the other scores.")
    opportunity_score: float | None = UNSET
    health_score: float | None = UNSET


@strawberry.input(description="What is absent is left as it is; null clears.")
class SaveStakeholderInput:
    id: StakeholderId | None = UNSET
    customer_id: CustomerId
    name: str
    role: str
    influence: Influence
    sentiment: Sentiment
    notes: str | None = UNSET
    reports_to_id: StakeholderId | None = UNSET
    x: float | None = UNSET
    y: float | None = UNSET


@strawberry.input
class StakeholderRelationInput:
    from_id: StakeholderId
    to_id: StakeholderId
    kind: RelationKind


@strawberry.input(description="Whoever is not in it is removed, and so is every relation.")
class SaveStakeholderMapInput:
    customer_id: CustomerId
    stakeholders: list[SaveStakeholderInput]
    relations: list[StakeholderRelationInput]
