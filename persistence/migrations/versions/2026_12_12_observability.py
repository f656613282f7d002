"""What applications promise, and where what was measured falls short of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.row_security import grant, secure

revision = "2026_12_12_observability"
down_revision = "2026_12_11_modernization"

UUID = sa.UUID(as_uuid=False)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _make(
        "service_level_objectives",
        "indicator",
        _word("indicator"),
        _figure("target"),
        *(_word(name) for name in ("window", "rationale", "source")),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    _make(
        "optimization_findings",
        "metric",
        _word("metric"),
        _figure("observed"),
        _figure("objective"),
        _word("severity"),
        _word("recommendation"),
    )


def _make(table: str, unique: str, *parts: sa.schema.SchemaItem) -> None:
    """A tenant's table of things that live and die with a flow, and are about an application."""
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("application_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *parts,
        _to(table, "engagement_id", "engagements"),
        _to(table, "flow_id", "master_flows"),
        _to(table, "application_id", "applications"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint(
            "flow_id", "application_id", unique, name=op.f(f"{table}_flow_id_application_id_{unique}_key")
        ),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f(f"{table}_application_idx"), table, ["application_id"])
    for statement in (*secure(table), grant(table)):
        op.execute(statement)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _figure(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=False)


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
