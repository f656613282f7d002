"""Workflow templates, those that ship and those of client accounts, and what customer-success flows keep."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, text

from persistence.tables.columns import json, metadata, moment, number, tenant_table, uuid, word
from persistence.tables.customers import customer_id


def _version() -> list[Column[Any]]:
    return [
        uuid("id", primary_key=True),
        word("key"),
        number("version"),
        word("name"),
        word("kind"),
        word("stage", nullable=True),
        json("document"),
        word("changed_by"),
        moment("changed_at"),
        word("description", nullable=True),
    ]


# Every version that any release brought: a workflow that runs keeps the one it started with. Nobody's in particular.
shipped_templates = Table("shipped_templates", metadata, *_version(), UniqueConstraint("key", "version"))

workflow_templates = Table(
    "workflow_templates",
    metadata,
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE")),
    *_version(),
    UniqueConstraint("client_account_id", "key", "version"),
    info={"tenant": "client_account_id"},
)

# Written when a flow opens, which is before the flow itself is.
workflows = tenant_table(
    "workflows",
    uuid("id", primary_key=True),
    uuid(
        "flow_id",
        ForeignKey("master_flows.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
    ),
    customer_id(),
    word("kind"),
    word("assigned_to"),
    uuid("template_id"),
    moment("started_at"),
    json("left_out", server_default=text("'[]'")),
    word("escalated_to", nullable=True),
    word("outcome", nullable=True),
    json("outcome_metadata", nullable=True),
    json("ended_with", nullable=True),
    UniqueConstraint("flow_id"),
    Index("workflows_customer_idx", "customer_id", "kind", "id"),
    Index("workflows_assigned_idx", "engagement_id", "assigned_to"),
)
