"""A plan as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from domain.document import Chart, Document, Listed, Stack, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.planning.export_gantt import gantt
from domain.flows.planning.export_sheet import Planned
from domain.flows.planning.export_star import star
from domain.flows.planning.export_tables import tables
from domain.flows.planning.export_work import work
from domain.need import Need
from domain.planning.plan import between_waves

_COST = Chart("Cost by category", "costs_by_category", "category", "amount")
_POOLS = Chart("Hours by pool", "pools", "pool", "allocatedHours")
_HOURS = Stack("Hours by wave and pool", "allocations", "wave", "pool", "hours")
_COSTS = Stack("Cost by wave and category", "costs_by_wave_and_category", "wave", "category", "amount")
_BEFORE = (Listed("recommendations", ("title", "priority", "detail")),)
_AFTER = (
    Listed("violations", ("message", "code", "waves", "applications")),
    Listed(
        "waves",
        ("wave", "applications", "effortHours", "riskScore", "startsOn", "cutOverOn", "endsOn", "durationDays", "cost"),
    ),
    Listed("milestones", ("name", "day", "description")),
    _HOURS,
    Listed("skill_gaps", ("skill", "wave", "severity", "hoursNeeded", "hoursAvailable", "suggestion")),
    Listed("pools", ("pool", "role", "hoursPerDay", "hourlyRate", "skills", "suggested", "allocatedHours", "cost")),
    _COSTS,
    Listed("costs_by_category", ("category", "lines", "amount", "lowAmount", "highAmount")),
    Listed("costs_by_wave", ("wave", "amount", "lowAmount", "highAmount")),
    Listed("applications", ("application", "wave", "strategy", "effortHours", "risk", "because")),
    Listed("allocations", ("wave", "pool", "hours", "suggestedHours", "cost", "overAllocated")),
    Listed("activities", ("name", "wave", "startsOn", "endsOn", "workingDays", "critical", "floatDays")),
    Listed("cost_lines", ("description", "wave", "quantity", "unit", "unitCost", "amount", "provenance")),
)


def compose(call: ExportCall) -> Document:
    """The plan as it stands."""
    known = Planned(call)
    return Document(
        title=f"Migration plan: {call.flow.name}",
        subtitle=_subtitle(known),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=(_COST, _POOLS) if known.plan.allocations else (_COST,),
        body=(*_BEFORE, gantt(known), *_AFTER),
        tables=tables(known),
        pages=(),
        data=_data(known),
        star=star(known),
        work=work(known),
    )


def _subtitle(known: Planned) -> str:
    call = known.call
    said = [call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]
    if known.plan.synthesis is None:
        said.append("not finished yet")
    if known.stale:
        said.append("out of date in parts")
    return " · ".join(said)


def _lead(known: Planned) -> Iterator[str]:
    plan = known.plan
    if plan.synthesis:
        yield plan.synthesis.summary
    else:
        done, phases = len(known.call.results), len(known.call.flow.phases)
        yield f"{done} of {phases} phases of this plan are done; what is not there yet is empty."
    if known.stale:
        yield "Something that this plan rests on has changed since: parts of it are out of date."
    if plan.wave_plan and plan.wave_plan.rationale:
        yield plan.wave_plan.rationale
    used = {each.pool_id for each in plan.allocations}
    if any(pool.suggested for pool in known.pools if pool.id in used):
        yield "Hours and costs rest on pools that are proposed and not confirmed by anybody."


def _figures(known: Planned) -> Iterator[tuple[str, str]]:
    plan, currency = known.plan, known.currency
    yield "Applications that move", f"{len(plan.placed)} of {len(known.applications)}"
    yield "Waves", f"{len(known.waves)}"
    if plan.timeline:
        days = (plan.timeline.ends_on - plan.timeline.starts_on).days + 1
        yield f"From, for {days:,} days", f"{plan.timeline.starts_on:%Y-%m-%d}"
        yield "Until", f"{plan.timeline.ends_on:%Y-%m-%d}"
    hours = sum((wave.effort_hours for wave in known.waves), Decimal(0))
    yield "Likely effort, hours", f"{hours:,.0f}"
    if cost := plan.cost:
        yield f"Cost, {currency} ({cost.low:,.0f} to {cost.high:,.0f})", f"{cost.total:,.0f}"
        share = f"{cost.contingency_percentage.normalize():f}"
        yield f"Contingency in it, {currency} ({share} %)", f"{cost.contingency:,.0f}"
        yield "Payback, months", "-" if cost.payback_months is None else f"{cost.payback_months:,.1f}"
    gaps = plan.resource_plan.skill_gaps if plan.resource_plan else ()
    yield "Skill gaps", f"{len(gaps)}"
    yield "Pools with too much to do", f"{len({each.pool_id for each in plan.allocations if each.over_allocated})}"
    yield "Dependencies between waves", f"{_across(known)}"
    yield "Violations", f"{len(plan.wave_plan.violations) if plan.wave_plan else 0}"


def _across(known: Planned) -> int:
    """Of those that the plan used: it says nothing of what has changed since."""
    return between_waves(known.plan.numbers, known.plan.wave_plan.dependencies if known.plan.wave_plan else ())


def _data(known: Planned) -> Mapping[str, Any]:
    call, flow, plan = known.call, known.call.flow, known.plan
    return {
        **call.heading("flotilla-planning-report"),
        "configuration": flow.configuration,
        "stale": known.stale,
        "synthesis": as_data(plan.synthesis),
        "wavePlan": as_data(plan.wave_plan),
        "waves": [{**as_data(wave), "applications": _placements(known, wave.id)} for wave in known.waves],
        "unassigned": [
            {"applicationId": each.id, "name": each.name} for each in known.applications if each.id not in known.placed
        ],
        "pools": as_data(known.pools),
        "resourcePlan": as_data(plan.resource_plan),
        "allocations": as_data(plan.allocations),
        "timeline": as_data(plan.timeline),
        "activities": as_data(plan.activities),
        "milestones": as_data(plan.milestones),
        "cost": as_data(plan.cost),
        "costLines": as_data(known.lines),
        "choices": as_data(plan.choices),
    }


def _placements(known: Planned, wave_id: str) -> list[Mapping[str, Any]]:
    return [
        {
            "applicationId": each.id,
            "name": each.name,
            "because": known.placed[each.id].because,
            "strategy": known.used[each.id].strategy if each.id in known.used else None,
            "hours": known.used[each.id].hours if each.id in known.used else None,
            "risk": known.risks.get(each.id),
        }
        for each in known.applications
        if each.id in known.placed and known.placed[each.id].wave_id == wave_id
    ]


EXPORTING = Exporting(
    formats=(
        ExportFormat.JSON,
        ExportFormat.CSV,
        ExportFormat.XLSX,
        ExportFormat.PDF,
        ExportFormat.PARQUET,
        ExportFormat.JIRA_CSV,
    ),
    needs=frozenset(
        {
            Need.APPLICATIONS,
            Need.COMPONENTS,
            Need.DEPENDENCIES,
            Need.ACCEPTED,
            Need.DEBT,
            Need.EXCEPTIONS,
            Need.PLAN,
            Need.POOLS,
        }
    ),
    compose=compose,
    name="planning-report",
)
