"""What can be read: lists with their filters and orders, a window on a list, and values that only reading makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, Self, TypeVar

from domain.access import Member, Role
from domain.application import Application, ApplicationChange, Component, Criticality, Readiness
from domain.contribution import AgentContribution
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.decision import Decision, Strategy
from domain.definition import Phase
from domain.dependency import Dependency
from domain.engagement import Engagement
from domain.event import EventKind, LoggedEvent
from domain.flow import Flow
from domain.inventory import CleansingFinding, DataImport, RejectedRow
from domain.learning import LearningPattern
from domain.override import Override
from domain.page import AppOnPage
from domain.phase import Failure, PhaseState, PhaseStatus
from domain.source import Source
from domain.standard import ApprovalStatus, ArchitectureStandard, StandardCategory, StandardException
from domain.transition import FlowStatus

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Where an item stands in the order of its list: the values it is sorted by, as JSON values.
Key = tuple[Any, ...]

DEFAULT_SIZE = 50
MAX_SIZE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is wanted: `size` items between two places, counted from the end if `backward`."""

    size: int = DEFAULT_SIZE
    after: Key | None = None
    before: Key | None = None
    backward: bool = False


ENDED = frozenset({FlowStatus.COMPLETED, FlowStatus.CANCELLED})

# For lists that are short by nature.
WHOLE = Window(size=10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T_co]):
    """A list of one kind of thing. `parent` is the id of what the list belongs to, where it belongs to one thing."""

    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A window's items, each with its place in the order."""

    listing: Listing[T_co]
    items: tuple[T_co, ...]
    keys: tuple[Key, ...]
    has_next: bool = False
    has_previous: bool = False


# ── engagements


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectableEngagements(Listing[SelectableEngagement]):
    """Engagements of which the subject is a member, by name."""

    subject: str
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Listing[Member]):
    """Members of the engagement, by subject."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntries(Listing[AuditEntry]):
    """The audit log, newest first."""

    subject_id: str | None = None
    by: str | None = None
    since: datetime | None = None


# ── flows


class FlowOrder(StrEnum):
    """How flows are sorted."""

    UPDATED_DESC = "UPDATED_DESC"
    CREATED_DESC = "CREATED_DESC"
    CREATED_ASC = "CREATED_ASC"
    NAME_ASC = "NAME_ASC"
    PROGRESS_DESC = "PROGRESS_DESC"


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
class ModelUsage:
    """What a model was asked and answered, in tokens."""

    provider: str
    model: str
    prompt_tokens: float
    completion_tokens: float
    requests: int


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
    usage: ModelUsage | None = None
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

    total_ms: float
    waiting_for_input_ms: float
    phases: tuple[PhasePerformance, ...]
    peak_memory_mib: float | None
    usage: tuple[ModelUsage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows(Listing[KnownFlow]):
    """Flows of the engagement. `active` ones have neither ended nor been cancelled."""

    kinds: tuple[str, ...] | None = None
    statuses: tuple[FlowStatus, ...] | None = None
    active: bool | None = None
    search: str | None = None
    created_by: str | None = None
    updated_since: datetime | None = None
    application_id: str | None = None
    order: FlowOrder = FlowOrder.UPDATED_DESC


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsOfApplication(Listing[KnownFlow]):
    """Flows in whose scope an application is, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOfFlow(Listing[LoggedEvent]):
    """A flow's durable events, oldest first."""

    kinds: tuple[EventKind, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsOfFlow(Listing[PhaseRun]):
    """Every attempt at every phase of a flow, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionsOfFlow(Listing[AgentContribution]):
    """What agents did in a flow, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionsOfRun(Listing[AgentContribution]):
    """What agents did in one attempt, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesOfFlow(Listing[Override]):
    """A flow's overrides, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningsOfFlow(Listing[LearningPattern]):
    """What was learned in a flow, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsOfFlow(Listing[PhaseResult]):
    """The newest result of each phase of a flow."""


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


# ── the portfolio


class DependencyDirection(StrEnum):
    """Which end of a dependency an application is: it needs the UPSTREAM ones, the DOWNSTREAM ones need it."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class DatedChange:
    """One change of an application, with its time."""

    change: ApplicationChange
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Applications(Listing[Application]):
    """Applications of the engagement, by name."""

    readiness: tuple[Readiness, ...] | None = None
    strategies: tuple[Strategy, ...] | None = None
    criticality: tuple[Criticality, ...] | None = None
    department: str | None = None
    search: str | None = None
    technology: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationsOfFlow(Listing[Application]):
    """Applications in a flow's scope, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationsFound(Listing[Application]):
    """Applications that a discovery created, changed or missed, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesOfApplication(Listing[DatedChange]):
    """An application's history, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenciesOfApplication(Listing[Dependency]):
    """Dependencies at one end of which an application is."""

    direction: DependencyDirection = DependencyDirection.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsOfApplication(Listing[Component]):
    """An application's components, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsOfFlow(Listing[Component]):
    """Components of the applications in a flow's scope, by name."""

    application_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsOfFlow(Listing[DataImport]):
    """What a discovery read, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRowsOfFlow(Listing[RejectedRow]):
    """Rows that a discovery left out, in file order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsOfFlow(Listing[CleansingFinding]):
    """What cleansing found in a discovery."""


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


# ── assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards(Listing[ArchitectureStandard]):
    """Architecture standards of the engagement, by name."""

    categories: tuple[StandardCategory, ...] | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionsOfFlow(Listing[StandardException]):
    """Exceptions asked for in a flow, oldest first."""

    statuses: tuple[ApprovalStatus, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOfFlow(Listing[TechDebtItem]):
    """A flow's tech debt, worst first."""

    application_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOfComponent(Listing[TechDebtItem]):
    """A component's tech debt in the newest flow that looked at its application, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOfApplication(Listing[TechDebtItem]):
    """An application's tech debt in the newest flow that looked at it, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsOfFlow(Listing[Decision]):
    """A flow's 6R decisions."""

    strategies: tuple[Strategy, ...] | None = None
    application_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsOfApplication(Listing[Decision]):
    """An application's 6R decisions: accepted ones first, then newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesOfSubject(Listing[Override]):
    """Overrides of one thing, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesOfFlow(Listing[AppOnPage]):
    """A flow's apps on a page."""

    application_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesOfApplication(Listing[AppOnPage]):
    """An application's pages, newest first."""


class Reads(Protocol):
    """Reading in one read-only transaction of one tenant: one statement at a time, however many ask at once."""

    async def get(self, type_: type[T], ids: Collection[str]) -> Mapping[str, T]:
        """Things by their ids; what is not there, or is another tenant's, is left out."""

    async def pages(self, listings: Sequence[Listing[T]], window: Window) -> list[Page[T]]:
        """The same window on lists that differ in their parent only, in one statement."""

    async def counts(self, listings: Sequence[Listing[Any]]) -> list[int]:
        """How long each list is; they differ in their parent only."""

    async def applications_by_key(self, keys: Collection[str]) -> Mapping[str, Application]:
        """Applications by their natural keys."""

    async def flow_counts(self) -> tuple[FlowCount, ...]: ...

    async def portfolio_summary(self) -> PortfolioSummary: ...

    async def difference_counts(self, flow_ids: Sequence[str]) -> Mapping[str, DifferenceCounts]: ...

    async def ui_states(self, flow_ids: Sequence[str], subject: str) -> Mapping[str, Any]: ...

    async def refresh(self) -> None:
        """End the transaction: what is read next is read anew."""
