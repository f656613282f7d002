"""Tasks, and artifacts in their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_01_artifacts"
down_revision = "2026_11_30_legacy_flows"

UUID = sa.UUID(as_uuid=False)
MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())

TABLES = ("artifacts", "artifact_versions", "artifact_requests", "tasks")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _artifacts()
    _versions()
    _requests()
    _tasks()
    for table in TABLES:
        op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
        for statement in (*secure(table), grant(table)):
            op.execute(statement)


def _artifacts() -> None:
    op.create_table(
        "artifacts",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _to("artifacts", "engagement_id", "engagements"),
        _to("artifacts", "flow_id", "master_flows"),
        sa.PrimaryKeyConstraint("id", name=op.f("artifacts_pkey")),
    )
    op.create_index("artifacts_flow_idx", "artifacts", ["flow_id", "created_at", "id"])
    op.create_index("artifacts_search_idx", "artifacts", ["search"], postgresql_using="gin")


def _versions() -> None:
    table = "artifact_versions"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("artifact_id", UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        _to(table, "engagement_id", "engagements"),
        _to(table, "artifact_id", "artifacts"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint("artifact_id", "version", name=op.f(f"{table}_artifact_id_version_key")),
    )


def _requests() -> None:
    table = "artifact_requests"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _to(table, "engagement_id", "engagements"),
        _to(table, "flow_id", "master_flows"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
    )
    op.create_index(f"{table}_flow_idx", table, ["flow_id", "status"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("artifact_ids", postgresql.ARRAY(UUID), nullable=False),
        sa.Column("origin_artifact_id", UUID, nullable=True),
        sa.Column("origin_item", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("tasks", "engagement_id", "engagements"),
        _to("tasks", "flow_id", "master_flows"),
        _to("tasks", "origin_artifact_id", "artifacts", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
        sa.UniqueConstraint("origin_artifact_id", "origin_item", name=op.f("tasks_origin_artifact_id_origin_item_key")),
    )
    op.create_index(op.f("tasks_flow_id_idx"), "tasks", ["flow_id"])
    op.create_index("tasks_artifact_ids_idx", "tasks", ["artifact_ids"], postgresql_using="gin")
    op.create_index("tasks_assigned_idx", "tasks", ["engagement_id", "assigned_to", "status"])


def _to(table: str, column: str, owner: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete=ondelete)
