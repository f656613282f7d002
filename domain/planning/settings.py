"""What an engagement's own settings say of planning: its holidays, and how long a schedule is searched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.engagement import LONGEST_LEVELLING, SHORTEST_LEVELLING
from domain.planning.calendar import WorkingCalendar
from domain.planning.levelling import Budget

HOLIDAYS, LEVELLING_SECONDS = "holidays", "levellingSeconds"


def calendar_of(settings: Mapping[str, Any]) -> WorkingCalendar:
    """Monday to Friday without the engagement's holidays; what is no date counts for none."""
    return WorkingCalendar(tuple(sorted(set(_dates(settings.get(HOLIDAYS))))))


def levelling_budget(settings: Mapping[str, Any]) -> Budget:
    """The engagement's own; the default where it has none, or one that cannot be."""
    seconds = settings.get(LEVELLING_SECONDS)
    if isinstance(seconds, (int, float)) and SHORTEST_LEVELLING <= seconds <= LONGEST_LEVELLING:
        return Budget(float(seconds))
    return Budget()


def _dates(given: Any) -> list[date]:
    found = []
    for each in given if isinstance(given, (list, tuple)) else ():
        try:
            found.append(date.fromisoformat(str(each)))
        except ValueError:
            continue
    return found
