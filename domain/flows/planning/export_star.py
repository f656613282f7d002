"""A plan as facts and dimensions, for tools that join and sum: columns of the same name are keys to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from domain.document import Cell, Column, ColumnKind, Table
from domain.flows.planning.export_sheet import Planned
from domain.planning.plan import PlanActivity

Row = tuple[Cell, ...]
K = ColumnKind
# A column: which attribute it holds, and what that is.
Fields = Mapping[str, tuple[str, ColumnKind]]
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


def _facts(known: Planned, key: str, fields: Fields, values: Iterable[Any]) -> Table:
    rows = ((known.call.flow.id, *row) for row in _cells(fields, values))
    return _table(key, {"plan_id": K.TEXT, **_columns(fields)}, rows)


def _columns(fields: Fields) -> dict[str, ColumnKind]:
    return {column: kind for column, (_, kind) in fields.items()}


def _cells(fields: Fields, values: Iterable[Any]) -> Iterator[Row]:
    for value in values:
        yield tuple(getattr(value, attribute) for attribute, _ in fields.values())


def _table(key: str, columns: Mapping[str, ColumnKind], rows: Iterable[Row]) -> Table:
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
    fields = {
        "application_id": ("id", K.TEXT),
        "application_name": ("name", K.TEXT),
        "criticality": ("criticality", K.TEXT),
        "environment": ("environment", K.TEXT),
        "department": ("department", K.TEXT),
        "business_owner": ("business_owner", K.TEXT),
        "technical_owner": ("technical_owner", K.TEXT),
    }
    return _table("dim_application", _columns(fields), _cells(fields, known.applications))


def _waves(known: Planned) -> Table:
    fields = {
        "wave_id": ("id", K.TEXT),
        "wave_number": ("number", K.WHOLE),
        "wave_name": ("name", K.TEXT),
        "pilot": ("pilot", K.FLAG),
        "locked": ("locked", K.FLAG),
        "starts_on": ("starts_on", K.DAY),
        "cut_over_on": ("cut_over_on", K.DAY),
        "ends_on": ("ends_on", K.DAY),
        "duration_days": ("duration_days", K.WHOLE),
        "effort_hours": ("effort_hours", K.HOURS),
        "risk_score": ("risk_score", K.SHARE),
    }
    return _table("dim_wave", _columns(fields), _cells(fields, known.waves))


def _pools(known: Planned) -> Table:
    fields = {
        "pool_id": ("id", K.TEXT),
        "pool_name": ("name", K.TEXT),
        "role": ("role", K.TEXT),
        "hours_per_day": ("hours_per_day", K.HOURS),
        "hourly_rate": ("hourly_rate", K.RATE),
        "available_from": ("available_from", K.DAY),
        "available_until": ("available_until", K.DAY),
        "suggested": ("suggested", K.FLAG),
    }
    skills = (", ".join(pool.skills) for pool in known.pools)
    rows = ((*row, said) for row, said in zip(_cells(fields, known.pools), skills, strict=True))
    return _table("dim_pool", {**_columns(fields), "skills": K.TEXT}, rows)


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
    fields = {
        "allocation_id": ("id", K.TEXT),
        "wave_id": ("wave_id", K.TEXT),
        "pool_id": ("pool_id", K.TEXT),
        "hours": ("hours", K.HOURS),
        "suggested_hours": ("suggested_hours", K.HOURS),
        "cost": ("cost", K.MONEY),
        "confidence": ("confidence", K.SHARE),
        "suggested": ("suggested", K.FLAG),
        "over_allocated": ("over_allocated", K.FLAG),
    }
    return _facts(known, "fact_allocation", fields, known.plan.allocations)


def _activities(known: Planned) -> Table:
    fields = {
        "activity_id": ("id", K.TEXT),
        "wave_id": ("wave_id", K.TEXT),
        "activity_number": ("number", K.WHOLE),
        "activity_name": ("name", K.TEXT),
        "phase": ("phase", K.TEXT),
        "starts_on": ("starts_on", K.DAY),
        "ends_on": ("ends_on", K.DAY),
        "working_days": ("working_days", K.WHOLE),
        "earliest_start": ("earliest_start", K.DAY),
        "latest_finish": ("latest_finish", K.DAY),
        "float_days": ("float_days", K.WHOLE),
        "critical": ("critical", K.FLAG),
        "pinned": ("pinned", K.FLAG),
        "percent_complete": ("percent_complete", K.WHOLE),
        "actual_start": ("actual_start", K.DAY),
        "actual_end": ("actual_end", K.DAY),
    }
    return _facts(known, "fact_activity", fields, known.plan.activities)


def _costs(known: Planned) -> Table:
    """The contingency is no line: it stands with the plan."""
    fields = {
        "cost_line_id": ("id", K.TEXT),
        "wave_id": ("wave_id", K.TEXT),
        "category": ("category", K.TEXT),
        "description": ("description", K.TEXT),
        "quantity": ("quantity", K.QUANTITY),
        "unit": ("unit", K.TEXT),
        "unit_cost": ("unit_cost", K.RATE),
        "amount": ("amount", K.MONEY),
        "low_amount": ("low_amount", K.MONEY),
        "high_amount": ("high_amount", K.MONEY),
        "overridden": ("overridden", K.FLAG),
        "provenance": ("provenance", K.TEXT),
    }
    return _facts(known, "fact_cost", fields, known.lines)
