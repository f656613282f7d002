"""Lists of what applications cost."""

from __future__ import annotations

from dataclasses import dataclass

from domain.application_cost import ApplicationCost
from domain.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsOfFlow(Listing[ApplicationCost]):
    """A finops flow's costs, dearest first."""
