"""Until when flows sleep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_12_05_snoozed"
down_revision = "2026_12_03_scoring_rules"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.add_column("child_flows", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
