"""What an assessment is started with, what its phases come to, and what a person answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.debt import Severity
from domain.decision import MoveGroupHint, RefactorDepth, Risk, Strategy

MOST_APPLICATIONS = 100


@dataclass(frozen=True, slots=True)
class AssessmentConfiguration:
    """1 to 100 applications, each READY_FOR_ASSESSMENT, or assessed before and not yet moved."""

    application_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number from 0 to 100, the facts behind it and those that are missing."""

    value: float
    known: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedApplication:
    """One application at the beginning of its assessment; its facts are those of `version`."""

    application_id: str
    version: int
    completeness: float
    gaps: tuple[str, ...]
    migration_readiness: Figure
    business_impact: Figure


@dataclass(frozen=True, slots=True)
class Initialization:
    """What was taken up, and as of which day."""

    as_of: date
    applications: tuple[CheckedApplication, ...]


@dataclass(frozen=True, slots=True)
class ArchitectureMinimums:
    """The standards that the applications are measured by; `captured` once a person has confirmed them.

    `carried` are those of an earlier assessment, which are proposed again.
    """

    standard_ids: tuple[str, ...]
    template: str | None = None
    captured: bool = False
    carried: bool = False


@dataclass(frozen=True, slots=True)
class ArchitectureAnswer:
    """The standards that are to hold."""

    standard_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SeverityItems:
    """How many items are that severe."""

    severity: Severity
    items: int


@dataclass(frozen=True, slots=True)
class ApplicationDebt:
    """One application's debt, summed up; its items are stored on their own."""

    application_id: str
    score: float
    items: int
    by_severity: tuple[SeverityItems, ...]
    remediation_hours: Decimal


@dataclass(frozen=True, slots=True)
class TechDebtAnalysis:
    """The debt of all applications as of a day; `score` is the mean."""

    as_of: date
    score: float
    applications: tuple[ApplicationDebt, ...]
    confirmed_application_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TechDebtAnswer:
    """The applications whose debt a person has looked through."""

    confirmed_application_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """One application's decision, in short; the decision itself is stored on its own."""

    application_id: str
    decision_id: str
    strategy: Strategy
    confidence: float
    too_close_to_call: bool
    depth: RefactorDepth | None = None


@dataclass(frozen=True, slots=True)
class SixRDecisions:
    """What the rules decided, as of a day and at a rate."""

    as_of: date
    hourly_rate: Decimal
    rate_source: str
    decisions: tuple[DecisionSummary, ...]
    accepted_application_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SixRAnswer:
    """The applications whose decision is accepted."""

    accepted_application_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class GeneratedPages:
    """The applications that have a page."""

    application_ids: tuple[str, ...]
    approved_application_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PagesAnswer:
    """The applications whose page is approved."""

    approved_application_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class StrategyApplications:
    """How many applications have that strategy."""

    strategy: Strategy
    applications: int


@dataclass(frozen=True, slots=True)
class Report:
    """The assessment in numbers. Effort is likely person-hours, cost in the engagement's currency."""

    summary: str
    applications: int
    by_strategy: tuple[StrategyApplications, ...]
    tech_debt_score: float
    total_effort_hours: Decimal
    total_cost: Decimal
    top_risks: tuple[Risk, ...]
    exceptions: int
    generated_at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """What planning is given: who moves, with hints on who had better move together. Others are named apart."""

    application_ids: tuple[str, ...]
    retained_ids: tuple[str, ...]
    decommission_ids: tuple[str, ...]
    move_groups: tuple[MoveGroupHint, ...]
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An application that cannot be finalized, and every reason."""

    application_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finalization:
    """Who can be finalized, and the report on them; `handoff` once it is done."""

    application_ids: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    report: Report
    handoff: Handoff | None = None


@dataclass(frozen=True, slots=True)
class FinalizationAnswer:
    """The applications to finalize."""

    application_ids: tuple[str, ...]
    comment: str | None = None
