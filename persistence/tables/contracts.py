"""Contracts of customers, and the passages of their text that are searched."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from persistence.tables.columns import json, moment, number, tenant_table, uuid, word
from persistence.tables.customers import customer_id

contracts = tenant_table(
    "contracts",
    uuid("id", primary_key=True),
    customer_id(),
    # The flow for which it was uploaded, while that is there.
    uuid("flow_id", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True, index=True),
    uuid("file_id", ForeignKey("files.id", ondelete="CASCADE"), index=True),
    word("file_name"),
    word("media_type"),
    number("pages"),
    word("uploaded_by"),
    moment("uploaded_at"),
    json("extraction"),
    json("warnings"),
    json("corrections"),
    # Null until a worker has had its second look; how often one has begun it.
    moment("checked_at", nullable=True),
    number("starts", server_default=text("0")),
    number("version"),
    Index("contracts_customer_idx", "customer_id", "uploaded_at", "id"),
)

contract_passages = tenant_table(
    "contract_passages",
    uuid("id", primary_key=True),
    uuid("contract_id", ForeignKey("contracts.id", ondelete="CASCADE")),
    customer_id(),
    number("number"),
    number("page", nullable=True),
    word("text"),
    Column("search", TSVECTOR, nullable=False),
    Index("contract_passages_contract_idx", "contract_id", "number"),
    Index("contract_passages_customer_idx", "customer_id"),
    Index("contract_passages_search_idx", "search", postgresql_using="gin"),
)
