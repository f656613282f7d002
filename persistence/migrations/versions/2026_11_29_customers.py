"""Customers, their stakeholders, and how these are related."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_11_29_customers"
down_revision = "2026_11_28_pattern_uses"

UUID = sa.UUID(as_uuid=False)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _customers()
    _stakeholders()
    _relations()
    for table in ("customers", "stakeholders", "stakeholder_relations"):
        for statement in (*secure(table), grant(table)):
            op.execute(statement)


def _customers() -> None:
    table = "customers"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("arr", sa.Numeric(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("renewal_date", sa.Date(), nullable=True),
        sa.Column("renewal_status", sa.Text(), server_default=sa.text("'OPEN'"), nullable=False),
        sa.Column("account_plan", sa.Text(), nullable=True),
        sa.Column("risk_score", sa.Numeric(), nullable=True),
        sa.Column("opportunity_score", sa.Numeric(), nullable=True),
        sa.Column("health_score", sa.Numeric(), nullable=True),
        sa.Column("current_arr", sa.Numeric(), nullable=True),
        sa.Column("previous_arr", sa.Numeric(), nullable=True),
        sa.Column("arr_trend", sa.Text(), nullable=True),
        sa.Column("active_users", sa.BigInteger(), nullable=True),
        sa.Column("utilization_rate", sa.Numeric(), nullable=True),
        sa.Column("usage_trend", sa.Text(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("open_tickets", sa.BigInteger(), nullable=True),
        sa.Column("extra", JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to(table, "engagement_id", "engagements"),
        sa.PrimaryKeyConstraint("id", name=op.f("customers_pkey")),
        sa.UniqueConstraint("engagement_id", "external_key", name=op.f("customers_engagement_id_external_key_key")),
    )
    op.create_index(op.f("customers_engagement_id_idx"), table, ["engagement_id"])
    op.create_index("customers_name_idx", table, ["engagement_id", "name", "id"])
    op.create_index("customers_owner_idx", table, ["engagement_id", "owner"])


def _stakeholders() -> None:
    table = "stakeholders"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("customer_id", UUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("influence", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("reports_to_id", UUID, nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        _to(table, "engagement_id", "engagements"),
        _to(table, "customer_id", "customers"),
        _to(table, "reports_to_id", table, ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("stakeholders_pkey")),
    )
    op.create_index(op.f("stakeholders_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f("stakeholders_reports_to_id_idx"), table, ["reports_to_id"])
    op.create_index("stakeholders_customer_idx", table, ["customer_id", "name", "id"])


def _relations() -> None:
    table = "stakeholder_relations"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("from_id", UUID, nullable=False),
        sa.Column("to_id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _to(table, "engagement_id", "engagements"),
        _to(table, "from_id", "stakeholders"),
        _to(table, "to_id", "stakeholders"),
        sa.PrimaryKeyConstraint("from_id", "to_id", "kind", name=op.f("stakeholder_relations_pkey")),
    )
    op.create_index(op.f("stakeholder_relations_engagement_id_idx"), table, ["engagement_id"])
    op.create_index(op.f("stakeholder_relations_to_id_idx"), table, ["to_id"])


def _to(table: str, column: str, owner: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=op.f(f"{table}_{column}_fkey"), ondelete=ondelete)
