"""The tables of a plan's exports: one row an application, wave, allocation, activity, cost line and so on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from domain.application import Application
from domain.document import Cell, Column, ColumnKind, Table
from domain.flows.planning.export_costs import cost_tables
from domain.flows.planning.export_sheet import Planned
from domain.planning.plan import Wave

Row = tuple[Cell, ...]
K = ColumnKind


def tables(known: Planned) -> tuple[Table, ...]:
    """All of them, those that sum up first."""
    plan: tuple[Callable[[Planned], Table], ...] = (_recommendations, _waves, _applications, _skill_gaps)
    people: tuple[Callable[[Planned], Table], ...] = (_pools, _allocations, _milestones, _activities, _violations)
    return (*(make(known) for make in plan), *cost_tables(known), *(make(known) for make in people))


def _recommendations(known: Planned) -> Table:
    columns = (
        Column("title", "Recommendation"),
        Column("priority", "Priority"),
        Column("detail", "What and why", K.LONG_TEXT),
    )
    found = known.plan.synthesis.recommendations if known.plan.synthesis else ()
    return Table(
        "recommendations",
        "Recommendations",
        columns,
        tuple((each.title, str(each.priority), each.detail) for each in found),
    )


def _waves(known: Planned) -> Table:
    columns = (
        Column("wave", "Wave"),
        Column("number", "Number", K.WHOLE),
        Column("pilot", "Pilot", K.FLAG),
        Column("applications", "Applications", K.WHOLE),
        Column("effortHours", "Effort", K.HOURS, "hours"),
        Column("riskScore", "Risk", K.SHARE),
        Column("startsOn", "Starts on", K.DAY),
        Column("cutOverOn", "Cuts over on", K.DAY),
        Column("endsOn", "Ends on", K.DAY),
        Column("durationDays", "Working days", K.WHOLE),
        Column("cost", "Cost", K.MONEY, known.currency),
        Column("locked", "Locked", K.FLAG),
        Column("maxApplications", "Own limit", K.WHOLE),
        Column("rationale", "Why", K.LONG_TEXT),
        Column("waveId", "Wave id"),
    )
    return Table("waves", "Waves", columns, tuple(_wave(known, wave) for wave in known.waves))


def _wave(known: Planned, wave: Wave) -> Row:
    moved = sum(each.wave_id == wave.id for each in known.plan.placed)
    return (
        known.named(wave.id),
        wave.number,
        wave.pilot,
        moved,
        wave.effort_hours,
        wave.risk_score,
        wave.starts_on,
        wave.cut_over_on,
        wave.ends_on,
        wave.duration_days,
        known.costs.get(wave.id) if known.plan.cost else None,
        wave.locked,
        wave.max_applications,
        wave.rationale,
        wave.id,
    )


def _applications(known: Planned) -> Table:
    columns = (
        Column("application", "Application"),
        Column("wave", "Wave"),
        Column("waveNumber", "Wave number", K.WHOLE),
        Column("strategy", "Strategy"),
        Column("effortHours", "Effort", K.HOURS, "hours"),
        Column("risk", "Risk", K.SHARE),
        Column("because", "Why there", K.LONG_TEXT),
        Column("criticality", "Criticality"),
        Column("environment", "Environment"),
        Column("department", "Department"),
        Column("businessOwner", "Business owner"),
        Column("technicalOwner", "Technical owner"),
        Column("applicationId", "Application id"),
    )
    rows = tuple(_application(known, each) for each in known.applications)
    return Table("applications", "Applications", columns, rows)


def _application(known: Planned, each: Application) -> Row:
    placed, used, accepted = known.placed.get(each.id), known.used.get(each.id), known.accepted.get(each.id)
    wave = known.wave_of.get(placed.wave_id) if placed else None
    strategy = used.strategy if used else accepted.strategy if accepted else None
    return (
        each.name,
        known.named(wave.id) if wave else None,
        wave.number if wave else None,
        str(strategy) if strategy else None,
        used.hours if used else None,
        known.risks.get(each.id),
        placed.because if placed else None,
        each.criticality,
        each.environment,
        each.department,
        each.business_owner,
        each.technical_owner,
        each.id,
    )


def _skill_gaps(known: Planned) -> Table:
    columns = (
        Column("skill", "Skill"),
        Column("wave", "Wave"),
        Column("severity", "Severity"),
        Column("hoursNeeded", "Needed", K.HOURS, "hours"),
        Column("hoursAvailable", "There are", K.HOURS, "hours"),
        Column("suggestion", "What helps", K.LONG_TEXT),
    )
    gaps = known.plan.resource_plan.skill_gaps if known.plan.resource_plan else ()
    rows = tuple(
        (
            gap.skill,
            known.named(gap.wave_id),
            str(gap.severity),
            gap.hours_needed,
            gap.hours_available,
            gap.suggestion,
        )
        for gap in gaps
    )
    return Table("skill_gaps", "Skill gaps", columns, rows)


def _pools(known: Planned) -> Table:
    columns = (
        Column("pool", "Pool"),
        Column("role", "Role"),
        Column("hoursPerDay", "Hours a day", K.HOURS),
        Column("hourlyRate", "An hour", K.RATE, known.currency),
        Column("skills", "Skills", K.LONG_TEXT),
        Column("availableFrom", "From", K.DAY),
        Column("availableUntil", "Until", K.DAY),
        Column("suggested", "Proposed only", K.FLAG),
        Column("allocatedHours", "Allocated", K.HOURS, "hours"),
        Column("cost", "Cost", K.MONEY, known.currency),
        Column("poolId", "Pool id"),
    )
    rows = []
    for pool in known.pools:
        own = [each for each in known.plan.allocations if each.pool_id == pool.id]
        sums = (sum((each.hours for each in own), Decimal(0)), sum((each.cost for each in own), Decimal(0)))
        about = (known.pool_names[pool.id], pool.role, pool.hours_per_day, pool.hourly_rate, ", ".join(pool.skills))
        rows.append((*about, pool.available_from, pool.available_until, pool.suggested, *sums, pool.id))
    return Table("pools", "Pools", columns, tuple(rows))


def _allocations(known: Planned) -> Table:
    columns = (
        Column("wave", "Wave"),
        Column("pool", "Pool"),
        Column("role", "Role"),
        Column("hours", "Hours", K.HOURS),
        Column("suggestedHours", "By the rules", K.HOURS),
        Column("suggested", "As the rules say", K.FLAG),
        Column("cost", "Cost", K.MONEY, known.currency),
        Column("confidence", "Confidence", K.SHARE),
        Column("overAllocated", "Too much for the pool", K.FLAG),
        Column("waveNumber", "Wave number", K.WHOLE),
    )
    rows = []
    for each in known.plan.allocations:
        wave, pool = known.wave_of.get(each.wave_id), known.pool_of.get(each.pool_id)
        said = (known.pool_names[pool.id], pool.role) if pool else (each.pool_id, None)
        given = (each.hours, each.suggested_hours, each.suggested, each.cost, each.confidence, each.over_allocated)
        rows.append((wave.number if wave else 0, (known.named(each.wave_id), *said, *given)))
    rows.sort(key=lambda row: (row[0], row[1][1].casefold()))
    return Table("allocations", "Allocations", columns, tuple((*row, number) for number, row in rows))


def _milestones(known: Planned) -> Table:
    columns = (
        Column("name", "Milestone"),
        Column("number", "Number", K.WHOLE),
        Column("day", "Day", K.DAY),
        Column("description", "What it means", K.LONG_TEXT),
    )
    found = sorted(known.plan.milestones, key=lambda each: each.number)
    rows = tuple((each.name, each.number, each.day, each.description) for each in found)
    return Table("milestones", "Milestones", columns, rows)


_ACTIVITY = (
    Column("name", "Activity"),
    Column("number", "Number", K.WHOLE),
    Column("wave", "Wave"),
    Column("phase", "Phase"),
    Column("startsOn", "Starts on", K.DAY),
    Column("endsOn", "Ends on", K.DAY),
    Column("workingDays", "Working days", K.WHOLE),
    Column("critical", "Critical", K.FLAG),
    Column("floatDays", "Float, days", K.WHOLE),
    Column("earliestStart", "Earliest start", K.DAY),
    Column("latestFinish", "Latest finish", K.DAY),
    Column("pinned", "Pinned", K.FLAG),
    Column("percentComplete", "Done, %", K.WHOLE),
    Column("actualStart", "Really started", K.DAY),
    Column("actualEnd", "Really ended", K.DAY),
    Column("predecessors", "After"),
)


def _activities(known: Planned) -> Table:
    numbers = {each.id: each.number for each in known.plan.activities}
    rows = tuple(
        (
            each.name,
            each.number,
            known.named(each.wave_id),
            str(each.phase),
            each.starts_on,
            each.ends_on,
            each.working_days,
            each.critical,
            each.float_days,
            each.earliest_start,
            each.latest_finish,
            each.pinned,
            each.percent_complete,
            each.actual_start,
            each.actual_end,
            ", ".join(str(numbers[id]) for id in each.predecessors if id in numbers),
        )
        for each in sorted(known.plan.activities, key=lambda each: each.number)
    )
    return Table("activities", "Activities", _ACTIVITY, rows)


def _violations(known: Planned) -> Table:
    columns = (
        Column("message", "What the plan breaks", K.LONG_TEXT),
        Column("code", "Constraint"),
        Column("waves", "Waves"),
        Column("applications", "Applications", K.LONG_TEXT),
    )
    found = known.plan.wave_plan.violations if known.plan.wave_plan else ()
    rows = tuple(
        (
            each.message,
            each.code,
            ", ".join(map(str, each.waves)),
            ", ".join(known.names.get(id, id) for id in each.application_ids),
        )
        for each in found
    )
    return Table("violations", "Violations", columns, rows)
