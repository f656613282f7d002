"""Lists of what is to be modernized."""

from __future__ import annotations

from dataclasses import dataclass

from domain.listing import Listing
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ModernizationCandidatesOfFlow(Listing[ModernizationCandidate]):
    """A flow's candidates, the one with the highest score first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignsOfFlow(Listing[TargetDesign]):
    """A flow's designs, by the rank of their application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemsOfFlow(Listing[WorkItem]):
    """A flow's work items, in an order in which they can be done."""
