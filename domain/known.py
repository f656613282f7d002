"""Values that only reading makes: what is known of a thing beside the thing itself, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from domain.access import Role
from domain.application import ApplicationChange, Criticality, Readiness
from domain.debt import DebtCategory, Severity
from domain.decision import Strategy
from domain.definition import Phase
from domain.engagement import Engagement
from domain.flow import Flow
from domain.phase import Failure, PhaseState, PhaseStatus
from domain.source import Source
from domain.transition import FlowStatus


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """A tenant."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownEngagement:
    """An engagement as it stands, with the order of its newest event."""

    engagement: Engagement
    client_account: ClientAccount
    created_at: datetime
    last_position: int

    @property
    def id(self) -> str:
        """Its own id."""
        return self.engagement.id


@dataclass(frozen=True, slots=True)
class SelectableEngagement:
    """One engagement that a subject may select."""

    client_account_id: str
    client_account_name: str
    engagement_id: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One mutation that was carried out or refused."""

    id: str
    at: datetime
    by: str
    acting_for: str | None
    mutation: str
    subject_id: str | None
    reason: str | None
    outcome: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class KnownFlow(Flow):
    """A flow as it is read: with the number of its newest event, from the same row.

    Its phases and its child are made once, so that what is read for one of them is found again.
    """

    last_seq: int = 0
    known_phases: tuple[KnownPhase, ...] = field(init=False, repr=False, compare=False)
    child: KnownChild = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = zip(self.definition.phases, self.phases, strict=True)
        known = tuple(KnownPhase(self, phase, state) for phase, state in pairs)
        object.__setattr__(self, "known_phases", known)
        object.__setattr__(self, "child", KnownChild(self))

    @classmethod
    def of(cls, flow: Flow, last_seq: int) -> Self:
        """That flow, read together with that number."""
        values = {item.name: getattr(flow, item.name) for item in fields(flow)}
        return cls(**values, last_seq=last_seq)

    def known_phase(self, key: str | None) -> KnownPhase | None:
        """One of its phases; None where it has none of that key."""
        return next((known for known in self.known_phases if known.phase.key == key), None)

    @property
    def current_phase(self) -> KnownPhase | None:
        """The phase a person looks at; None once completed."""
        return self.known_phase(self.current.key) if self.current else None


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A flow, seen as what its type adds."""

    flow: KnownFlow = field(repr=False)

    @property
    def id(self) -> str:
        """The flow's own id: both name the same flow."""
        return self.flow.id


@dataclass(frozen=True, slots=True)
class KnownPhase:
    """A phase of a flow: what it is and where it stands."""

    flow: KnownFlow = field(repr=False)
    phase: Phase
    state: PhaseState

    @property
    def id(self) -> str:
        """Its flow's id with its key behind it."""
        return f"{self.flow.id}:{self.phase.key}"


@dataclass(frozen=True, slots=True)
class PhaseRun:
    """One attempt at a phase, ended or not."""

    id: str
    flow_id: str
    phase: str
    attempt: int
    status: PhaseStatus
    source: Source
    started_at: datetime
    finished_at: datetime | None = None
    peak_memory_mib: float | None = None
    error: Failure | None = None

    @property
    def duration_ms(self) -> float | None:
        """None while it runs."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds() * 1000


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """The newest revision of what a phase came to, as JSON."""

    flow_id: str
    phase: str
    revision: int
    source: Source
    data: Any
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PhasePerformance:
    """How long a phase took: all its attempts, and the last."""

    phase: str
    runs: int
    total_ms: float
    last_ms: float | None


@dataclass(frozen=True, slots=True)
class FlowPerformance:
    """How long a flow took from its start to its end, or to now, and how much of that it waited for a person."""

    flow_id: str
    total_ms: float
    waiting_for_input_ms: float
    phases: tuple[PhasePerformance, ...]
    peak_memory_mib: float | None


@dataclass(frozen=True, slots=True)
class FlowCount:
    """How many flows there are of one type in one status."""

    kind: str
    status: FlowStatus
    count: int


@dataclass(frozen=True, slots=True)
class FlowTypeCount:
    """How many flows there are of one type, and how many of them have not ended."""

    kind: str
    count: int
    active: int


@dataclass(frozen=True, slots=True)
class FlowStatusCount:
    """How many flows are in one status."""

    status: FlowStatus
    count: int


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """The engagement's flows, counted."""

    total: int
    active: int
    by_type: tuple[FlowTypeCount, ...]
    by_status: tuple[FlowStatusCount, ...]
    awaiting_input: int


@dataclass(frozen=True, slots=True)
class DatedChange:
    """One change of an application, with its time."""

    change: ApplicationChange
    at: datetime


@dataclass(frozen=True, slots=True)
class DifferenceCounts:
    """How many applications a discovery created, changed and missed."""

    flow_id: str
    created: int = 0
    changed: int = 0
    vanished: int = 0


@dataclass(frozen=True, slots=True)
class ReadinessCount:
    """How many applications stand there."""

    readiness: Readiness
    count: int


@dataclass(frozen=True, slots=True)
class CriticalityCount:
    """How many applications are that critical; None is unknown."""

    criticality: Criticality | None
    count: int


@dataclass(frozen=True, slots=True)
class StrategyCount:
    """How many applications have that strategy."""

    strategy: Strategy
    count: int


@dataclass(frozen=True, slots=True)
class SeverityCount:
    """How many items are that severe."""

    severity: Severity
    count: int


@dataclass(frozen=True, slots=True)
class DebtCategoryCount:
    """How many items are of that category."""

    category: DebtCategory
    count: int


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    """The engagement's applications, counted."""

    applications: int
    by_readiness: tuple[ReadinessCount, ...]
    by_strategy: tuple[StrategyCount, ...]
    by_criticality: tuple[CriticalityCount, ...]
    mean_completeness: float


@dataclass(frozen=True, slots=True)
class TechDebtSummary:
    """An application's debt: its score 0 to 10, its items by severity and category, and the hours to be rid of it."""

    score: float
    items: int
    by_severity: tuple[SeverityCount, ...]
    by_category: tuple[DebtCategoryCount, ...]
    remediation_hours: Decimal
