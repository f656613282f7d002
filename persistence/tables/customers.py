"""Customers and the people there."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Double, ForeignKey, Index, Numeric, Text, UniqueConstraint, text

from persistence.tables.columns import json, number, tenant_table, uuid, word


def customer_id() -> Column[str]:
    """The customer a row lives and dies with."""
    return uuid("customer_id", ForeignKey("customers.id", ondelete="CASCADE"))


# What is weighed, sorted or filtered has columns of its own: a queue looks at ten thousand of them.
customers = tenant_table(
    "customers",
    uuid("id", primary_key=True),
    word("name"),
    # Its natural key, in the order of code points: what queues are sorted by.
    Column("name_key", Text(collation="C"), nullable=False, server_default=text("''")),
    word("domain", server_default=text("''")),
    Column("arr", Numeric, nullable=False),
    word("owner"),
    Column("renewal_date", Date),
    word("renewal_status", server_default=text("'OPEN'")),
    word("account_plan", nullable=True),
    Column("risk_score", Numeric),
    Column("opportunity_score", Numeric),
    Column("health_score", Numeric),
    Column("current_arr", Numeric),
    Column("previous_arr", Numeric),
    word("arr_trend", nullable=True),
    Column("active_users", BigInteger),
    Column("utilization_rate", Numeric),
    word("usage_trend", nullable=True),
    Column("last_contact_on", Date),
    Column("next_review_on", Date),
    Column("open_tickets", BigInteger),
    json("extra", server_default=text("'{}'")),
    word("external_id", nullable=True),
    # By what two imports mean the same id.
    word("external_key", nullable=True),
    number("version"),
    Index("customers_name_idx", "engagement_id", "name", "id"),
    Index("customers_owner_idx", "engagement_id", "owner"),
    UniqueConstraint("engagement_id", "external_key"),
)

stakeholders = tenant_table(
    "stakeholders",
    uuid("id", primary_key=True),
    customer_id(),
    word("name"),
    word("role"),
    word("influence"),
    word("sentiment"),
    word("notes", nullable=True),
    uuid("reports_to_id", ForeignKey("stakeholders.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("x", Double),
    Column("y", Double),
    word("external_id", nullable=True),
    Index("stakeholders_customer_idx", "customer_id", "name", "id"),
)

stakeholder_relations = tenant_table(
    "stakeholder_relations",
    uuid("from_id", ForeignKey("stakeholders.id", ondelete="CASCADE"), primary_key=True),
    uuid("to_id", ForeignKey("stakeholders.id", ondelete="CASCADE"), primary_key=True, index=True),
    word("kind", primary_key=True),
)
