"""What a plan remembers of the pools it used, and phases that changes outside of their flow made stale."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_26_stale_plans"
down_revision = "2026_11_25_plans"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column(
        "resource_plans", sa.Column("pools", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("phases", sa.Column("from_outside", sa.Boolean(), server_default=sa.text("false"), nullable=False))
