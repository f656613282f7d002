"""What an application costs a year, now and in the target, as a finops flow came to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ApplicationCost:
    """Amounts are in the engagement's currency; `assumptions` are sentences that say what each rests on.

    `number` is its place in the flow's list, dearest first.
    """

    id: str
    flow_id: str
    application_id: str
    number: int
    current_annual: Decimal
    target_annual: Decimal
    assumptions: tuple[str, ...]
