"""Applications of a portfolio: what a programme decides about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.source import Source


class Criticality(StrEnum):
    """How much the business depends on it, most first."""

    MISSION_CRITICAL = "MISSION_CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Environment(StrEnum):
    """Where it runs in its life cycle."""

    PRODUCTION = "PRODUCTION"
    STAGING = "STAGING"
    TEST = "TEST"
    DEVELOPMENT = "DEVELOPMENT"
    DR = "DR"
    OTHER = "OTHER"


class Readiness(StrEnum):
    """Where an application stands on its way from discovered to migrated or retired."""

    DISCOVERED = "DISCOVERED"
    NOT_READY = "NOT_READY"
    READY_FOR_ASSESSMENT = "READY_FOR_ASSESSMENT"
    IN_ASSESSMENT = "IN_ASSESSMENT"
    READY_FOR_PLANNING = "READY_FOR_PLANNING"
    PLANNED = "PLANNED"
    MIGRATING = "MIGRATING"
    MIGRATED = "MIGRATED"
    RETIRED = "RETIRED"
    RETAINED = "RETAINED"


@dataclass(frozen=True, slots=True)
class Technology:
    """A product and, where known, its version: `Technology("Windows Server", "2008 R2", "operating system")`."""

    name: str
    version: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """One application. `attributes` holds facts by the keys of `domain/facts.py`, then every other column untouched.

    `key` is its natural key (NFC, case-folded), unique in the engagement. `completeness` is 0 to 1;
    `business_impact` and `migration_readiness` are 0 to 100 and None until assessed. `edited` names the fields and
    facts a person set: no import changes them. `named_by` are the sources whose imports know it. `readiness_before` is
    what it goes back to when the assessment it is in comes to nothing, and `held_by` that assessment's flow;
    `planned_by` is the flow of the plan in force that holds it.
    """

    id: str
    key: str
    name: str
    description: str | None = None
    business_owner: str | None = None
    technical_owner: str | None = None
    department: str | None = None
    criticality: Criticality | None = None
    environment: Environment | None = None
    hosting: str | None = None
    user_count: int | None = None
    annual_cost: Decimal | None = None
    technologies: tuple[Technology, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    readiness: Readiness = Readiness.DISCOVERED
    readiness_before: Readiness | None = None
    held_by: str | None = None
    planned_by: str | None = None
    readiness_gaps: tuple[str, ...] = ()
    completeness: float = 0.0
    business_impact: float | None = None
    migration_readiness: float | None = None
    vanished: bool = False
    named_by: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an application that is treated on its own: a service, a batch job, a database, a server.

    `type` is free text in lower case. `depends_on` holds ids of components.
    """

    id: str
    application_id: str
    key: str
    name: str
    type: str
    technologies: tuple[Technology, ...] = ()
    depends_on: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Source = Source.RULES


@dataclass(frozen=True, slots=True)
class ApplicationChange:
    """One field of one application changed, by whom and why: the application's history."""

    id: str
    application_id: str
    field: str
    before: str | None
    after: str | None
    by: str
    reason: str | None = None
    flow_id: str | None = None
