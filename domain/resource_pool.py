"""Pools of people with a role: who can work on waves, for how long a day and at what rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ResourcePool:
    """`hours_per_day` are what it can give per working day, `hourly_rate` is in the engagement's currency.

    `suggested` ones are proposed by the product and not yet confirmed by a person. A `removed` one stays for the plans
    that use it, and is offered to no other.
    """

    id: str
    name: str
    role: str
    hours_per_day: Decimal
    hourly_rate: Decimal
    skills: tuple[str, ...] = ()
    available_from: date | None = None
    available_until: date | None = None
    suggested: bool = False
    removed: bool = False
    version: int = 1
