"""A plan up to its timeline, written by hand: two waves, three applications, two pools and a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.application import Application
from domain.debt import Severity
from domain.decision import Strategy
from domain.planning.plan import (
    PlacedApplication,
    Plan,
    PlanActivity,
    ResourceAllocation,
    ResourcePlan,
    SkillGap,
    Timeline,
    Wave,
    WavePlan,
)
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import activity_id
from domain.source import Source
from tests.unit.planning.flow.driving import Planning, application, decided, plan, pool

FLOW = "flow"
# First and last day of what costs look at, by wave: 39 and 21 days, 39 and 28 days.
DATES = {
    1: (date(2026, 11, 30), date(2027, 1, 8), date(2027, 1, 29)),
    2: (date(2027, 2, 1), date(2027, 3, 12), date(2027, 4, 9)),
}
SHOP = application("shop", annual_cost=Decimal(10_000), server_count=2, data_volume_gb=100)
CRM = application("crm", annual_cost=Decimal(30_000), user_count=50, data_volume_gb=10)
WIKI = application("wiki", server_count=1)
DECISIONS = (
    decided("shop", 100),
    decided("crm", 80, Strategy.REPURCHASE),
    decided("wiki", 40, Strategy.REPLATFORM),
)


def wave(number: int, **fields: Any) -> Wave:
    usual = Wave(f"wave-{number}", FLOW, number, f"Wave {number}", number == 1, Decimal(100), 0.2, 20, "Given.")
    return replace(usual, **fields)


def allocated(number: int, pool_id: str, hours: int, **fields: Any) -> ResourceAllocation:
    given = Decimal(hours)
    usual = ResourceAllocation(
        id=f"{pool_id}-{number}",
        flow_id=FLOW,
        wave_id=f"wave-{number}",
        pool_id=pool_id,
        hours=given,
        suggested_hours=given,
        cost=given * 100,
        suggested=True,
        confidence=0.9,
        over_allocated=False,
    )
    return replace(usual, **fields)


def bar(number: int, phase: WavePhase, first: date, last: date) -> PlanActivity:
    key = activity_id(number, phase)
    return PlanActivity(
        id=key,
        flow_id=FLOW,
        wave_id=f"wave-{number}",
        key=key,
        number=number,
        name=f"Wave {number}: {phase}",
        phase=phase,
        starts_on=first,
        ends_on=last,
        working_days=10,
        earliest_start=first,
        latest_finish=last,
        float_days=0,
        critical=True,
        predecessors=(),
    )


def bars(number: int, prepared: date, cut_over: date, cared: date) -> tuple[PlanActivity, ...]:
    return (
        bar(number, WavePhase.PREPARATION, prepared, cut_over),
        bar(number, WavePhase.MIGRATION, prepared, cut_over),
        bar(number, WavePhase.HYPERCARE, cut_over, cared),
    )


def small_plan(*applications: Application, **configuration: Any) -> Planning:
    """Shop in the first wave, crm and wiki in the second; engineers and architects have pools."""
    found = plan(
        *(applications or (SHOP, CRM, WIKI)),
        decisions=DECISIONS,
        pools=(pool("engineer", rate=100), pool("architect", rate=120)),
        **configuration,
    )
    gap = SkillGap("Kubernetes", "wave-2", Decimal(200), Decimal(10), Severity.HIGH, "Train people.")
    made = Plan(
        wave_plan=WavePlan("plan", FLOW, "Given.", Source.RULES),
        waves=(wave(1), wave(2)),
        placed=tuple(
            PlacedApplication(FLOW, each.id, "wave-1" if each.id == "shop" else "wave-2", "Given.")
            for each in found.portfolio.applications
        ),
        resource_plan=ResourcePlan("resources", FLOW, Source.RULES, (gap,)),
        allocations=(
            allocated(1, "engineer", 50),
            allocated(1, "architect", 15),
            allocated(2, "engineer", 60),
            allocated(2, "architect", 18),
        ),
        timeline=Timeline("timeline", FLOW, "Timeline", DATES[1][0], DATES[2][2], (), True, Source.RULES),
        activities=(*bars(1, *DATES[1]), *bars(2, *DATES[2])),
    )
    found.portfolio = replace(found.portfolio, plan=made)
    return found
