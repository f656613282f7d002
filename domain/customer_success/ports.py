"""How the rules of customer success reach what is kept of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.listing import QueueOf
from domain.customer_success.queue import QueueStats, StartedWorkflow
from domain.customer_success.scoring_rules import KeptScoringRules, ScoringRules
from domain.customer_success.template import TemplateVersion


class ScoringRepository(Protocol):
    """The scoring rules of the client account: one for all its engagements."""

    async def get(self) -> KeptScoringRules:
        """The newest version, the product's own where none was saved; held until the unit of work ends."""

    async def add(self, kept: KeptScoringRules) -> None:
        """One more version; the earlier ones stay."""


class TemplateRepository(Protocol):
    """The workflow templates of the client account and those that ship, and the workflows that go by them."""

    async def newest(self) -> tuple[TemplateVersion, ...]:
        """Of each key the newest of its own and the newest that ships; nothing is held."""

    async def latest(self, key: str) -> TemplateVersion | None:
        """The version of that key that counts; nobody else adds one until the unit of work ends."""

    async def add(self, version: TemplateVersion) -> None:
        """One more version; the earlier ones stay."""

    async def facts(self, flow_id: str) -> WorkflowFacts | None:
        """What that workflow looks at; None before it is opened, and once its customer is gone. Nothing is held."""

    async def actions(self) -> frozenset[str]:
        """The keys of the saved actions that there are; nothing is held."""

    async def scoring_rules(self) -> ScoringRules:
        """As they count now; nothing is held."""


class QueueReads(Protocol):
    """What lists and single things do not tell of queues."""

    async def stats(self, listing: QueueOf) -> QueueStats:
        """The whole queue in numbers."""

    async def shown(self, listing: QueueOf) -> Mapping[str, str]:
        """What is in the queue, by its id, and what can be seen of it as something that differs when it does."""

    async def standing(self, customer_ids: Collection[str], rules: ScoringRules) -> tuple[StartedWorkflow, ...]:
        """Of each of these customers and each kind the workflow that counts."""

    async def busy(self) -> Mapping[str, int]:
        """How many workflows each person of the engagement works on."""

    async def owners(self) -> tuple[str, ...]:
        """Everybody who has a queue, though it may be empty."""
