"""Lists of customers, each with its filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.customer import AccountPlan, Customer, Stakeholder
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.scoring_rules import ScoringRules
from domain.customer_success.template import TemplateChange, TemplateVersion
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


@dataclass(frozen=True, slots=True)
class Placed:
    """One customer's work of one kind, as it stands in a queue."""

    customer_id: str
    kind: WorkflowKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOf(Listing[Placed]):
    """What one owner is to do today by these rules, most urgent first; `kinds` None is all of them."""

    owner: str
    today: date
    rules: ScoringRules
    kinds: tuple[WorkflowKind, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlacedCustomer:
    """A customer in a queue, where the most urgent of his work stands."""

    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCustomers(Listing[PlacedCustomer]):
    """The customers for whom one owner is to do anything, in the order of the most urgent of each."""

    owner: str
    today: date
    rules: ScoringRules


@dataclass(frozen=True, slots=True)
class NewestTemplates(Listing[TemplateVersion]):
    """Of each key the newest of the client account's own, and the newest that ships, by key."""


@dataclass(frozen=True, slots=True)
class VersionsOfTemplate(Listing[TemplateChange]):
    """Every version of the key that is the parent, newest first."""
