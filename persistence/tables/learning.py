"""What was learned, what iterations came to, and what users prefer."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from persistence.tables.columns import flow_id, json, metadata, moment, number, tenant_table, uuid, word

learning_patterns = tenant_table(
    "learning_patterns",
    uuid("id", primary_key=True),
    word("scope"),
    word("kind"),
    word("key", nullable=True),
    word("summary"),
    json("data"),
    number("uses", server_default=text("0")),
    Column("confidence", Double, nullable=False),
    uuid("flow_id", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True, index=True),
    moment("created_at"),
    Column("search", TSVECTOR),
    Index("learning_patterns_kind_idx", "engagement_id", "kind"),
    Index("learning_patterns_search_idx", "search", postgresql_using="gin"),
    UniqueConstraint("engagement_id", "kind", "key"),
)

# Every flow that taught a pattern; the pattern's own column names the first.
pattern_flows = tenant_table(
    "pattern_flows",
    uuid("pattern_id", ForeignKey("learning_patterns.id", ondelete="CASCADE"), primary_key=True),
    uuid("flow_id", ForeignKey("master_flows.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# Which patterns a phase of a flow used, and what people then did with what they were used for. A pattern may be another
# engagement's, shared with the client account.
pattern_uses = tenant_table(
    "pattern_uses",
    flow_id(primary_key=True),
    word("phase", primary_key=True),
    uuid("pattern_id", ForeignKey("learning_patterns.id", ondelete="CASCADE"), primary_key=True, index=True),
    word("verdict", nullable=True),
)

# What other engagements of the client account may read of a pattern: it has no column for a flow.
account_patterns = Table(
    "account_patterns",
    metadata,
    uuid("id", ForeignKey("learning_patterns.id", ondelete="CASCADE"), primary_key=True),
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE")),
    uuid("engagement_id", ForeignKey("engagements.id", ondelete="CASCADE"), index=True),
    word("kind"),
    word("summary"),
    json("data"),
    number("uses", server_default=text("0")),
    Column("confidence", Double, nullable=False),
    moment("created_at"),
    Column("search", TSVECTOR),
    Index("account_patterns_kind_idx", "client_account_id", "kind"),
    Index("account_patterns_search_idx", "search", postgresql_using="gin"),
    info={"tenant": "client_account_id"},
)

iteration_quality = tenant_table(
    "iteration_quality",
    flow_id(primary_key=True),
    word("kind"),
    number("iteration"),
    Column("completeness", Double, nullable=False),
    number("applications"),
    number("rejected_rows"),
    number("open_findings"),
    Column("mean_confidence", Double),
    moment("completed_at"),
)

preferences = Table(
    "preferences",
    metadata,
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE"), primary_key=True),
    word("subject", primary_key=True),
    word("theme", nullable=True),
    word("timezone", nullable=True),
    json("notifications", nullable=True),
    json("queue", nullable=True),
    json("custom", nullable=True),
    moment("updated_at"),
    info={"tenant": "client_account_id"},
)
