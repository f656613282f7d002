"""Which patterns phases used, and what people then did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.row_security import grant, secure

revision = "2026_11_28_pattern_uses"
down_revision = "2026_11_27_model_uses"

TABLE = "pattern_uses"
UUID = sa.UUID(as_uuid=False)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        TABLE,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("pattern_id", UUID, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        _to("engagement_id", "engagements"),
        _to("flow_id", "master_flows"),
        _to("pattern_id", "learning_patterns"),
        sa.PrimaryKeyConstraint("flow_id", "phase", "pattern_id", name=op.f(f"{TABLE}_pkey")),
    )
    op.create_index(op.f(f"{TABLE}_engagement_id_idx"), TABLE, ["engagement_id"])
    op.create_index(op.f(f"{TABLE}_pattern_id_idx"), TABLE, ["pattern_id"])
    # What people of other engagements do moves what is shared, as its uses already do.
    shared = grant("account_patterns", "UPDATE (confidence)")
    for statement in (*secure(TABLE), grant(TABLE), shared):
        op.execute(statement)


def _to(column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{TABLE}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
