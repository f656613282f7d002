"""Customers, and what is known of them before any workflow starts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.contract import Contract
from domain.contracts.listing import ContractsOfCustomer
from domain.customer import Customer, CustomerEngagement, CustomerFinancials, CustomerUsage, Stakeholder
from domain.customer_success.context import CustomerContext
from resolvers.context import Context
from resolvers.reading import customers as reading
from schema.basics import Node
from schema.connections import connection
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import listed, priced

_UNKNOWN = "Null where it is not known."


def number(value: Decimal | None) -> float | None:
    """An exact number as GraphQL has it."""
    return None if value is None else float(value)


class _Scores:
    """The three scores, of a customer and of his context alike."""

    @computed
    @staticmethod
    def risk_score(each: Any) -> float | None:
        """0 to 100; null where it is not known."""
        return number(_customer(each).risk_score)

    @computed
    @staticmethod
    def opportunity_score(each: Any) -> float | None:
        """0 to 100; null where it is not known."""
        return number(_customer(each).opportunity_score)

    @computed
    @staticmethod
    def health_score(each: Any) -> float | None:
        """0 to 100; null where it is not known."""
        return number(_customer(each).health_score)


def _customer(each: Any) -> Customer:
    customer: Customer = each.customer if isinstance(each, CustomerContext) else each
    return customer


@mirror(
    Customer,
    "name domain renewal_date owner account_plan",
    domain="Empty where it is not known.",
    renewal_date=_UNKNOWN,
    owner="The user who looks after it.",
    account_plan="Null where it has none.",
)
class CustomerType(Node):
    arr = priced(lambda customer: customer.arr, why="Annual recurring revenue.")
    contracts = listed(Contract, lambda customer: ContractsOfCustomer(parent=customer.id), why="Newest first.")
    risk_score = _Scores.risk_score
    opportunity_score = _Scores.opportunity_score
    health_score = _Scores.health_score

    @loaded
    @staticmethod
    async def context(context: Context, customers: list[Customer]) -> list[CustomerContext]:
        """As of the engagement's today."""
        return await reading.contexts(context, customers)

    @loaded
    @staticmethod
    async def stakeholders(context: Context, customers: list[Customer]) -> list[tuple[Stakeholder, ...]]:
        """By name."""
        return await reading.stakeholders(context, customers)


@mirror(
    CustomerContext,
    "customer financials usage engagement stage days_until_renewal priorities",
    stage="By the days alone; null without a renewal date.",
    days_until_renewal="Below 0 once the date is past; null without one.",
    priorities="Of the workflows that the customer gets, and of those that run.",
)
class CustomerContextType:
    risk_score = _Scores.risk_score
    opportunity_score = _Scores.opportunity_score
    health_score = _Scores.health_score

    @computed
    @staticmethod
    def extra(context: CustomerContext) -> Any:
        """What the import held beyond these."""
        return dict(context.customer.extra)


@mirror(CustomerFinancials, "trend", trend="Null where it is neither given nor can be told from both figures.")
class CustomerFinancialsType:
    current_arr = priced(lambda figures: figures.current_arr, nullable=True, why=_UNKNOWN)
    previous_arr = priced(lambda figures: figures.previous_arr, nullable=True, why=_UNKNOWN)


@mirror(CustomerUsage, "active_users trend", active_users=_UNKNOWN, trend=_UNKNOWN)
class CustomerUsageType:
    @computed
    @staticmethod
    def utilization_rate(usage: CustomerUsage) -> float | None:
        """What is used of what is licensed: 1 is all of it. Null where it is not known."""
        return number(usage.utilization_rate)


@mirror(
    CustomerEngagement,
    "last_contact_on next_review_on open_tickets",
    last_contact_on=_UNKNOWN,
    next_review_on=_UNKNOWN,
    open_tickets=_UNKNOWN,
)
class CustomerEngagementType:
    pass


connection(Customer, "Customer")
