"""Which flows of an older system have been registered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from persistence.row_security import grant, secure

revision = "2026_11_30_legacy_flows"
down_revision = "2026_11_29_customers"

TABLE = "legacy_flows"
UUID = sa.UUID(as_uuid=False)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        TABLE,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("legacy_id", sa.Text(), nullable=False),
        sa.Column("flow_id", UUID, nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f(f"{TABLE}_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "legacy_id", name=op.f(f"{TABLE}_pkey")),
    )
    for statement in (*secure(TABLE), grant(TABLE)):
        op.execute(statement)
