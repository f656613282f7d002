"""What the phases of a finops flow come to. Amounts are in the engagement's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class EffortSize(StrEnum):
    """What it takes: SMALL up to a week of one person, MEDIUM up to a month, LARGE beyond."""

    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


@dataclass(frozen=True, slots=True)
class SavingsOpportunity:
    """Where money is saved a year, in which applications; `because` says how the sum is made."""

    title: str
    annual: Decimal
    effort: EffortSize
    application_ids: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class CostsAnalyzed:
    """Sums over the applications, and savings, the greatest first. Savings of one application may overlap."""

    current_annual: Decimal
    target_annual: Decimal
    savings: tuple[SavingsOpportunity, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class BudgetMonth:
    """One month, named by its first day. `variance` is what was spent beyond what was budgeted; None while unknown."""

    month: date
    migration: Decimal
    run: Decimal
    total: Decimal
    cumulative: Decimal
    actual: Decimal | None = None
    variance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BudgetPlanned:
    """Months one after the other. `confirmed` are those that a person has confirmed."""

    months: tuple[BudgetMonth, ...]
    as_of: date
    confirmed: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetAnswer:
    """The months that are confirmed, by their first days."""

    months: tuple[date, ...]
    comment: str | None = None
