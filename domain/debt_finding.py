"""What a rule of technical debt found, and the item it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.reference_data import read_csv
from domain.source import Source


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing one rule found in one place. `subject` chooses the hours of its remediation within the rule."""

    rule: str
    key: str
    application_id: str
    category: DebtCategory
    severity: Severity
    title: str
    evidence: str
    confidence: float
    subject: str = ""
    component_id: str | None = None
    standard_id: str | None = None

    @property
    def place(self) -> tuple[str, str | None, str]:
        """What makes it the same finding in a later run."""
        return (self.application_id, self.component_id, self.key)


def place_of(item: TechDebtItem) -> tuple[str, str | None, str]:
    """The same of an item."""
    return (item.application_id, item.component_id, item.finding)


def as_item(finding: Finding, item_id: str, flow_id: str) -> TechDebtItem:
    """The item of that finding, with the hours and the effect on a migration that its rule usually has."""
    remedy = _remedies().get((finding.rule, finding.subject)) or _Remedy(Decimal(0), None)
    return TechDebtItem(
        id=item_id,
        flow_id=flow_id,
        application_id=finding.application_id,
        category=finding.category,
        severity=finding.severity,
        finding=finding.key,
        title=finding.title,
        evidence=finding.evidence,
        remediation_hours=remedy.hours,
        confidence=finding.confidence,
        source=Source.RULES,
        component_id=finding.component_id,
        standard_id=finding.standard_id,
        migration_impact=remedy.impact,
    )


@dataclass(frozen=True, slots=True)
class _Remedy:
    hours: Decimal
    impact: str | None


@cache
def _remedies() -> Mapping[tuple[str, str], _Remedy]:
    return MappingProxyType(
        {
            (row["rule"], row["subject"]): _Remedy(Decimal(row["hours"]), row["impact"] or None)
            for row in read_csv("remediation")
        }
    )
