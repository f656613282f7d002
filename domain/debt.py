"""Technical debt: what stands between an application and the standards it should meet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.source import Source


class DebtCategory(StrEnum):
    """What kind of debt an item is."""

    SECURITY = "SECURITY"
    PERFORMANCE = "PERFORMANCE"
    MAINTAINABILITY = "MAINTAINABILITY"
    ARCHITECTURE = "ARCHITECTURE"
    OBSOLESCENCE = "OBSOLESCENCE"
    COMPLIANCE = "COMPLIANCE"


class Severity(StrEnum):
    """How bad, worst first."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class TechDebtItem:
    """One finding with its evidence.

    `finding` is the rule and product version or control: what makes two items the same finding for the score.
    `remediation_hours` are person-hours.
    """

    id: str
    flow_id: str
    application_id: str
    category: DebtCategory
    severity: Severity
    finding: str
    title: str
    evidence: str
    remediation_hours: Decimal
    confidence: float
    source: Source
    component_id: str | None = None
    standard_id: str | None = None
    migration_impact: str | None = None
    dismissed: bool = False
    dismissed_by: str | None = None
    dismissed_reason: str | None = None
