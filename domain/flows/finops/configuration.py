"""What a finops flow is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Actual:
    """What was spent in a month, written like 2026-03, in the engagement's currency."""

    month: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FinopsConfiguration:
    """A plan, or applications, or those of the plan that are named.

    `rate_card` has prices by the rate card's items and goes before the engagement's own; `actuals` are what was spent.
    """

    planning_flow_id: str | None = None
    application_ids: tuple[str, ...] = ()
    rate_card: Mapping[str, Decimal] = field(default_factory=dict)
    actuals: tuple[Actual, ...] = ()
