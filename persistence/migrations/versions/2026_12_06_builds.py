"""Software builds, their handoffs, and the histories of their roles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_06_builds"
down_revision = "2026_12_05_snoozed"

UUID = sa.UUID(as_uuid=False)
MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
TABLES = ("builds", "build_handoffs", "build_messages")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _create_builds()
    _create_handoffs()
    _create_messages()
    for table in TABLES:
        op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
        for statement in (*secure(table), grant(table)):
            op.execute(statement)


def _create_builds() -> None:
    op.create_table(
        "builds",
        *_owned("builds"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("contexts", JSON, nullable=False),
        sa.Column("standing", JSON, nullable=False),
        sa.Column("unpassed", JSON, nullable=True),
        sa.Column("failure", JSON, nullable=True),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("builds_pkey")),
    )


def _create_handoffs() -> None:
    op.create_table(
        "build_handoffs",
        *_owned("build_handoffs"),
        sa.Column("id", UUID, nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("from_role", sa.Text(), nullable=True),
        sa.Column("to_role", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("build_handoffs_pkey")),
    )
    op.create_index("build_handoffs_flow_idx", "build_handoffs", ["flow_id", "created_at", "id"])


def _create_messages() -> None:
    op.create_table(
        "build_messages",
        *_owned("build_messages"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("flow_id", "role", "number", name=op.f("build_messages_pkey")),
    )


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    columns = [sa.Column(name, UUID, nullable=False) for name in ("engagement_id", "flow_id")]
    return [*columns, _to(table, "engagement_id", "engagements"), _to(table, "flow_id", "master_flows")]


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
