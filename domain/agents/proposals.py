"""What agents propose, phase by phase: what a model's JSON answer is decoded into.

Each item names its subject by the key that the briefing gave it, never by an id, and says why and how sure it is. The
types are flat and their words closed; everything else about them is judged by the table of permissions.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.application import Criticality
from domain.debt import DebtCategory, Severity
from domain.decision import RefactorDepth, Strategy
from domain.dependency import DependencyKind
from domain.planning.plan import CostCategory, Priority


@dataclass(frozen=True, slots=True)
class TextProposed:
    """Words about one thing."""

    subject: str
    text: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class RiskProposed:
    """What may go wrong, and what softens it."""

    subject: str
    title: str
    severity: Severity
    mitigation: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TreatmentProposed:
    """Another of the scored strategies for a component."""

    subject: str
    strategy: Strategy
    reason: str
    confidence: float
    depth: RefactorDepth | None = None


@dataclass(frozen=True, slots=True)
class StrategiesProposed:
    """For component_sixr_strategies."""

    treatments: tuple[TreatmentProposed, ...] = ()
    rationales: tuple[TextProposed, ...] = ()
    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProposed:
    """Another target for a column; None: it fills no fact."""

    subject: str
    target: str | None
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class MappingProposed:
    """For attribute_mapping."""

    columns: tuple[ColumnProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingProposed:
    """Whether a finding had better be accepted."""

    subject: str
    accept: bool
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ValueProposed:
    """A better value than the one a finding proposes."""

    subject: str
    value: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CleansingProposed:
    """For data_cleansing."""

    findings: tuple[FindingProposed, ...] = ()
    values: tuple[ValueProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class KindProposed:
    """What kind a dependency is of which the source does not say it."""

    subject: str
    kind: DependencyKind
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CriticalityProposed:
    """How critical a dependency is of which nobody says it."""

    subject: str
    criticality: Criticality
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DependenciesProposed:
    """For dependencies."""

    kinds: tuple[KindProposed, ...] = ()
    criticalities: tuple[CriticalityProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardsProposed:
    """For architecture_minimums."""

    requirements: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class SeverityProposed:
    """Another severity for an item of technical debt."""

    subject: str
    severity: Severity
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ItemProposed:
    """One more item of technical debt, of an application or one of its components."""

    subject: str
    category: DebtCategory
    severity: Severity
    title: str
    evidence: str
    hours: float
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DebtProposed:
    """For tech_debt_analysis."""

    severities: tuple[SeverityProposed, ...] = ()
    evidence: tuple[TextProposed, ...] = ()
    items: tuple[ItemProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ProseProposed:
    """A section of an application's page in words."""

    subject: str
    section: str
    text: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class PagesProposed:
    """For app_on_page_generation."""

    prose: tuple[ProseProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveProposed:
    """An application that had better be in another wave, named by its key."""

    subject: str
    wave: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class WavesProposed:
    """For wave_planning."""

    rationales: tuple[TextProposed, ...] = ()
    moves: tuple[MoveProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourcesProposed:
    """For resource_allocation."""

    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineProposed:
    """For timeline_generation."""

    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class CostMissing:
    """A cost that no line of the estimate holds; without an amount, which is for people to find."""

    subject: str
    category: CostCategory
    description: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CostsProposed:
    """For cost_estimation."""

    assumptions: tuple[TextProposed, ...] = ()
    missing: tuple[CostMissing, ...] = ()


@dataclass(frozen=True, slots=True)
class RecommendationProposed:
    """One more thing that should be done."""

    subject: str
    title: str
    detail: str
    priority: Priority
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SynthesisProposed:
    """For synthesis."""

    summaries: tuple[TextProposed, ...] = ()
    recommendations: tuple[RecommendationProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadinessProposed:
    """For pre_migration."""

    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class RunbookProposed:
    """For migration_execution."""

    hints: tuple[TextProposed, ...] = ()
    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidatesProposed:
    """For decommission_planning."""

    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchivesProposed:
    """For data_migration."""

    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class RunCostsProposed:
    """For cost_analysis."""

    assumptions: tuple[TextProposed, ...] = ()
    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetProposed:
    """For budget_planning."""

    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class WorthProposed:
    """For modernization_assessment."""

    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignsProposed:
    """For architecture_design."""

    tradeoffs: tuple[TextProposed, ...] = ()
    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkProposed:
    """For implementation_planning."""

    risks: tuple[RiskProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectivesProposed:
    """For monitoring_setup."""

    suggestions: tuple[TextProposed, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingsProposed:
    """For performance_optimization."""

    hints: tuple[TextProposed, ...] = ()
    risks: tuple[RiskProposed, ...] = ()


Proposal = (
    StrategiesProposed
    | MappingProposed
    | CleansingProposed
    | DependenciesProposed
    | StandardsProposed
    | DebtProposed
    | PagesProposed
    | WavesProposed
    | ResourcesProposed
    | TimelineProposed
    | CostsProposed
    | SynthesisProposed
    | ReadinessProposed
    | RunbookProposed
    | CandidatesProposed
    | ArchivesProposed
    | RunCostsProposed
    | BudgetProposed
    | WorthProposed
    | DesignsProposed
    | WorkProposed
    | ObjectivesProposed
    | FindingsProposed
)
