"""Lists of customers, each with its filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.customer import AccountPlan, Customer, Stakeholder
from domain.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers(Listing[Customer]):
    """Customers of the engagement, by name. `search` is part of a name or of a domain."""

    search: str | None = None
    owner: str | None = None
    account_plans: tuple[AccountPlan, ...] | None = None
    renews_before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeholdersOfCustomer(Listing[Stakeholder]):
    """The people at a customer's, by name."""
