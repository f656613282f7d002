"""Applications sent back to assessment, and what a decision's newest change was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_11_23_reassessments"
down_revision = "2026_11_22_learning"

TABLE = "reassessments"
UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column("decisions", sa.Column("last_change", JSON, nullable=True))
    op.create_table(
        TABLE,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("application_ids", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("context", JSON, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_by", JSON, nullable=False),
        sa.Column("assessment_flow_id", UUID, nullable=True),
        sa.Column("planning_flow_id", UUID, nullable=True),
        _to("engagement_id", "engagements", "CASCADE"),
        _to("assessment_flow_id", "master_flows", "SET NULL"),
        _to("planning_flow_id", "master_flows", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{TABLE}_pkey")),
    )
    for column in ("engagement_id", "assessment_flow_id", "planning_flow_id"):
        op.create_index(op.f(f"{TABLE}_{column}_idx"), TABLE, [column])
    op.create_index(
        "reassessments_handed_over_by_idx",
        TABLE,
        ["handed_over_by"],
        postgresql_using="gin",
        postgresql_ops={"handed_over_by": "jsonb_path_ops"},
    )
    for statement in (*secure(TABLE), grant(TABLE)):
        op.execute(statement)


def _to(column: str, owner: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=op.f(f"{TABLE}_{column}_fkey"), ondelete=ondelete)
