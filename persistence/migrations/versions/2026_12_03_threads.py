"""Threads and their messages, actions that client accounts have saved, and what was executed of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import ACCOUNT, grant, secure

revision = "2026_12_03_threads"
down_revision = "2026_12_02_contracts"

UUID = sa.UUID(as_uuid=False)
MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())

OF_ENGAGEMENT = ("threads", "messages", "action_executions")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    _threads()
    _messages()
    _saved_actions()
    _executions()
    for table in OF_ENGAGEMENT:
        op.create_index(op.f(f"{table}_engagement_id_idx"), table, ["engagement_id"])
    secured = (*(line for table in OF_ENGAGEMENT for line in secure(table)),)
    account = secure("saved_actions", "client_account_id", ACCOUNT)
    for statement in (*secured, *account, *(grant(table) for table in (*OF_ENGAGEMENT, "saved_actions"))):
        op.execute(statement)


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("return_to_step", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", JSON, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("total_tokens", sa.Integer(), nullable=False),
        sa.Column("pending", postgresql.ARRAY(UUID), nullable=False),
        sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _to("threads", "engagement_id", "engagements"),
        _to("threads", "flow_id", "master_flows"),
        sa.PrimaryKeyConstraint("id", name=op.f("threads_pkey")),
    )
    op.create_index("threads_flow_idx", "threads", ["flow_id", "started_at", "id"])
    active = sa.text("status = 'ACTIVE'")
    op.create_index("threads_untouched_idx", "threads", ["engagement_id", "touched_at"], postgresql_where=active)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("thread_id", UUID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("reply_to", UUID, nullable=True),
        _to("messages", "engagement_id", "engagements"),
        _to("messages", "flow_id", "master_flows"),
        _to("messages", "thread_id", "threads"),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pkey")),
        sa.UniqueConstraint("thread_id", "sequence", name=op.f("messages_thread_id_sequence_key")),
    )
    op.create_index("messages_flow_idx", "messages", ["flow_id"])


def _saved_actions() -> None:
    op.create_table(
        "saved_actions",
        sa.Column("id", UUID, nullable=False),
        sa.Column("client_account_id", UUID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        _to("saved_actions", "client_account_id", "client_accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("saved_actions_pkey")),
        sa.UniqueConstraint("client_account_id", "key", name=op.f("saved_actions_client_account_id_key_key")),
    )


def _executions() -> None:
    op.create_table(
        "action_executions",
        sa.Column("engagement_id", UUID, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("flow_id", UUID, nullable=False),
        sa.Column("action_id", UUID, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("executed_by", sa.Text(), nullable=False),
        sa.Column("executed_at", MOMENT, nullable=False),
        sa.Column("resulting_status", sa.Text(), nullable=False),
        _to("action_executions", "engagement_id", "engagements"),
        _to("action_executions", "flow_id", "master_flows"),
        sa.PrimaryKeyConstraint("id", name=op.f("action_executions_pkey")),
    )
    op.create_index("action_executions_flow_idx", "action_executions", ["flow_id", "executed_at", "id"])


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fkey")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
