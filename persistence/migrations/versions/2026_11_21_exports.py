"""Exports, and the time at which stored files go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.row_security import grant, secure

revision = "2026_11_21_exports"
down_revision = "2026_11_21_event_numbers"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        "exports",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("size_bytes", sa.Double(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("exports_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("exports_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("exports_file_id_fkey"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("exports_pkey")),
    )
    op.create_index(op.f("exports_engagement_id_idx"), "exports", ["engagement_id"])
    op.create_index(op.f("exports_file_id_idx"), "exports", ["file_id"])
    op.create_index("exports_flow_idx", "exports", ["flow_id", "created_at", "id"])
    op.create_table(
        "expiries",
        sa.Column("file_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("client_account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("expiries_pkey")),
    )
    op.create_index("expiries_at_idx", "expiries", ["at"])
    op.create_index("expiries_flow_idx", "expiries", ["flow_id"])
    for statement in (*secure("exports"), grant("exports"), grant("expiries")):
        op.execute(statement)
