"""What agents asked of language models, what engagements may still ask, and what workers found of the model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.row_security import grant, secure

revision = "2026_11_27_model_uses"
down_revision = "2026_11_26_stale_plans"

UUID = sa.UUID(as_uuid=False)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _uses()
    _budgets()
    _checks()
    tenants = (*secure("model_uses"), *secure("model_budgets"))
    for statement in (*tenants, *(grant(table) for table in ("model_uses", "model_budgets", "model_checks"))):
        op.execute(statement)


def _uses() -> None:
    op.create_table(
        "model_uses",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("run_id", UUID, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _to("model_uses", "engagement_id", "engagements"),
        _to("model_uses", "flow_id", "master_flows"),
        _to("model_uses", "run_id", "phase_runs"),
        sa.PrimaryKeyConstraint("id", name=op.f("model_uses_pkey")),
    )
    op.create_index(op.f("model_uses_engagement_id_idx"), "model_uses", ["engagement_id"])
    op.create_index(op.f("model_uses_run_id_idx"), "model_uses", ["run_id"])
    op.create_index("model_uses_flow_idx", "model_uses", ["flow_id", "run_id"])


def _budgets() -> None:
    op.create_table(
        "model_budgets",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        _to("model_budgets", "engagement_id", "engagements"),
        sa.PrimaryKeyConstraint("engagement_id", "day", name=op.f("model_budgets_pkey")),
    )


def _checks() -> None:
    op.create_table(
        "model_checks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("model_checks_only_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("model_checks_pkey")),
    )


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
