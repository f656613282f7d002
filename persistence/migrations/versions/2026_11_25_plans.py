"""Plans: pools, waves, allocations, timelines and costs, and the plan in force of an application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_11_25_plans"
down_revision = "2026_11_24_named_by"

UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    for create in _TABLES:
        create()
    for create in _TABLES:
        for statement in (*secure(create.__name__[1:]), grant(create.__name__[1:])):
            op.execute(statement)
    op.add_column("applications", sa.Column("planned_by", UUID, nullable=True))
    op.create_index(op.f("applications_planned_by_idx"), "applications", ["planned_by"])
    op.create_foreign_key(
        op.f("applications_planned_by_fkey"),
        "applications",
        "master_flows",
        ["planned_by"],
        ["id"],
        ondelete="SET NULL",
    )


def _resource_pools() -> None:
    op.create_table(
        "resource_pools",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("hours_per_day", sa.Numeric(), nullable=False),
        sa.Column("hourly_rate", sa.Numeric(), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("available_until", sa.Date(), nullable=True),
        sa.Column("suggested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("removed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("resource_pools_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("resource_pools_pkey")),
    )
    op.create_index(op.f("resource_pools_engagement_id_idx"), "resource_pools", ["engagement_id"], unique=False)


def _plan_choices() -> None:
    op.create_table(
        "plan_choices",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("moves", JSON, nullable=False),
        sa.Column("waves", JSON, nullable=False),
        sa.Column("allocations", JSON, nullable=False),
        sa.Column("activities", JSON, nullable=False),
        sa.Column("cost_lines", JSON, nullable=False),
        sa.Column("synthesis", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("plan_choices_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("plan_choices_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_choices_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("plan_choices_flow_id_key")),
    )
    op.create_index(op.f("plan_choices_engagement_id_idx"), "plan_choices", ["engagement_id"], unique=False)


def _wave_plans() -> None:
    op.create_table(
        "wave_plans",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("violations", JSON, nullable=False),
        sa.Column("optimality_gap", sa.Double(), nullable=True),
        sa.Column("solver_seconds", sa.Double(), nullable=False),
        sa.Column("time_limited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("waived", JSON, nullable=False),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("decisions", JSON, nullable=False),
        sa.Column("dependencies", JSON, nullable=False),
        sa.Column("last_change", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("wave_plans_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("wave_plans_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("wave_plans_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("wave_plans_flow_id_key")),
    )
    op.create_index(op.f("wave_plans_engagement_id_idx"), "wave_plans", ["engagement_id"], unique=False)


def _waves() -> None:
    op.create_table(
        "waves",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pilot", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("effort_hours", sa.Numeric(), nullable=False),
        sa.Column("risk_score", sa.Double(), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("cut_over_on", sa.Date(), nullable=True),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("max_applications", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("waves_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["master_flows.id"], name=op.f("waves_flow_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("waves_pkey")),
        sa.UniqueConstraint("flow_id", "number", name=op.f("waves_flow_id_number_key")),
    )
    op.create_index(op.f("waves_engagement_id_idx"), "waves", ["engagement_id"], unique=False)


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("application_id", UUID, nullable=False),
        sa.Column("wave_id", UUID, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("placements_application_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("placements_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("placements_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("placements_wave_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("flow_id", "application_id", name=op.f("placements_pkey")),
    )
    op.create_index("placements_application_idx", "placements", ["application_id"], unique=False)
    op.create_index(op.f("placements_engagement_id_idx"), "placements", ["engagement_id"], unique=False)
    op.create_index(op.f("placements_wave_id_idx"), "placements", ["wave_id"], unique=False)


def _resource_plans() -> None:
    op.create_table(
        "resource_plans",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("skill_gaps", JSON, nullable=False),
        sa.Column("last_change", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("resource_plans_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("resource_plans_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("resource_plans_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("resource_plans_flow_id_key")),
    )
    op.create_index(op.f("resource_plans_engagement_id_idx"), "resource_plans", ["engagement_id"], unique=False)


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("wave_id", UUID, nullable=False),
        sa.Column("pool_id", UUID, nullable=False),
        sa.Column("hours", sa.Numeric(), nullable=False),
        sa.Column("suggested_hours", sa.Numeric(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("suggested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("over_allocated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("allocations_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("allocations_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["resource_pools.id"], name=op.f("allocations_pool_id_fkey"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("allocations_wave_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("allocations_pkey")),
        sa.UniqueConstraint("flow_id", "wave_id", "pool_id", name=op.f("allocations_flow_id_wave_id_pool_id_key")),
    )
    op.create_index(op.f("allocations_engagement_id_idx"), "allocations", ["engagement_id"], unique=False)
    op.create_index(op.f("allocations_pool_id_idx"), "allocations", ["pool_id"], unique=False)
    op.create_index(op.f("allocations_wave_id_idx"), "allocations", ["wave_id"], unique=False)


def _timelines() -> None:
    op.create_table(
        "timelines",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("critical_path", JSON, nullable=False),
        sa.Column("resource_feasible", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("optimality_gap", sa.Double(), nullable=True),
        sa.Column("solver_seconds", sa.Double(), nullable=False),
        sa.Column("time_limited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_change", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("timelines_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("timelines_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("timelines_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("timelines_flow_id_key")),
    )
    op.create_index(op.f("timelines_engagement_id_idx"), "timelines", ["engagement_id"], unique=False)


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("wave_id", UUID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("earliest_start", sa.Date(), nullable=False),
        sa.Column("latest_finish", sa.Date(), nullable=False),
        sa.Column("float_days", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("predecessors", JSON, nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("percent_complete", sa.Integer(), nullable=False),
        sa.Column("actual_start", sa.Date(), nullable=True),
        sa.Column("actual_end", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("activities_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("activities_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("activities_wave_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("activities_pkey")),
        sa.UniqueConstraint("flow_id", "key", name=op.f("activities_flow_id_key_key")),
    )
    op.create_index(op.f("activities_engagement_id_idx"), "activities", ["engagement_id"], unique=False)
    op.create_index(op.f("activities_wave_id_idx"), "activities", ["wave_id"], unique=False)


def _milestones() -> None:
    op.create_table(
        "milestones",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("milestones_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("milestones_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("milestones_pkey")),
    )
    op.create_index(op.f("milestones_engagement_id_idx"), "milestones", ["engagement_id"], unique=False)
    op.create_index("milestones_flow_idx", "milestones", ["flow_id", "number"], unique=False)


def _cost_estimates() -> None:
    op.create_table(
        "cost_estimates",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("subtotal", sa.Numeric(), nullable=False),
        sa.Column("contingency_percentage", sa.Numeric(), nullable=False),
        sa.Column("contingency", sa.Numeric(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("low", sa.Numeric(), nullable=False),
        sa.Column("high", sa.Numeric(), nullable=False),
        sa.Column("unassigned", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("current_run_rate", sa.Numeric(), nullable=True),
        sa.Column("target_run_rate", sa.Numeric(), nullable=True),
        sa.Column("payback_months", sa.Double(), nullable=True),
        sa.Column("last_change", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("cost_estimates_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("cost_estimates_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("cost_estimates_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("cost_estimates_flow_id_key")),
    )
    op.create_index(op.f("cost_estimates_engagement_id_idx"), "cost_estimates", ["engagement_id"], unique=False)


def _cost_lines() -> None:
    op.create_table(
        "cost_lines",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("wave_id", UUID, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("low_amount", sa.Numeric(), nullable=False),
        sa.Column("high_amount", sa.Numeric(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("overridden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("cost_lines_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("cost_lines_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("cost_lines_wave_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("cost_lines_pkey")),
        sa.UniqueConstraint("flow_id", "key", name=op.f("cost_lines_flow_id_key_key")),
    )
    op.create_index(op.f("cost_lines_engagement_id_idx"), "cost_lines", ["engagement_id"], unique=False)
    op.create_index(op.f("cost_lines_wave_id_idx"), "cost_lines", ["wave_id"], unique=False)


def _plan_syntheses() -> None:
    op.create_table(
        "plan_syntheses",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("total_applications", sa.Integer(), nullable=False),
        sa.Column("total_waves", sa.Integer(), nullable=False),
        sa.Column("total_duration_days", sa.Integer(), nullable=False),
        sa.Column("total_cost", sa.Numeric(), nullable=False),
        sa.Column("skill_gaps", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("recommendations", JSON, nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("last_change", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("plan_syntheses_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("plan_syntheses_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_syntheses_pkey")),
        sa.UniqueConstraint("flow_id", name=op.f("plan_syntheses_flow_id_key")),
    )
    op.create_index(op.f("plan_syntheses_engagement_id_idx"), "plan_syntheses", ["engagement_id"], unique=False)


_TABLES = (
    _resource_pools,
    _plan_choices,
    _wave_plans,
    _waves,
    _placements,
    _resource_plans,
    _allocations,
    _timelines,
    _activities,
    _milestones,
    _cost_estimates,
    _cost_lines,
    _plan_syntheses,
)
