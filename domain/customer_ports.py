"""Where customers are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from domain.customer import Customer, Stakeholder


class CustomerRepository(Protocol):
    """The engagement's customers and the people there."""

    async def hold(self) -> None:
        """Let nobody else change customers until the unit of work ends: what is read is what is then replaced."""

    async def get(self, customer_id: str) -> Customer:
        """Held until the unit of work ends; NotFound where there is none."""

    async def find(self, ids: Iterable[str] | None = None) -> tuple[Customer, ...]:
        """Those with these ids, or all of them; nothing is held."""

    async def save(self, customers: Iterable[Customer]) -> None:
        """Insert or replace each by its id."""

    async def stakeholders(self, customer_ids: Iterable[str]) -> tuple[Stakeholder, ...]:
        """Those of these customers, by name, with their relations; nothing is held."""

    async def stakeholder(self, stakeholder_id: str) -> Stakeholder:
        """Held like a customer; NotFound where there is none."""

    async def save_stakeholders(self, stakeholders: Iterable[Stakeholder]) -> None:
        """Insert or replace each by its id, and its relations whole."""

    async def remove_stakeholders(self, ids: Iterable[str]) -> None:
        """Take them away with all lines to and from them."""
