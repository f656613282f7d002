"""6R decisions: what happens to each component, and rolled up, to each application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.debt import Severity
from domain.source import Source


class Strategy(StrEnum):
    """The 6R of a migration."""

    REHOST = "REHOST"
    REPLATFORM = "REPLATFORM"
    REFACTOR = "REFACTOR"
    REPURCHASE = "REPURCHASE"
    RETIRE = "RETIRE"
    RETAIN = "RETAIN"


class RefactorDepth(StrEnum):
    """How deep a REFACTOR goes, shallowest first."""

    CODE = "CODE"
    ARCHITECTURE = "ARCHITECTURE"
    REWRITE = "REWRITE"


@dataclass(frozen=True, slots=True)
class HoursRange:
    """Person-hours: low <= likely <= high."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class ScoreFactor:
    """One reason for or against a strategy: weight x value (0 to 1; 0.5 when the fact is unknown)."""

    name: str
    weight: float
    value: float
    because: str


@dataclass(frozen=True, slots=True)
class StrategyScore:
    """A strategy, its score 0 to 1 and the factors behind it. `source` USER marks an imported wish."""

    strategy: Strategy
    score: float
    factors: tuple[ScoreFactor, ...]
    depth: RefactorDepth | None = None
    source: Source = Source.RULES


@dataclass(frozen=True, slots=True)
class Risk:
    """What may go wrong with a strategy, and what softens it. `source` USER marks what a person wrote."""

    title: str
    severity: Severity
    mitigation: str
    source: Source = Source.RULES


@dataclass(frozen=True, slots=True)
class MoveGroupHint:
    """Applications that had better move together. Strength 0 to 1."""

    group: str
    reason: str
    application_ids: tuple[str, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class ComponentTreatment:
    """What happens to one component, and whether it fits what happens to its neighbours."""

    id: str
    component_id: str
    strategy: Strategy
    recommended: Strategy
    rationale: str
    effort: HoursRange
    depth: RefactorDepth | None = None
    compatible: bool = True
    compatibility_issues: tuple[str, ...] = ()
    source: Source = Source.RULES
    confidence: float = 0.0
    scores: tuple[StrategyScore, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionChanged:
    """By whom a decision was last changed, when, and what of it."""

    by: str
    at: datetime
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The 6R decision for one application in one assessment.

    `facts_used` are facts by key as text when it was made; `changed_facts` their labels that changed since, with
    those of facts that were missing and are known now. `cost` is in the engagement's currency.
    """

    id: str
    flow_id: str
    application_id: str
    strategy: Strategy
    recommended: Strategy
    confidence: float
    rationale: str
    effort: HoursRange
    cost: Decimal
    treatments: tuple[ComponentTreatment, ...]
    alternatives: tuple[StrategyScore, ...] = ()
    depth: RefactorDepth | None = None
    too_close_to_call: bool = False
    rules: tuple[str, ...] = ()
    facts_used: tuple[tuple[str, str], ...] = ()
    facts_missing: tuple[str, ...] = ()
    dissenting: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    move_group_hints: tuple[MoveGroupHint, ...] = ()
    source: Source = Source.RULES
    accepted: bool = False
    changed_facts: tuple[str, ...] = ()
    last_change: DecisionChanged | None = None
    version: int = 1
