"""What a plan is started with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MoveGroup:
    """Applications that a person says move together."""

    application_ids: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class BlackoutPeriod:
    """From its first to its last day nothing migrates and nothing cuts over."""

    starts_on: date
    ends_on: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlanningConfiguration:
    """`wave_duration_limit_days` are calendar days; without `starts_on` a plan starts on the day it is made.

    `contingency_percentage` is 0 to 100.
    """

    application_ids: tuple[str, ...]
    max_apps_per_wave: int = 5
    wave_duration_limit_days: int = 90
    contingency_percentage: Decimal = Decimal(15)
    starts_on: date | None = None
    pilot_wave: bool = True
    move_groups: tuple[MoveGroup, ...] = ()
    blackouts: tuple[BlackoutPeriod, ...] = ()
    max_parallel_waves: int = 1
