"""Lists of what is to be switched off."""

from __future__ import annotations

from dataclasses import dataclass

from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesOfFlow(Listing[DecommissionCandidate]):
    """A flow's candidates, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivesOfFlow(Listing[ArchivePlan]):
    """A flow's data sets, by number."""
