"""Lists of what applications promise and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from domain.listing import Listing
from domain.observability import OptimizationFinding, ServiceLevelObjective


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectivesOfFlow(Listing[ServiceLevelObjective]):
    """A flow's objectives, by application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizationFindingsOfFlow(Listing[OptimizationFinding]):
    """A flow's findings, the worst first."""
