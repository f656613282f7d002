"""What is to be switched off: candidates, and where their data go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_09_decommission"
down_revision = "2026_12_08_execution"

UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _make("decommission_candidates", "application_id", *_candidates())
    _make("archive_plans", "key", *_archives())


def _make(table: str, unique: str, *columns: sa.Column[object]) -> None:
    """A tenant's table of things that live and die with a flow, and are about an application."""
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("application_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *columns,
        _to(table, "engagement_id", "engagements"),
        _to(table, "flow_id", "master_flows"),
        _to(table, "application_id", "applications"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint("flow_id", unique, name=op.f(f"{table}_flow_id_{unique}_key")),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f(f"{table}_application_idx"), table, ["application_id"])
    for statement in (*secure(table), grant(table)):
        op.execute(statement)


def _candidates() -> list[sa.Column[object]]:
    return [
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blockers", JSON, nullable=False),
        _flag("approved"),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
    ]


def _archives() -> list[sa.Column[object]]:
    return [
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data_set", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        _flag("legal_hold"),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("retention_until", sa.Date(), nullable=True),
        _flag("settled"),
        _flag("verified"),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
    ]


def _flag(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
