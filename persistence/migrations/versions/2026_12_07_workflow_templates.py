"""Workflow templates, and what customer-success flows keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import ACCOUNT, grant, secure

revision = "2026_12_07_workflow_templates"
down_revision = "2026_12_06_builds"

UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _shipped()
    _own()
    _workflows()


def _shipped() -> None:
    table = "shipped_templates"
    op.create_table(table, *_version(), *_keys(table), _unique(table, "key", "version"))
    op.execute(grant(table, "SELECT"))


def _own() -> None:
    table, owner = "workflow_templates", "client_account_id"
    op.create_table(
        table,
        sa.Column(owner, UUID, nullable=False),
        *_version(),
        _to(table, owner, "client_accounts"),
        *_keys(table),
        _unique(table, owner, "key", "version"),
    )
    for statement in secure(table, owner, ACCOUNT):
        op.execute(statement)
    # A version is never changed.
    op.execute(grant(table, "SELECT, INSERT"))


def _workflows() -> None:
    table = "workflows"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("customer_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=False),
        sa.Column("template_id", UUID, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("left_out", JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("escalated_to", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_metadata", JSON, nullable=True),
        sa.Column("ended_with", JSON, nullable=True),
        _to(table, "engagement_id", "engagements"),
        _to(table, "flow_id", "master_flows", deferred=True),
        _to(table, "customer_id", "customers"),
        *_keys(table),
        _unique(table, "flow_id"),
    )
    op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    op.create_index("workflows_customer_idx", table, ["customer_id", "kind", "id"])
    op.create_index("workflows_assigned_idx", table, ["engagement_id", "assigned_to"])
    for statement in (*secure(table), grant(table)):
        op.execute(statement)


def _version() -> list[sa.Column[object]]:
    return [
        sa.Column("id", UUID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("document", JSON, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
    ]


def _keys(table: str) -> tuple[sa.PrimaryKeyConstraint]:
    return (sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"{table}_{'_'.join(columns)}_key"))


def _to(table: str, column: str, owner: str, *, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{owner}.id"],
        name=op.f(f"{table}_{column}_fkey"),
        ondelete="CASCADE",
        deferrable=True if deferred else None,
        initially="DEFERRED" if deferred else None,
    )
