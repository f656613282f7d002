"""What the phases of a modernization come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.source import Source


@dataclass(frozen=True, slots=True)
class CandidatesRanked:
    """Applications worth modernizing, the one most worth it first, and those that were left out."""

    application_ids: tuple[str, ...]
    left_out_ids: tuple[str, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class Design:
    """What one component is to become."""

    component_id: str
    target_state: str
    pattern: str
    services: tuple[str, ...]
    tradeoffs: str
    source: Source = Source.RULES


@dataclass(frozen=True, slots=True)
class ArchitectureDesigned:
    """A design for each component of each candidate; `confirmed_ids` are the components a person stands by."""

    designs: tuple[Design, ...]
    confirmed_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignsAnswer:
    """The components whose designs are carried out."""

    component_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ImplementationPlanned:
    """How much work it is."""

    items: int
    effort_hours: Decimal
