"""Scoring rules of client accounts, what queues are sorted by, and who else is told of a change of rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import ACCOUNT, ENGAGEMENT, grant, secure

revision = "2026_12_03_scoring_rules"
down_revision = "2026_12_03_threads"

TABLE = "scoring_rules"
UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        TABLE,
        sa.Column("client_account_id", UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_account_id"],
            ["client_accounts.id"],
            name=op.f(f"{TABLE}_client_account_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_account_id", "version", name=op.f(f"{TABLE}_pkey")),
    )
    for statement in secure(TABLE, "client_account_id", ACCOUNT):
        op.execute(statement)
    # A version is never changed.
    op.execute(grant(TABLE, "SELECT, INSERT"))
    # What a change of rules is told to: only while no engagement is selected, so that with one its neighbours stay
    # as far away as anybody's.
    told = f"client_account_id = {ACCOUNT} AND {ENGAGEMENT} IS NULL"
    op.execute(f"CREATE POLICY account ON engagements FOR SELECT USING ({told})")
    # The name as queues are sorted by it: case-folded, in the order of its code points as Python has it.
    key = sa.Column("name_key", sa.Text(collation="C"), server_default=sa.text("''"), nullable=False)
    op.add_column("customers", key)
