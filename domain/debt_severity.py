"""How bad a finding is, and what an application's findings add up to."""

from __future__ import annotations

import calendar
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from domain.application import Criticality
from domain.debt import Severity, TechDebtItem
from domain.end_of_life import EndOfLife
from domain.standard import ApprovalStatus, ExceptionKind, StandardException

WARNING_MONTHS = 12

_WEIGHT: Mapping[Severity, float] = MappingProxyType(
    {Severity.CRITICAL: 4.0, Severity.HIGH: 2.0, Severity.MEDIUM: 1.0, Severity.LOW: 0.5}
)
_EXCEPTED = 0.5
_SPREAD = 0.1
_SCALE = 8
_HIGHEST = 10
_DEMANDING = frozenset({Criticality.HIGH, Criticality.MISSION_CRITICAL})


@dataclass(frozen=True, slots=True)
class Exposure:
    """What makes the same finding worse in one place than in another; what is unknown is not so."""

    internet_facing: bool = False
    regulated: bool = False
    criticality: Criticality | None = None

    @property
    def demanding(self) -> bool:
        """True when a failure hurts the business."""
        return self.criticality in _DEMANDING


def support_severity(row: EndOfLife, exposure: Exposure, as_of: date) -> Severity | None:
    """None while support lasts for more than a year; an uncertain date never makes more than MEDIUM."""
    if row.ends_on >= as_of:
        return Severity.MEDIUM if row.ends_on <= _months_later(as_of, WARNING_MONTHS) else None
    if not row.certain:
        return Severity.MEDIUM
    critical = exposure.internet_facing or exposure.criticality is Criticality.MISSION_CRITICAL
    return Severity.CRITICAL if critical else Severity.HIGH


def standard_severity(*, mandatory: bool, exposure: Exposure) -> Severity:
    """Of a missing control, or of what is below a standard."""
    if not mandatory:
        return Severity.MEDIUM
    return Severity.CRITICAL if exposure.internet_facing or exposure.regulated else Severity.HIGH


def single_point_severity(exposure: Exposure) -> Severity:
    """Of something that runs once only."""
    return Severity.MEDIUM if exposure.demanding else Severity.LOW


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of them."""
    return max(severities, key=_WEIGHT.__getitem__)


def relieved_standards(exceptions: Iterable[StandardException], application_id: str, as_of: date) -> frozenset[str]:
    """Ids of the standards from which the application has an approved exception on that day."""
    return frozenset(
        exception.standard_id
        for exception in exceptions
        if exception.standard_id is not None
        and exception.kind is ExceptionKind.EXCEPTION
        and exception.application_id == application_id
        and in_force(exception, as_of)
    )


def in_force(exception: StandardException, as_of: date) -> bool:
    """True when it is approved and has not expired; it still holds on its last day."""
    if exception.status is not ApprovalStatus.APPROVED:
        return False
    return exception.expires_on is None or exception.expires_on >= as_of


def score(items: Iterable[TechDebtItem], relieved: Collection[str] = frozenset()) -> float:
    """0 (none) to 10, of one application's items; dismissed ones do not count, excepted ones by half."""
    findings: dict[str, list[TechDebtItem]] = {}
    for item in items:
        if not item.dismissed:
            findings.setdefault(item.finding, []).append(item)
    weights = (_finding_weight(found, relieved) for found in findings.values())
    return _one_decimal(_HIGHEST * (1 - math.exp(-math.fsum(weights) / _SCALE)))


def mean_score(scores: Collection[float]) -> float:
    """The report's score."""
    return _one_decimal(math.fsum(scores) / len(scores)) if scores else 0.0


def _finding_weight(items: list[TechDebtItem], relieved: Collection[str]) -> float:
    places = len({item.component_id for item in items})
    weight = _WEIGHT[worst(item.severity for item in items)] * (1 + _SPREAD * math.log2(places))
    # All of them: one more item, excepted or not, must not make the others lighter.
    return weight * _EXCEPTED if all(item.standard_id in relieved for item in items) else weight


def _one_decimal(value: float) -> float:
    return float(Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
