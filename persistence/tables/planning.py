"""Plans: pools, waves, allocations, timelines and costs."""

from __future__ import annotations

from sqlalchemy import Column, Date, Double, ForeignKey, Index, Numeric, UniqueConstraint, text

from persistence.tables.columns import application_id, flag, flow_id, json, moment, number, tenant_table, uuid, word


def _wave_id(*, nullable: bool = False) -> Column[str]:
    """The wave a row lives and dies with."""
    owner = ForeignKey("waves.id", ondelete="CASCADE")
    return uuid("wave_id", owner, nullable=nullable, index=True)


resource_pools = tenant_table(
    "resource_pools",
    uuid("id", primary_key=True),
    word("name"),
    word("role"),
    Column("hours_per_day", Numeric, nullable=False),
    Column("hourly_rate", Numeric, nullable=False),
    json("skills"),
    Column("available_from", Date),
    Column("available_until", Date),
    flag("suggested"),
    flag("removed"),
    number("version"),
)

plan_choices = tenant_table(
    "plan_choices",
    uuid("id", primary_key=True),
    flow_id(),
    json("moves"),
    json("waves"),
    json("allocations"),
    json("activities"),
    json("cost_lines"),
    json("synthesis", nullable=True),
    UniqueConstraint("flow_id"),
)

wave_plans = tenant_table(
    "wave_plans",
    uuid("id", primary_key=True),
    flow_id(),
    word("rationale"),
    word("source"),
    json("violations"),
    Column("optimality_gap", Double),
    Column("solver_seconds", Double, nullable=False),
    flag("time_limited"),
    json("waived"),
    json("levels"),
    json("decisions"),
    json("dependencies"),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id"),
)

waves = tenant_table(
    "waves",
    uuid("id", primary_key=True),
    flow_id(),
    number("number"),
    word("name"),
    flag("pilot"),
    Column("effort_hours", Numeric, nullable=False),
    Column("risk_score", Double, nullable=False),
    number("duration_days"),
    word("rationale"),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("cut_over_on", Date),
    flag("locked"),
    number("max_applications", nullable=True),
    UniqueConstraint("flow_id", "number"),
)

placements = tenant_table(
    "placements",
    flow_id(primary_key=True),
    application_id(primary_key=True),
    _wave_id(),
    word("because"),
    Index("placements_application_idx", "application_id"),
)

resource_plans = tenant_table(
    "resource_plans",
    uuid("id", primary_key=True),
    flow_id(),
    word("source"),
    json("skill_gaps"),
    json("pools", server_default=text("'[]'")),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id"),
)

allocations = tenant_table(
    "allocations",
    uuid("id", primary_key=True),
    flow_id(),
    _wave_id(),
    uuid("pool_id", ForeignKey("resource_pools.id", ondelete="RESTRICT"), index=True),
    Column("hours", Numeric, nullable=False),
    Column("suggested_hours", Numeric, nullable=False),
    Column("cost", Numeric, nullable=False),
    flag("suggested"),
    Column("confidence", Double, nullable=False),
    flag("over_allocated"),
    UniqueConstraint("flow_id", "wave_id", "pool_id"),
)

timelines = tenant_table(
    "timelines",
    uuid("id", primary_key=True),
    flow_id(),
    word("name"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    json("critical_path"),
    flag("resource_feasible"),
    word("source"),
    word("status"),
    Column("optimality_gap", Double),
    Column("solver_seconds", Double, nullable=False),
    flag("time_limited"),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id"),
)

activities = tenant_table(
    "activities",
    uuid("id", primary_key=True),
    flow_id(),
    _wave_id(),
    word("key"),
    number("number"),
    word("name"),
    word("phase"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    number("working_days"),
    Column("earliest_start", Date, nullable=False),
    Column("latest_finish", Date, nullable=False),
    number("float_days"),
    flag("critical"),
    json("predecessors"),
    flag("pinned"),
    number("percent_complete"),
    Column("actual_start", Date),
    Column("actual_end", Date),
    UniqueConstraint("flow_id", "key"),
)

milestones = tenant_table(
    "milestones",
    uuid("id", primary_key=True),
    flow_id(),
    number("number"),
    word("name"),
    Column("day", Date, nullable=False),
    word("description"),
    Index("milestones_flow_idx", "flow_id", "number"),
)

cost_estimates = tenant_table(
    "cost_estimates",
    uuid("id", primary_key=True),
    flow_id(),
    Column("subtotal", Numeric, nullable=False),
    Column("contingency_percentage", Numeric, nullable=False),
    Column("contingency", Numeric, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("low", Numeric, nullable=False),
    Column("high", Numeric, nullable=False),
    Column("unassigned", Numeric, nullable=False),
    word("source"),
    Column("current_run_rate", Numeric),
    Column("target_run_rate", Numeric),
    Column("payback_months", Double),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id"),
)

cost_lines = tenant_table(
    "cost_lines",
    uuid("id", primary_key=True),
    flow_id(),
    _wave_id(nullable=True),
    word("key"),
    number("position"),
    word("category"),
    word("description"),
    Column("quantity", Numeric, nullable=False),
    word("unit"),
    Column("unit_cost", Numeric, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("low_amount", Numeric, nullable=False),
    Column("high_amount", Numeric, nullable=False),
    word("provenance"),
    flag("overridden"),
    UniqueConstraint("flow_id", "key"),
)

plan_syntheses = tenant_table(
    "plan_syntheses",
    uuid("id", primary_key=True),
    flow_id(),
    number("total_applications"),
    number("total_waves"),
    number("total_duration_days"),
    Column("total_cost", Numeric, nullable=False),
    number("skill_gaps"),
    word("summary"),
    json("recommendations"),
    moment("completed_at"),
    word("source"),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id"),
)
