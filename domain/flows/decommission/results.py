"""What each phase of a decommission comes to, and what people answer at its pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.decommission import Blocker, CandidateReason


@dataclass(frozen=True, slots=True)
class CandidateFound:
    """One candidate, and what stands in its way."""

    application_id: str
    reason: CandidateReason
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class DecommissionPlanned:
    """Who may be switched off; once answered, `application_ids` are approved."""

    as_of: date
    candidates: tuple[CandidateFound, ...]
    application_ids: tuple[str, ...]
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovedApplications:
    """The candidates that a person approves."""

    approved_application_ids: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ArchiveGiven:
    """A data set as a person has it; without a day it is kept as long as a legal hold lasts."""

    application_id: str
    data_set: str
    destination: str
    retention_until: date | None = None
    legal_hold: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True)
class DataArchived:
    """How many data sets there are, of which applications; once answered, all of them are verified."""

    as_of: date
    archives: tuple[ArchiveGiven, ...]
    application_ids: tuple[str, ...]
    verified_by: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedArchives:
    """Data sets that a person confirms to be archived as he says, and to be readable there."""

    archives: tuple[ArchiveGiven, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SystemsShutDown:
    """The steps in numbers; once answered, `application_ids` are switched off."""

    as_of: date
    steps: int
    planned_minutes: int
    longest_minutes: int
    application_ids: tuple[str, ...]
    kept_application_ids: tuple[str, ...] = ()
    signed_off_by: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmedApplications:
    """The applications that a person confirms to be switched off."""

    confirmed_application_ids: tuple[str, ...]
    comment: str | None = None
