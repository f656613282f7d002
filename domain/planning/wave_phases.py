"""How long a wave lasts, and how its working days part into phases."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

LEAST_DAYS = 20
HYPERCARE_DAYS = 10
# At which share of the wave's days, in percent, each phase ends.
_ENDS_AT = {"design": 20, "preparation": 50, "migration": 80, "validation": 95, "closure": 100}


class WavePhase(StrEnum):
    DESIGN = "design"
    PREPARATION = "preparation"
    MIGRATION = "migration"
    VALIDATION = "validation"
    CLOSURE = "closure"
    HYPERCARE = "hypercare"


def wave_days(needs: Iterable[tuple[Decimal, Decimal]]) -> int:
    """The most working days any pool needs, from hours asked and hours a day; every pool asked has some to give."""
    return max([LEAST_DAYS, *(_days(hours, per_day) for hours, per_day in needs if hours > 0)])


def phase_days(days: int) -> dict[WavePhase, int]:
    """The working days of each phase but hypercare, in order, for a wave of that many days."""
    ends = [(2 * days * percent + 100) // 200 for percent in _ENDS_AT.values()]
    return {WavePhase(phase): end - start for phase, start, end in zip(_ENDS_AT, [0, *ends[:-1]], ends, strict=True)}


def _days(hours: Decimal, per_day: Decimal) -> int:
    whole, rest = divmod(hours, per_day)
    return int(whole) + (rest > 0)
