"""What a customer-success flow keeps beside its registry row: whose it is, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.customer import AccountPlan, RenewalStatus
from domain.customer_success.kinds import WorkflowKind


@dataclass(frozen=True, slots=True)
class EndedWith:
    """What the customer was like on the day the workflow ended: until that changes, it is not asked for again."""

    on: date
    renewal_date: date | None = None
    renewal_status: RenewalStatus = RenewalStatus.OPEN
    account_plan: AccountPlan | None = None
    risk_score: Decimal | None = None
    opportunity_score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CustomerWorkflow:
    """One customer-success flow; `id` is the flow's own.

    `left_out` are the steps that routes have passed over; those that a person skipped are not among them.
    `escalated_to` is set once somebody has escalated it. `ended_with` is None while it goes on, and where it was
    cancelled.
    """

    id: str
    flow_id: str
    customer_id: str
    kind: WorkflowKind
    assigned_to: str
    template_id: str
    started_at: datetime
    left_out: tuple[str, ...] = ()
    escalated_to: str | None = None
    outcome: str | None = None
    outcome_metadata: Any = field(default=None, hash=False)
    ended_with: EndedWith | None = None

    @property
    def escalated(self) -> bool:
        """Whether somebody has escalated it."""
        return self.escalated_to is not None
