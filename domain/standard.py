"""Architecture standards of an engagement and the exceptions from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class StandardCategory(StrEnum):
    """What a standard is about."""

    TECHNOLOGY_VERSION = "TECHNOLOGY_VERSION"
    SECURITY = "SECURITY"
    COMPLIANCE = "COMPLIANCE"
    ARCHITECTURE_PATTERN = "ARCHITECTURE_PATTERN"
    PERFORMANCE = "PERFORMANCE"
    INDUSTRY = "INDUSTRY"


@dataclass(frozen=True, slots=True)
class SupportedVersion:
    """The versions of a technology that meet a standard, as a specifier such as `>=17`."""

    technology: str
    specifier: str


@dataclass(frozen=True, slots=True)
class ArchitectureStandard:
    """One rule of the engagement's architecture. `key` is its natural key; `template` names where it was taken from."""

    id: str
    key: str
    category: StandardCategory
    name: str
    requirement: str
    mandatory: bool
    created_by: str
    updated_at: datetime
    supported_versions: tuple[SupportedVersion, ...] = ()
    template: str | None = None
    updated_by: str | None = None
    version: int = 1


class ExceptionKind(StrEnum):
    """An exception from a standard, a changed standard, or one more standard, for one application."""

    EXCEPTION = "EXCEPTION"
    MODIFICATION = "MODIFICATION"
    ADDITION = "ADDITION"


class ApprovalStatus(StrEnum):
    """Where a request stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class StandardException:
    """An application's exception: requested by one person, decided by another."""

    id: str
    flow_id: str
    application_id: str
    kind: ExceptionKind
    rationale: str
    requested_by: str
    requested_at: datetime
    standard_id: str | None = None
    requirement: str | None = None
    supported_versions: tuple[SupportedVersion, ...] = ()
    status: ApprovalStatus = ApprovalStatus.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    expires_on: date | None = None
