"""What applications cost, as finops flows came to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_10_finops"
down_revision = "2026_12_09_decommission"

TABLE = "application_costs"
UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        TABLE,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("application_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current_annual", sa.Numeric(), nullable=False),
        sa.Column("target_annual", sa.Numeric(), nullable=False),
        sa.Column("assumptions", JSON, nullable=False),
        _to("engagement_id", "engagements"),
        _to("flow_id", "master_flows"),
        _to("application_id", "applications"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{TABLE}_pkey")),
        sa.UniqueConstraint("flow_id", "application_id", name=op.f(f"{TABLE}_flow_id_application_id_key")),
    )
    op.create_index(op.f(f"{TABLE}_engagement_id_idx"), TABLE, ["engagement_id"])
    op.create_index(op.f(f"{TABLE}_application_idx"), TABLE, ["application_id"])
    for statement in (*secure(TABLE), grant(TABLE)):
        op.execute(statement)


def _to(column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{TABLE}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
