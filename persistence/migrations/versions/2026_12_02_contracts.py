"""Contracts, and the passages of their text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import grant, secure

revision = "2026_12_02_contracts"
down_revision = "2026_12_01_artifacts"

UUID = sa.UUID(as_uuid=False)
MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())

TABLES = ("contracts", "contract_passages")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _contracts()
    _passages()
    for table in TABLES:
        op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
        for statement in (*secure(table), grant(table)):
            op.execute(statement)


def _contracts() -> None:
    op.create_table(
        "contracts",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("customer_id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=True),
        sa.Column("file_id", UUID, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("extraction", JSON, nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("corrections", JSON, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("contracts", "engagement_id", "engagements"),
        _to("contracts", "customer_id", "customers"),
        _to("contracts", "flow_id", "master_flows", "SET NULL"),
        _to("contracts", "file_id", "files"),
        sa.PrimaryKeyConstraint("id", name=op.f("contracts_pkey")),
    )
    op.create_index("contracts_customer_idx", "contracts", ["customer_id", "uploaded_at", "id"])
    op.create_index(op.f("contracts_flow_id_idx"), "contracts", ["flow_id"])
    op.create_index(op.f("contracts_file_id_idx"), "contracts", ["file_id"])


def _passages() -> None:
    table = "contract_passages"
    op.create_table(
        table,
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("contract_id", UUID, nullable=False),
        sa.Column("customer_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        _to(table, "engagement_id", "engagements"),
        _to(table, "contract_id", "contracts"),
        _to(table, "customer_id", "customers"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
    )
    op.create_index(f"{table}_contract_idx", table, ["contract_id", "number"])
    op.create_index(f"{table}_customer_idx", table, ["customer_id"])
    op.create_index(f"{table}_search_idx", table, ["search"], postgresql_using="gin")


def _to(table: str, column: str, owner: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete=ondelete)
