"""The assessment that holds an application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_held_by"
down_revision = "2026_11_21_readiness_before"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column("applications", sa.Column("held_by", sa.UUID(as_uuid=False), nullable=True))
