"""Software builds: where each stands, what was handed over, and what was said to and by its roles."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, text

from persistence.tables.columns import flow_id, json, moment, number, tenant_table, uuid, word

# A build that nobody has worked on has no row: it stands as its flow's configuration says.
builds = tenant_table(
    "builds",
    flow_id(primary_key=True),
    word("state"),
    moment("entered_at"),
    number("retries"),
    json("contexts"),
    json("standing"),
    json("unpassed", nullable=True),
    json("failure", nullable=True),
)

build_handoffs = tenant_table(
    "build_handoffs",
    uuid("id", primary_key=True),
    flow_id(),
    word("from_state"),
    word("to_state"),
    word("from_role", nullable=True),
    word("to_role", nullable=True),
    word("reason", nullable=True),
    json("data"),
    moment("created_at"),
    Index("build_handoffs_flow_idx", "flow_id", "created_at", "id"),
)

# `total` counts the bytes of all that was said in that history until then, this message with it.
build_messages = tenant_table(
    "build_messages",
    flow_id(primary_key=True),
    word("role", primary_key=True),
    number("number", primary_key=True),
    word("speaker"),
    word("content"),
    Column("total", BigInteger, nullable=False, server_default=text("0")),
    moment("created_at"),
)
