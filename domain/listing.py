"""Lists that can be read, each with its filters and its order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from domain.access import Member
from domain.application import Application, Component, Criticality, Readiness
from domain.contribution import AgentContribution
from domain.debt import TechDebtItem
from domain.decision import Decision, Strategy
from domain.dependency import Dependency
from domain.event import EventKind, LoggedEvent
from domain.export import Export
from domain.inventory import CleansingFinding, DataImport, RejectedRow
from domain.known import (
    AuditEntry,
    DatedChange,
    KnownFlow,
    PhaseResult,
    PhaseRun,
    SelectableEngagement,
)
from domain.learning import LearningPattern
from domain.override import Override
from domain.page import AppOnPage
from domain.reassessment import Reassessment
from domain.standard import ApprovalStatus, ArchitectureStandard, StandardCategory, StandardException
from domain.transition import FlowStatus

T_co = TypeVar("T_co", covariant=True)

ENDED = frozenset({FlowStatus.COMPLETED, FlowStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T_co]):
    """A list of one kind of thing. `parent` is the id of what the list belongs to, where it belongs to one thing."""

    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectableEngagements(Listing[SelectableEngagement]):
    """Engagements of which the subject is a member, by name."""

    subject: str
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Listing[Member]):
    """Members of the engagement, by subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntries(Listing[AuditEntry]):
    """The audit log, newest first."""

    subject_id: str | None = None
    by: str | None = None
    since: datetime | None = None


class FlowOrder(StrEnum):
    """How flows are sorted."""

    UPDATED_DESC = "UPDATED_DESC"
    CREATED_DESC = "CREATED_DESC"
    CREATED_ASC = "CREATED_ASC"
    NAME_ASC = "NAME_ASC"
    PROGRESS_DESC = "PROGRESS_DESC"


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
class ExportsOfFlow(Listing[Export]):
    """A flow's exports, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns(Listing[LearningPattern]):
    """What was learned in the engagement, then in its client account; only what is similar to that, most similar first.

    `kind` is a pattern's kind or what it begins with.
    """

    kind: str | None = None
    similar_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsOfFlow(Listing[PhaseResult]):
    """The newest result of each phase of a flow."""


class DependencyDirection(StrEnum):
    """Which end of a dependency an application is: it needs the UPSTREAM ones, the DOWNSTREAM ones need it."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards(Listing[ArchitectureStandard]):
    """Architecture standards of the engagement, by name."""

    categories: tuple[StandardCategory, ...] | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionsOfFlow(Listing[StandardException]):
    """Exceptions asked for in a flow, and earlier ones of its applications that were not rejected; oldest first."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassessmentsOfFlow(Listing[Reassessment]):
    """What was sent back to assessment after a flow had handed it over, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassessmentsBehindFlow(Listing[Reassessment]):
    """The request that an assessment was started by; none for most."""
