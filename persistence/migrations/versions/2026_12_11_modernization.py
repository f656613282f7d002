"""What is to be modernized: candidates, designs and the work that leads to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_11_modernization"
down_revision = "2026_12_10_finops"

UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    score: sa.Column[float] = sa.Column("score", sa.Double(), nullable=False)
    _make("modernization_candidates", "application_id", score, _json("drivers"))
    _make(
        "target_designs",
        "component_id",
        sa.Column("component_id", UUID, nullable=False),
        *(_word(name) for name in ("current_state", "target_state", "pattern")),
        _json("services"),
        _word("tradeoffs"),
        _word("source"),
        _to("target_designs", "component_id", "components"),
    )
    _make(
        "work_items",
        "key",
        sa.Column("component_id", UUID, nullable=True),
        _word("key"),
        _word("title"),
        sa.Column("effort_hours", sa.Numeric(), nullable=False),
        _json("depends_on"),
        _word("acceptance"),
        _to("work_items", "component_id", "components"),
    )
    for table in ("target_designs", "work_items"):
        op.create_index(op.f(f"{table}_component_id_idx"), table, ["component_id"])


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
        sa.UniqueConstraint("flow_id", unique, name=op.f(f"{table}_flow_id_{unique}_key")),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f(f"{table}_application_idx"), table, ["application_id"])
    for statement in (*secure(table), grant(table)):
        op.execute(statement)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, JSON, nullable=False)


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
