"""A plan as facts and dimensions, for tools that join and sum: columns of the same name are keys to each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.document import Cell, Column, ColumnKind, Table
from domain.flows.planning.export_sheet import Planned
from domain.planning.plan import PlanActivity

Row = tuple[Cell, ...]
K = ColumnKind
_WEEK, _QUARTER = 5, 3


def star(known: Planned) -> tuple[Table, ...]:
    """Dimensions first. Every fact has the plan's key, so that the files of several plans can be laid together."""
    return (
        _plan(known),
        _applications(known),
        _waves(known),
        _pools(known),
        _dates(known),
        _placements(known),
        _allocations(known),
        _activities(known),
        _costs(known),
    )


def _table(key: str, columns: dict[str, ColumnKind], rows: Iterator[Row] | list[Row]) -> Table:
    return Table(key, key, tuple(Column(name, name, kind) for name, kind in columns.items()), tuple(rows))


def _plan(known: Planned) -> Table:
    columns = {
        "plan_id": K.TEXT,
        "plan_name": K.TEXT,
        "engagement": K.TEXT,
        "currency": K.TEXT,
        "as_of": K.DAY,
        "starts_on": K.DAY,
        "ends_on": K.DAY,
        "subtotal": K.MONEY,
        "contingency_percentage": K.QUANTITY,
        "contingency": K.MONEY,
        "total": K.MONEY,
        "low": K.MONEY,
        "high": K.MONEY,
    }
    call, cost, timeline = known.call, known.plan.cost, known.plan.timeline
    said = (call.flow.id, call.flow.name, call.engagement.name, known.currency, call.as_of)
    days = (timeline.starts_on, timeline.ends_on) if timeline else (None, None)
    sums: Row = (None,) * 6
    if cost:
        sums = (cost.subtotal, cost.contingency_percentage, cost.contingency, cost.total, cost.low, cost.high)
    return _table("dim_plan", columns, [(*said, *days, *sums)])


def _applications(known: Planned) -> Table:
    columns = {
        "application_id": K.TEXT,
        "application_name": K.TEXT,
        "criticality": K.TEXT,
        "environment": K.TEXT,
        "department": K.TEXT,
        "business_owner": K.TEXT,
        "technical_owner": K.TEXT,
    }
    rows: list[Row] = [
        (
            each.id,
            each.name,
            each.criticality,
            each.environment,
            each.department,
            each.business_owner,
            each.technical_owner,
        )
        for each in known.applications
    ]
    return _table("dim_application", columns, rows)


def _waves(known: Planned) -> Table:
    columns = {
        "wave_id": K.TEXT,
        "wave_number": K.WHOLE,
        "wave_name": K.TEXT,
        "pilot": K.FLAG,
        "locked": K.FLAG,
        "starts_on": K.DAY,
        "cut_over_on": K.DAY,
        "ends_on": K.DAY,
        "duration_days": K.WHOLE,
        "effort_hours": K.HOURS,
        "risk_score": K.SHARE,
    }
    rows: list[Row] = [
        (
            wave.id,
            wave.number,
            wave.name,
            wave.pilot,
            wave.locked,
            wave.starts_on,
            wave.cut_over_on,
            wave.ends_on,
            wave.duration_days,
            wave.effort_hours,
            wave.risk_score,
        )
        for wave in known.waves
    ]
    return _table("dim_wave", columns, rows)


def _pools(known: Planned) -> Table:
    columns = {
        "pool_id": K.TEXT,
        "pool_name": K.TEXT,
        "role": K.TEXT,
        "hours_per_day": K.HOURS,
        "hourly_rate": K.RATE,
        "skills": K.TEXT,
        "available_from": K.DAY,
        "available_until": K.DAY,
        "suggested": K.FLAG,
    }
    rows: list[Row] = [
        (
            pool.id,
            pool.name,
            pool.role,
            pool.hours_per_day,
            pool.hourly_rate,
            ", ".join(pool.skills),
            pool.available_from,
            pool.available_until,
            pool.suggested,
        )
        for pool in known.pools
    ]
    return _table("dim_pool", columns, rows)


def _dates(known: Planned) -> Table:
    """Every day from the first to the last that a fact or a wave names."""
    columns = {
        "date": K.DAY,
        "year": K.WHOLE,
        "quarter": K.WHOLE,
        "month": K.WHOLE,
        "month_name": K.TEXT,
        "iso_year": K.WHOLE,
        "iso_week": K.WHOLE,
        "weekday": K.WHOLE,
        "weekend": K.FLAG,
    }
    return _table("dim_date", columns, [_date(day) for day in _span(known)])


