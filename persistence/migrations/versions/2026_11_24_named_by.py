"""The sources of imports that know an application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_named_by"
down_revision = "2026_11_23_reassessments"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column(
        "applications",
        sa.Column("named_by", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
