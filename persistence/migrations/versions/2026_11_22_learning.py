"""Patterns that are found by their words and strengthened, iterations' quality, and users' preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import ACCOUNT, ENGAGEMENT, grant, secure

revision = "2026_11_22_learning"
down_revision = "2026_11_21_exports"

PATTERNS = "learning_patterns"
UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _find_patterns()
    _flows_of_patterns()
    _account_patterns()
    _iteration_quality()
    _preferences()


def _find_patterns() -> None:
    op.add_column(PATTERNS, sa.Column("key", sa.Text(), nullable=True))
    op.add_column(PATTERNS, sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    # The table's owner sees all rows only while row-level security is not forced on him.
    op.execute(f"ALTER TABLE {PATTERNS} NO FORCE ROW LEVEL SECURITY")
    words = "summary || ' ' || data::text"
    op.execute(
        f"UPDATE {PATTERNS} SET search = setweight(to_tsvector('english', {words}), 'B')"
        f" || setweight(to_tsvector('simple', {words}), 'B')"
    )
    op.execute(f"ALTER TABLE {PATTERNS} FORCE ROW LEVEL SECURITY")
    op.create_index("learning_patterns_search_idx", PATTERNS, ["search"], postgresql_using="gin")
    op.create_unique_constraint(
        op.f("learning_patterns_engagement_id_kind_key_key"), PATTERNS, ["engagement_id", "kind", "key"]
    )


def _owner(column: str, table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=op.f(f"{table}_{column}_fkey"), ondelete="CASCADE")


def _flows_of_patterns() -> None:
    table = "pattern_flows"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("pattern_id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        _owner("engagement_id", table, "engagements"),
        _owner("pattern_id", table, PATTERNS),
        _owner("flow_id", table, "master_flows"),
        sa.PrimaryKeyConstraint("pattern_id", "flow_id", name=op.f(f"{table}_pkey")),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f(f"{table}_flow_id_idx"), table, ["flow_id"])
    _secured(table)


def _account_patterns() -> None:
    table = "account_patterns"
    op.create_table(
        table,
        sa.Column("id", UUID, nullable=False),
        sa.Column("client_account_id", UUID, nullable=False),
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("uses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        _owner("id", table, PATTERNS),
        _owner("client_account_id", table, "client_accounts"),
        _owner("engagement_id", table, "engagements"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(f"{table}_kind_idx", table, ["client_account_id", "kind"])
    op.create_index(f"{table}_search_idx", table, ["search"], postgresql_using="gin")
    for statement in secure(table, "client_account_id", ACCOUNT):
        op.execute(statement)
    # Others of the account read it and count that they used it; whose it is writes it.
    own = f"engagement_id = {ENGAGEMENT}"
    op.execute(f"CREATE POLICY made ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK ({own})")
    op.execute(f"CREATE POLICY unmade ON {table} AS RESTRICTIVE FOR DELETE USING ({own})")
    op.execute(grant(table, "SELECT, INSERT, DELETE, UPDATE (uses)"))


def _iteration_quality() -> None:
    table = "iteration_quality"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("completeness", sa.Double(), nullable=False),
        sa.Column("applications", sa.Integer(), nullable=False),
        sa.Column("rejected_rows", sa.Integer(), nullable=False),
        sa.Column("open_findings", sa.Integer(), nullable=False),
        sa.Column("mean_confidence", sa.Double(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        _owner("engagement_id", table, "engagements"),
        _owner("flow_id", table, "master_flows"),
        sa.PrimaryKeyConstraint("flow_id", name=op.f(f"{table}_pkey")),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    _secured(table)


def _preferences() -> None:
    table = "preferences"
    op.create_table(
        table,
        sa.Column("client_account_id", UUID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("notifications", JSON, nullable=True),
        sa.Column("queue", JSON, nullable=True),
        sa.Column("custom", JSON, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _owner("client_account_id", table, "client_accounts"),
        sa.PrimaryKeyConstraint("client_account_id", "subject", name=op.f(f"{table}_pkey")),
    )
    for statement in secure(table, "client_account_id", ACCOUNT):
        op.execute(statement)
    op.execute(grant(table))


def _secured(table: str) -> None:
    for statement in secure(table):
        op.execute(statement)
    op.execute(grant(table))