def _date(day: date) -> Row:
    iso = day.isocalendar()
    quarter = (day.month - 1) // _QUARTER + 1
    said = (day, day.year, quarter, day.month, _MONTHS[day.month - 1])
    return (*said, iso.year, iso.week, iso.weekday, iso.weekday > _WEEK)


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _span(known: Planned) -> Iterator[date]:
    days = [day for wave in known.waves for day in (wave.starts_on, wave.ends_on, wave.cut_over_on)]
    days += [day for each in known.plan.activities for day in _days_of(each)]
    named = [day for day in days if day is not None]
    if named:
        first, last = min(named), max(named)
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def _days_of(each: PlanActivity) -> tuple[date | None, ...]:
    planned = (each.starts_on, each.ends_on, each.earliest_start, each.latest_finish)
    return (*planned, each.actual_start, each.actual_end)


def _placements(known: Planned) -> Table:
    """One row an application of the plan; without a wave where none moves it."""
    columns = {
        "plan_id": K.TEXT,
        "application_id": K.TEXT,
        "wave_id": K.TEXT,
        "strategy": K.TEXT,
        "effort_hours": K.HOURS,
        "risk": K.SHARE,
        "because": K.TEXT,
    }
    rows: list[Row] = []
    for each in known.applications:
        placed, used = known.placed.get(each.id), known.used.get(each.id)
        where = (placed.wave_id if placed else None, str(used.strategy) if used else None)
        why = (used.hours if used else None, known.risks.get(each.id), placed.because if placed else None)
        rows.append((known.call.flow.id, each.id, *where, *why))
    return _table("fact_placement", columns, rows)


def _allocations(known: Planned) -> Table:
    columns = {
        "plan_id": K.TEXT,
        "allocation_id": K.TEXT,
        "wave_id": K.TEXT,
        "pool_id": K.TEXT,
        "hours": K.HOURS,
        "suggested_hours": K.HOURS,
        "cost": K.MONEY,
        "confidence": K.SHARE,
        "suggested": K.FLAG,
        "over_allocated": K.FLAG,
    }
    rows: list[Row] = [
        (
            known.call.flow.id,
            each.id,
            each.wave_id,
            each.pool_id,
            each.hours,
            each.suggested_hours,
            each.cost,
            each.confidence,
            each.suggested,
            each.over_allocated,
        )
        for each in known.plan.allocations
    ]
    return _table("fact_allocation", columns, rows)


def _activities(known: Planned) -> Table:
    columns = {
        "plan_id": K.TEXT,
        "activity_id": K.TEXT,
        "wave_id": K.TEXT,
        "activity_number": K.WHOLE,
        "activity_name": K.TEXT,
        "phase": K.TEXT,
        "starts_on": K.DAY,
        "ends_on": K.DAY,
        "working_days": K.WHOLE,
        "earliest_start": K.DAY,
        "latest_finish": K.DAY,
        "float_days": K.WHOLE,
        "critical": K.FLAG,
        "pinned": K.FLAG,
        "percent_complete": K.WHOLE,
        "actual_start": K.DAY,
        "actual_end": K.DAY,
    }
    rows: list[Row] = [
        (
            known.call.flow.id,
            each.id,
            each.wave_id,
            each.number,
            each.name,
            str(each.phase),
            each.starts_on,
            each.ends_on,
            each.working_days,
            each.earliest_start,
            each.latest_finish,
            each.float_days,
            each.critical,
            each.pinned,
            each.percent_complete,
            each.actual_start,
            each.actual_end,
        )
        for each in known.plan.activities
    ]
    return _table("fact_activity", columns, rows)


def _costs(known: Planned) -> Table:
    """The contingency is no line: it stands with the plan."""
    columns = {
        "plan_id": K.TEXT,
        "cost_line_id": K.TEXT,
        "wave_id": K.TEXT,
        "category": K.TEXT,
        "description": K.TEXT,
        "quantity": K.QUANTITY,
        "unit": K.TEXT,
        "unit_cost": K.RATE,
        "amount": K.MONEY,
        "low_amount": K.MONEY,
        "high_amount": K.MONEY,
        "overridden": K.FLAG,
        "provenance": K.TEXT,
    }
    rows: list[Row] = [
        (
            known.call.flow.id,
            line.id,
            line.wave_id,
            str(line.category),
            line.description,
            line.quantity,
            line.unit,
            line.unit_cost,
            line.amount,
            line.low_amount,
            line.high_amount,
            line.overridden,
            line.provenance,
        )
        for line in known.lines
    ]
    return _table("fact_cost", columns, rows)
