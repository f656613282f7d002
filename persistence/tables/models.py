"""What agents asked of language models, what engagements may still ask, and what workers found of the model."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Table

from persistence.tables.columns import flag, flow_id, metadata, moment, number, tenant_table, uuid, word

model_uses = tenant_table(
    "model_uses",
    uuid("id", primary_key=True),
    flow_id(),
    uuid("run_id", ForeignKey("phase_runs.id", ondelete="CASCADE"), index=True),
    word("phase"),
    word("agent"),
    moment("at"),
    word("provider"),
    word("model"),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    number("requests"),
    flag("estimated"),
    Index("model_uses_flow_idx", "flow_id", "run_id"),
)

# What is taken of each engagement's tokens, by the UTC day on which the calls began.
model_budgets = tenant_table(
    "model_budgets",
    Column("day", Date, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    keyed=True,
)

# One row of the whole deployment; it holds nothing of any tenant.
model_checks = Table(
    "model_checks",
    metadata,
    number("id", primary_key=True, autoincrement=False),
    word("state"),
    word("model", nullable=True),
    word("message", nullable=True),
    moment("checked_at", nullable=True),
    moment("saved_at"),
    CheckConstraint("id = 1", name="only"),
)
