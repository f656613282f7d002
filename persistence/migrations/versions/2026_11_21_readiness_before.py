"""What an application's readiness goes back to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_readiness_before"
down_revision = "2026_11_21_first"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column("applications", sa.Column("readiness_before", sa.Text(), nullable=True))
