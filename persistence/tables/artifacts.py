"""Tasks, and artifacts in their versions."""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR, UUID

from persistence.tables.columns import flow_id, json, moment, number, tenant_table, uuid, word

artifacts = tenant_table(
    "artifacts",
    uuid("id", primary_key=True),
    flow_id(),
    word("kind"),
    number("version"),
    # Of the newest version: what is searched.
    word("text"),
    Column("search", TSVECTOR, nullable=False),
    word("created_by"),
    moment("created_at"),
    Index("artifacts_flow_idx", "flow_id", "created_at", "id"),
    Index("artifacts_search_idx", "search", postgresql_using="gin"),
)

artifact_versions = tenant_table(
    "artifact_versions",
    uuid("id", primary_key=True),
    uuid("artifact_id", ForeignKey("artifacts.id", ondelete="CASCADE")),
    number("version"),
    word("step", nullable=True),
    word("title"),
    json("content"),
    json("metadata"),
    word("source"),
    word("saved_by"),
    moment("saved_at"),
    UniqueConstraint("artifact_id", "version"),
)

artifact_requests = tenant_table(
    "artifact_requests",
    uuid("id", primary_key=True),
    flow_id(),
    word("kind"),
    word("step", nullable=True),
    word("instructions", nullable=True),
    word("requested_by"),
    moment("requested_at"),
    word("status"),
    number("starts", server_default=text("0")),
    Index("artifact_requests_flow_idx", "flow_id", "status"),
)

tasks = tenant_table(
    "tasks",
    uuid("id", primary_key=True),
    uuid("flow_id", ForeignKey("master_flows.id", ondelete="CASCADE"), nullable=True, index=True),
    word("title"),
    word("description", nullable=True),
    word("status"),
    word("priority"),
    Column("due_on", Date),
    word("assigned_to", nullable=True),
    word("done_by"),
    word("note", nullable=True),
    Column("artifact_ids", ARRAY(UUID(as_uuid=False)), nullable=False),
    uuid("origin_artifact_id", ForeignKey("artifacts.id", ondelete="SET NULL"), nullable=True),
    word("origin_item", nullable=True),
    word("created_by"),
    moment("created_at"),
    word("updated_by"),
    moment("updated_at"),
    moment("completed_at", nullable=True),
    number("version"),
    Index("tasks_artifact_ids_idx", "artifact_ids", postgresql_using="gin"),
    Index("tasks_assigned_idx", "engagement_id", "assigned_to", "status"),
    UniqueConstraint("origin_artifact_id", "origin_item"),
)
