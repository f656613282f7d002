"""Flows: the registry's row of each, what its type adds, its phases, runs and results."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Column, Double, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import UUID

from persistence.tables.columns import flag, flow_id, json, moment, number, tenant_table, uuid, word

master_flows = tenant_table(
    "master_flows",
    uuid("id", primary_key=True),
    word("kind"),
    word("name"),
    word("status"),
    number("progress"),
    number("iteration"),
    uuid("previous_id", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True),
    number("version"),
    json("warnings", server_default=text("'[]'")),
    json("failure", nullable=True),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    word("created_by"),
    moment("created_at"),
    word("updated_by"),
    moment("updated_at"),
    moment("started_at", nullable=True),
    moment("completed_at", nullable=True),
    moment("last_user_interaction_at", nullable=True),
    Index("master_flows_updated_idx", "engagement_id", "updated_at", "id"),
    Index("master_flows_created_idx", "engagement_id", "created_at", "id"),
    Index("master_flows_kind_idx", "engagement_id", "kind", "iteration"),
)

child_flows = tenant_table(
    "child_flows",
    flow_id(primary_key=True),
    word("kind"),
    json("configuration"),
    flag("auto_advance"),
    Column("application_ids", ARRAY(UUID(as_uuid=False)), nullable=False),
    word("visited", nullable=True),
    word("paused_from", nullable=True),
    moment("snoozed_until", nullable=True),
    Index("child_flows_application_ids_idx", "application_ids", postgresql_using="gin"),
)

iterations = tenant_table(
    "iterations",
    uuid("flow_id", primary_key=True),
    word("kind"),
    number("iteration"),
    Column("application_ids", ARRAY(UUID(as_uuid=False)), nullable=False),
    Index("iterations_kind_idx", "engagement_id", "kind", "flow_id"),
)

phases = tenant_table(
    "phases",
    flow_id(primary_key=True),
    word("key", primary_key=True),
    number("position"),
    word("status"),
    uuid("run_id", nullable=True),
    number("attempt", server_default=text("0")),
    json("proposed_input", nullable=True),
    json("draft_input", nullable=True),
    json("user_input", nullable=True),
    moment("started_at", nullable=True),
    moment("completed_at", nullable=True),
    flag("from_outside"),
)

phase_runs = tenant_table(
    "phase_runs",
    uuid("id", primary_key=True),
    flow_id(),
    word("phase"),
    number("attempt"),
    word("status"),
    word("source"),
    number("starts", server_default=text("0")),
    moment("started_at"),
    moment("finished_at", nullable=True),
    Column("peak_memory_mib", Double),
    json("usage", nullable=True),
    json("error", nullable=True),
    Index("phase_runs_flow_idx", "flow_id", "phase", "attempt"),
)

phase_results = tenant_table(
    "phase_results",
    flow_id(primary_key=True),
    word("phase", primary_key=True),
    number("revision", primary_key=True),
    uuid("run_id", nullable=True),
    word("source"),
    word("author"),
    number("shape", server_default=text("1")),
    json("data"),
    moment("created_at"),
)

staged_batches = tenant_table(
    "staged_batches",
    uuid("run_id", ForeignKey("phase_runs.id", ondelete="CASCADE"), primary_key=True),
    number("number", primary_key=True),
    json("data"),
)

overrides = tenant_table(
    "overrides",
    uuid("id", primary_key=True),
    flow_id(),
    word("phase"),
    word("subject"),
    json("before", nullable=True),
    json("after", nullable=True),
    word("rationale", nullable=True),
    word("created_by"),
    moment("created_at"),
    Index("overrides_flow_idx", "flow_id", "created_at"),
)

contributions = tenant_table(
    "contributions",
    uuid("id", primary_key=True),
    flow_id(),
    uuid("run_id", ForeignKey("phase_runs.id", ondelete="CASCADE"), index=True),
    word("phase"),
    word("agent"),
    word("action"),
    json("details"),
    Column("confidence", Double),
    word("source"),
    moment("started_at"),
    moment("finished_at", nullable=True),
    Index("contributions_flow_idx", "flow_id", "started_at"),
)

exports = tenant_table(
    "exports",
    uuid("id", primary_key=True),
    flow_id(),
    word("format"),
    word("status"),
    word("file_name"),
    uuid("file_id", ForeignKey("files.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("size_bytes", Double),
    word("failure", nullable=True),
    word("requested_by"),
    number("starts", server_default=text("0")),
    moment("created_at"),
    moment("expires_at", nullable=True),
    Index("exports_flow_idx", "flow_id", "created_at", "id"),
)

ui_states = tenant_table(
    "ui_states",
    flow_id(primary_key=True),
    word("subject", primary_key=True),
    json("state"),
)
