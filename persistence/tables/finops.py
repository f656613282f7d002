"""What applications cost, as finops flows came to it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Numeric, UniqueConstraint

from persistence.tables.columns import application_id, flow_id, json, number, tenant_table, uuid

application_costs = tenant_table(
    "application_costs",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    number("number"),
    Column("current_annual", Numeric, nullable=False),
    Column("target_annual", Numeric, nullable=False),
    json("assumptions"),
    UniqueConstraint("flow_id", "application_id"),
    Index("application_costs_application_idx", "application_id"),
)
