"""Plans of any size by values alone, and the document that comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from domain.application import Application, Criticality, Environment
from domain.debt import Severity
from domain.decision import Strategy
from domain.dependency import DependencyKind
from domain.document import Document
from domain.engagement import Engagement
from domain.export import ExportCall
from domain.flow import Flow, Stamp
from domain.flows.planning import DEFINITION
from domain.planning.plan import (
    NO_PLAN,
    CostCategory,
    CostEstimate,
    CostLine,
    PlacedApplication,
    Plan,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    Priority,
    Recommendation,
    ResourceAllocation,
    ResourcePlan,
    SkillGap,
    Timeline,
    UsedDecision,
    UsedDependency,
    Wave,
    WavePlan,
)
from domain.planning.wave_phases import WavePhase, phase_days
from domain.planning.waves.violation import Violation
from domain.portfolio import Portfolio
from domain.resource_pool import ResourcePool
from domain.source import Source
from tests.toy import new_id
from tests.unit.exports.documents import NOW

FLOW = "018f0000-0000-7000-8000-000000000001"
MONDAY = date(2026, 11, 23)
ROLES = ("architect", "engineer", "database", "test", "lead")
SHARES = (Decimal("0.15"), Decimal("0.5"), Decimal("0.15"), Decimal("0.15"), Decimal("0.05"))
RATES = (Decimal(120), Decimal("85.50"), Decimal(95), Decimal(70), Decimal(150))
HOURS = Decimal("120.25")
CONTINGENCY = Decimal(15)
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "name with a\nline end",
    'quote "inside", and comma',
    "\u202eright to left",
    "מערכת שכר ونظام الرواتب",
    "x" * 200,
    "A very long name of an application " * 6,
    "<b>bold</b> & co",
    "\x00\x07bell",
    "\U0001f680 rocket",
)


def portfolio(names: Sequence[str], waves: int, left_out: int = 0) -> Portfolio:
    """All applications but the last few in equal waves, one after the other."""
    applications = tuple(_application(number, name) for number, name in enumerate(names))
    pools = tuple(
        ResourcePool(
            f"pool-{role}", f"{role.title()} pool", role, Decimal(40), rate, ("java",), suggested=role == "lead"
        )
        for role, rate in zip(ROLES, RATES, strict=True)
    )
    moved = applications[: len(applications) - left_out]
    return Portfolio(applications=applications, pools=pools, plan=_plan(moved, waves) if moved else NO_PLAN)


def _application(number: int, name: str) -> Application:
    return Application(
        id=f"app-{number:04}",
        key=name.casefold(),
        name=name,
        criticality=tuple(Criticality)[number % 4],
        environment=Environment.PRODUCTION,
        department="Finance" if number % 2 else "Claims",
        business_owner="Ada",
    )


def _plan(moved: Sequence[Application], waves: int) -> Plan:
    size = -(-len(moved) // waves)
    groups = [moved[at : at + size] for at in range(0, len(moved), size)]
    made = tuple(_wave(number, len(group)) for number, group in enumerate(groups, 1))
    placed = tuple(
        PlacedApplication(FLOW, each.id, wave.id, f"{each.name} moves with wave {wave.number}: what it needs is there.")
        for wave, group in zip(made, groups, strict=True)
        for each in group
    )
    activities = tuple(_activities(made))
    made = tuple(_dated(wave, activities) for wave in made)
    allocations = tuple(allocation for wave in made for allocation in _allocations(wave))
    lines = tuple(_lines(made, placed, allocations))
    return Plan(
        wave_plan=_wave_plan(placed),
        waves=made,
        placed=placed,
        resource_plan=_resource_plan(made),
        allocations=allocations,
        timeline=_timeline(activities),
        activities=activities,
        milestones=_milestones(made),
        cost=_cost(lines),
        cost_lines=lines,
        synthesis=_synthesis(placed, made, lines),
    )


def _wave(number: int, applications: int) -> Wave:
    return Wave(
        id=f"wave-{number:03}",
        flow_id=FLOW,
        number=number,
        name="Pilot" if number == 1 else f"Wave {number}",
        pilot=number == 1,
        effort_hours=HOURS * applications,
        risk_score=0.25,
        duration_days=20 + number % 5,
        rationale=f"{applications} applications that depend on each other.",
    )


def _activities(waves: Sequence[Wave]) -> Any:
    numbers, start, before = count(1), MONDAY, ""
    for wave in waves:
        days = [*phase_days(wave.duration_days).items(), (WavePhase.HYPERCARE, 10)]
        end = start
        for phase, working in days:
            number = next(numbers)
            finish = _plus(start, working - 1)
            yield PlanActivity(
                id=f"activity-{number:04}",
                flow_id=FLOW,
                wave_id=wave.id,
                key=f"{wave.number:04}-{phase}",
                number=number,
                name=f"{phase.capitalize()} of {wave.name}",
                phase=phase,
                starts_on=start,
                ends_on=finish,
                working_days=working,
                earliest_start=start,
                latest_finish=finish,
                float_days=0 if phase is not WavePhase.HYPERCARE else 5,
                critical=phase is not WavePhase.HYPERCARE,
                predecessors=(before,) if before else (),
            )
            before = f"activity-{number:04}"
            start = _plus(finish, 1)
            end = start if phase is WavePhase.CLOSURE else end
        start = end


def _plus(day: date, working: int) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    for _ in range(working):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day


def _dated(wave: Wave, activities: Sequence[PlanActivity]) -> Wave:
    own = {each.phase: each for each in activities if each.wave_id == wave.id}
    return replace(
        wave,
        starts_on=own[WavePhase.DESIGN].starts_on,
        ends_on=own[WavePhase.CLOSURE].ends_on,
        cut_over_on=own[WavePhase.MIGRATION].ends_on,
    )


def _allocations(wave: Wave) -> Any:
    for role, share, rate in zip(ROLES, SHARES, RATES, strict=True):
        hours = (wave.effort_hours * share).quantize(Decimal("0.01"))
        yield ResourceAllocation(
            id=f"allocation-{wave.number}-{role}",
            flow_id=FLOW,
            wave_id=wave.id,
            pool_id=f"pool-{role}",
            hours=hours,
            suggested_hours=hours,
            cost=(hours * rate).quantize(Decimal("0.01")),
            suggested=True,
            confidence=0.8,
            over_allocated=False,
        )


def _lines(
    waves: Sequence[Wave], placed: Sequence[PlacedApplication], allocations: Sequence[ResourceAllocation]
) -> Any:
    positions = count(1)
    for each in allocations:
        yield _line(next(positions), CostCategory.LABOR, each.wave_id, each.hours, each.cost, f"Labour, {each.pool_id}")
    for place in placed:
        said = f"Dual running of {place.application_id}"
        yield _line(
            next(positions), CostCategory.DUAL_RUNNING, place.wave_id, Decimal("0.25"), Decimal("1234.57"), said
        )
    yield _line(next(positions), CostCategory.TOOLING, None, Decimal(1), Decimal("5000.00"), "Tools")


def _line(
    position: int, category: CostCategory, wave: str | None, quantity: Decimal, amount: Decimal, said: str
) -> Any:
    labour = category is CostCategory.LABOR
    return CostLine(
        id=f"line-{position:05}",
        flow_id=FLOW,
        key=f"{position:05}",
        position=position,
        category=category,
        description=said,
        quantity=quantity,
        unit="hours" if labour else "years",
        unit_cost=(amount / quantity).quantize(Decimal("0.000001")),
        amount=amount,
        low_amount=(amount * Decimal("0.8")).quantize(Decimal("0.01")) if labour else amount,
        high_amount=(amount * Decimal("1.5")).quantize(Decimal("0.01")) if labour else amount,
        provenance="Hours of the allocation at the pool's rate." if labour else "Annual cost by the days both run.",
        wave_id=wave,
    )


def _cost(lines: Sequence[CostLine]) -> CostEstimate:
    def total(amount: Decimal) -> Decimal:
        return amount + (amount * CONTINGENCY / 100).quantize(Decimal("0.01"))

    subtotal = sum((line.amount for line in lines), Decimal(0))
    return CostEstimate(
        id="cost",
        flow_id=FLOW,
        subtotal=subtotal,
        contingency_percentage=CONTINGENCY,
        contingency=total(subtotal) - subtotal,
        total=total(subtotal),
        low=total(sum((line.low_amount for line in lines), Decimal(0))),
        high=total(sum((line.high_amount for line in lines), Decimal(0))),
        unassigned=Decimal("5000.00"),
        source=Source.RULES,
        current_run_rate=Decimal(900_000),
        target_run_rate=Decimal(600_000),
        payback_months=7.5,
    )


def _wave_plan(placed: Sequence[PlacedApplication]) -> WavePlan:
    strategies = (Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR)
    used = tuple(
        UsedDecision(each.application_id, f"decision-{number}", 1, strategies[number % 3], HOURS)
        for number, each in enumerate(placed)
    )
    ends = (placed[0].application_id, placed[-1].application_id)
    return WavePlan(
        id="wave-plan",
        flow_id=FLOW,
        rationale="As few waves as there can be; proven.",
        source=Source.RULES,
        violations=(Violation("WAVE_TOO_LARGE", "Wave 2 has 6 applications, and 5 are allowed.", ends, (2,)),),
        optimality_gap=0.0,
        decisions=used,
        dependencies=(UsedDependency("dependency", *ends, DependencyKind.SOFT),),
    )


def _resource_plan(waves: Sequence[Wave]) -> ResourcePlan:
    said = ("Train two engineers, or find a partner.",)
    gap = SkillGap("mainframe", waves[-1].id, Decimal(100), Decimal("40.5"), Severity.HIGH, *said)
    return ResourcePlan("resource-plan", FLOW, Source.RULES, (gap,))


def _timeline(activities: Sequence[PlanActivity]) -> Timeline:
    return Timeline(
        id="timeline",
        flow_id=FLOW,
        name="Timeline",
        starts_on=min(each.starts_on for each in activities),
        ends_on=max(each.ends_on for each in activities),
        critical_path=tuple(each.id for each in activities if each.critical),
        resource_feasible=True,
        source=Source.RULES,
    )


def _milestones(waves: Sequence[Wave]) -> tuple[PlanMilestone, ...]:
    days = [(wave.cut_over_on or MONDAY, f"Cut-over of {wave.name}") for wave in waves]
    days.append((waves[-1].cut_over_on or MONDAY, "All applications migrated"))
    return tuple(
        PlanMilestone(f"milestone-{number}", FLOW, number, name, day, f"{name}: that many run in the target.")
        for number, (day, name) in enumerate(days, 1)
    )


def _synthesis(placed: Sequence[PlacedApplication], waves: Sequence[Wave], lines: Sequence[CostLine]) -> PlanSynthesis:
    return PlanSynthesis(
        id="synthesis",
        flow_id=FLOW,
        total_applications=len(placed),
        total_waves=len(waves),
        total_duration_days=200,
        total_cost=_cost(lines).total,
        skill_gaps=1,
        summary=f"{len(placed)} applications move in {len(waves)} waves.",
        recommendations=(
            Recommendation("Close the mainframe gap", "60 hours of the last wave have nobody.", Priority.HIGH),
        ),
        completed_at=NOW,
    )


def call(seen: Portfolio, name: str = "Core systems", results: Sequence[str] = ()) -> ExportCall:
    flow = Flow.start(DEFINITION, Stamp("ada", NOW, new_id), name=name, configuration={}, auto_advance=False)
    known: dict[str, Any] = dict.fromkeys(results)
    return ExportCall(replace(flow, id=FLOW), known, seen, Engagement("e", "c", "Sample", "EUR"), NOW)


def document(names: Sequence[str] | int = 12, waves: int = 3, **more: Any) -> Document:
    """Of that many applications in that many waves, or of these names."""
    named = [f"Application {number}" for number in range(names)] if isinstance(names, int) else names
    return DEFINITION.exporting.compose(call(portfolio(named, waves, **more)))
