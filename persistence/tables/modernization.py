"""What is to be modernized: candidates, designs and the work that leads to them."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Numeric, UniqueConstraint

from persistence.tables.columns import application_id, flow_id, json, number, tenant_table, uuid, word


def _component_id(*, nullable: bool = False) -> Column[str]:
    owner = ForeignKey("components.id", ondelete="CASCADE")
    return uuid("component_id", owner, nullable=nullable, index=True)


modernization_candidates = tenant_table(
    "modernization_candidates",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    number("number"),
    Column("score", Double, nullable=False),
    json("drivers"),
    UniqueConstraint("flow_id", "application_id"),
    Index("modernization_candidates_application_idx", "application_id"),
)

target_designs = tenant_table(
    "target_designs",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    _component_id(),
    number("number"),
    word("current_state"),
    word("target_state"),
    word("pattern"),
    json("services"),
    word("tradeoffs"),
    word("source"),
    UniqueConstraint("flow_id", "component_id"),
    Index("target_designs_application_idx", "application_id"),
)

work_items = tenant_table(
    "work_items",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    _component_id(nullable=True),
    word("key"),
    number("number"),
    word("title"),
    Column("effort_hours", Numeric, nullable=False),
    json("depends_on"),
    word("acceptance"),
    UniqueConstraint("flow_id", "key"),
    Index("work_items_application_idx", "application_id"),
)
