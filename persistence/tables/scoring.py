"""The rules by which client accounts score their customers' workflows: every version, none ever changed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Table

from persistence.tables.columns import json, metadata, moment, number, uuid, word

scoring_rules = Table(
    "scoring_rules",
    metadata,
    uuid("client_account_id", ForeignKey("client_accounts.id", ondelete="CASCADE"), primary_key=True),
    number("version", primary_key=True),
    json("document"),
    word("description", nullable=True),
    word("changed_by"),
    moment("changed_at"),
    info={"tenant": "client_account_id"},
)
