"""What contents are checked against and written from: the flow's customer, his people and contracts, and the tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from domain.application import Application
from domain.artifact import Artifact
from domain.contract import Contract, ContractExtraction
from domain.customer import Customer, Stakeholder
from domain.flow import Flow
from domain.task import Task


@dataclass(frozen=True, slots=True)
class Background:
    """What is known where an artifact belongs. Without a customer the flow is about none.

    `contracts` are newest first; `artifacts` are the flow's others; `results` its phases' newest, as JSON. `keys` are
    of the items that the artifact had before, by their titles; none of `taken` names another item.
    """

    flow: Flow
    today: date
    currency: str
    customer: Customer | None = None
    stakeholders: tuple[Stakeholder, ...] = ()
    contracts: tuple[Contract, ...] = ()
    tasks: tuple[Task, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """What it is about, in a word or two: the customer, else the flow."""
        return self.customer.name if self.customer else self.flow.name

    @property
    def contract(self) -> Contract | None:
        """The newest."""
        return self.contracts[0] if self.contracts else None

    @property
    def extraction(self) -> ContractExtraction | None:
        """What the newest contract says."""
        return self.contract.extraction if self.contract else None

    @property
    def price_cap(self) -> Decimal | None:
        """By how many percent the newest contract lets prices rise; None where it says nothing of it."""
        return self.extraction.price_cap_percent if self.extraction else None

    @property
    def arr(self) -> Decimal | None:
        """What the customer pays in a year now."""
        if self.customer is None:
            return None
        known = self.customer.financials.current_arr
        return self.customer.arr if known is None or self.customer.arr else known
