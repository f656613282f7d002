"""Threads with their messages, actions that client accounts have saved, and what was executed of them."""

from __future__ import annotations

from sqlalchemy import ARRAY, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.schema import Column

from persistence.tables.columns import flow_id, json, metadata, moment, number, tenant_table, uuid, word

threads = tenant_table(
    "threads",
    uuid("id", primary_key=True),
    flow_id(),
    word("step"),
    word("branch", nullable=True),
    word("return_to_step", nullable=True),
    word("status"),
    word("started_by"),
    moment("started_at"),
    moment("touched_at"),
    moment("ended_at", nullable=True),
    json("outcome", nullable=True),
    number("sequence"),
    number("total_tokens"),
    # Messages that wait for their replies, oldest first.
    Column("pending", ARRAY(UUID(as_uuid=False)), nullable=False),
    number("starts", server_default=text("0")),
    Index("threads_flow_idx", "flow_id", "started_at", "id"),
    Index("threads_untouched_idx", "engagement_id", "touched_at", postgresql_where=text("status = 'ACTIVE'")),
)

messages = tenant_table(
    "messages",
    uuid("id", primary_key=True),
    flow_id(),
    uuid("thread_id", ForeignKey("threads.id", ondelete="CASCADE")),
    number("sequence"),
    word("role"),
    word("content"),
    word("source"),
    word("said_by"),
    moment("created_at"),
    number("tokens"),
    word("model", nullable=True),
    uuid("reply_to", nullable=True),
    UniqueConstraint("thread_id", "sequence"),
    Index("messages_flow_idx", "flow_id"),
)

saved_actions = Table(
    "saved_actions",
    metadata,
    uuid("id", primary_key=True),
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE")),
    word("key"),
    word("name"),
    word("kind"),
    json("parameters"),
    word("saved_by"),
    moment("saved_at"),
    UniqueConstraint("client_account_id", "key"),
    info={"tenant": "client_account_id"},
)

action_executions = tenant_table(
    "action_executions",
    uuid("id", primary_key=True),
    flow_id(),
    # A saved action's, or one's that is built in: those are in no table.
    uuid("action_id"),
    json("parameters"),
    word("executed_by"),
    moment("executed_at"),
    word("resulting_status"),
    Index("action_executions_flow_idx", "flow_id", "executed_at", "id"),
)
