"""Plans whose waves are given, for what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.planning.plan import PlacedApplication, ResourceAllocation, Wave
from tests.unit.planning.flow.driving import MONDAY, Planning, plan

# Twenty working days.
FRIDAY = date(2026, 12, 18)
RESOURCES = "resource_allocation"


def wave(number: int, first: date | None = MONDAY, last: date | None = FRIDAY, **fields: Any) -> Wave:
    usual = Wave(
        id=f"wave-{number}",
        flow_id="flow",
        number=number,
        name=f"Wave {number}",
        pilot=False,
        effort_hours=Decimal(0),
        risk_score=0.0,
        duration_days=20,
        rationale="Given.",
        starts_on=first,
        ends_on=last,
    )
    return replace(usual, **fields)


def placed(*waves: tuple[Wave, Sequence[str]], **fields: Any) -> Planning:
    """Applications in these waves; fields as those of `plan`."""
    planning = plan(*(id for _, ids in waves for id in ids), **fields)
    flow_id = planning.call(RESOURCES).flow_id
    own = tuple(replace(each, flow_id=flow_id) for each, _ in waves)
    there = tuple(PlacedApplication(flow_id, id, each.id, "Given.") for each, ids in waves for id in ids)
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, waves=own, placed=there))
    return planning


def hours(planning: Planning) -> dict[tuple[str, str], Decimal]:
    """Hours by wave and pool."""
    return {(row.wave_id, row.pool_id): row.hours for row in planning.plan.allocations}


def allocation(planning: Planning, wave_id: str, pool_id: str) -> ResourceAllocation:
    return next(r for r in planning.plan.allocations if (r.wave_id, r.pool_id) == (wave_id, pool_id))
