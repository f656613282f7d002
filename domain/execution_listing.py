"""Lists of what is carried out."""

from __future__ import annotations

from dataclasses import dataclass

from domain.check import Check
from domain.listing import Listing
from domain.planning.plan import Wave
from domain.runbook import RunbookStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksOfFlow(Listing[Check]):
    """The checks of one phase of a flow, by number."""

    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsOfFlow(Listing[RunbookStep]):
    """The steps of one phase of a flow, by number."""

    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveOfFlow(Listing[Wave]):
    """The wave that a flow carries out: one at most."""
