"""Client accounts, their engagements, and who may do what in one."""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, ForeignKey, Index, Table, Text, text

from persistence.tables.columns import json, metadata, now, number, uuid, word

client_accounts = Table(
    "client_accounts",
    metadata,
    uuid("id", primary_key=True),
    word("name"),
    now("created_at"),
    info={"tenant": "id"},
)

engagements = Table(
    "engagements",
    metadata,
    uuid("id", primary_key=True),
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE"), index=True),
    word("name"),
    word("currency"),
    word("timezone", server_default="UTC"),
    json("settings", server_default=text("'{}'")),
    number("version", server_default=text("1")),
    now("created_at"),
    info={"tenant": "id"},
)

members = Table(
    "members",
    metadata,
    uuid("engagement_id", ForeignKey("engagements.id", ondelete="CASCADE"), primary_key=True),
    word("subject", primary_key=True),
    word("email", nullable=True),
    Column("roles", ARRAY(Text), nullable=False),
    word("experience", nullable=True),
    now("created_at"),
    Index("members_subject_idx", "subject"),
    info={"tenant": "engagement_id"},
)
