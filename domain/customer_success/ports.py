"""How the rules of customer success reach what is kept of them."""

from __future__ import annotations

from typing import Protocol

from domain.customer_success.scoring_rules import KeptScoringRules


class ScoringRepository(Protocol):
    """The scoring rules of the client account: one for all its engagements."""

    async def get(self) -> KeptScoringRules:
        """The newest version, the product's own where none was saved; held until the unit of work ends."""

    async def add(self, kept: KeptScoringRules) -> None:
        """One more version; the earlier ones stay."""
