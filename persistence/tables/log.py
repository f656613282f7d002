"""The event log, the work that is due, what was asked and by whom, and stored files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from persistence.tables.columns import json, metadata, moment, now, number, tenant_table, uuid, word

events = tenant_table(
    "events",
    Column("position", BigInteger, nullable=False, primary_key=True),
    uuid("flow_id", nullable=True),
    word("flow_kind", nullable=True),
    Column("seq", BigInteger),
    word("kind"),
    word("phase", nullable=True),
    json("data"),
    moment("occurred_at"),
    # With the engagement first, as row-level security asks for it: the planner then needs no statistics to use it.
    UniqueConstraint("engagement_id", "flow_id", "seq"),
    keyed=True,
)
heads = Table(
    "heads",
    metadata,
    uuid("engagement_id", primary_key=True),
    uuid("flow_id", primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)

due = Table(
    "due",
    metadata,
    uuid("flow_id", primary_key=True),
    uuid("engagement_id"),
    uuid("client_account_id"),
    moment("at"),
    Index("due_at_idx", "at"),
)

expiries = Table(
    "expiries",
    metadata,
    uuid("file_id", primary_key=True),
    uuid("flow_id"),
    uuid("engagement_id"),
    uuid("client_account_id"),
    moment("at"),
    Index("expiries_at_idx", "at"),
    Index("expiries_flow_idx", "flow_id"),
)

workers = Table(
    "workers",
    metadata,
    word("executor_id", primary_key=True),
    word("host"),
    moment("started_at"),
    moment("seen_at"),
)

requests = tenant_table(
    "requests",
    word("user", primary_key=True),
    word("mutation", primary_key=True),
    word("key", primary_key=True),
    word("input_hash"),
    json("answer", nullable=True),
    now("created_at"),
    Index("requests_created_idx", "created_at"),
    keyed=True,
)

audit_log = tenant_table(
    "audit_log",
    uuid("id", primary_key=True),
    moment("at"),
    word("by"),
    word("acting_for", nullable=True),
    word("mutation"),
    word("subject_id", nullable=True),
    word("reason", nullable=True),
    word("outcome"),
    json("before", nullable=True),
    json("after", nullable=True),
    Index("audit_log_at_idx", "engagement_id", "at", "id"),
    Index("audit_log_subject_idx", "engagement_id", "subject_id"),
)

files = tenant_table(
    "files",
    uuid("id", primary_key=True),
    word("name"),
    word("media_type", nullable=True),
    Column("size", BigInteger, nullable=False),
    word("sha256"),
    now("created_at"),
    moment("expires_at", nullable=True),
)

file_chunks = tenant_table(
    "file_chunks",
    uuid("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    number("number", primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
